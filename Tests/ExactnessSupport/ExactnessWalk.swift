import Rewind
import Testing

/// Carries a case out, and compares what the database holds with what it held.
package protocol ExactnessWalk {
    associatedtype Case: ExactnessCase

    var example: Case { get }
    /// What the API does. Statements that fail are part of the game.
    func request(_ statements: [Case.Statement])
    /// All content but Rewind's own, exact.
    func dump() throws -> [String]
    func holdsAnythingOfRewind() throws -> Bool
    func makeSystem() -> any RewindableSystem
    func restore() async throws -> RestoreReport
}

package struct Deviation: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// A state that was reached.
private struct State {
    let dump: [String]
    let fingerprint: Fingerprint
    let fromRoot: ChangeSet
}

extension ExactnessWalk {
    package func run() async throws {
        let root = try dump()
        var system: (any RewindableSystem)? = makeSystem()
        try await system?.begin()
        if let system { try await walk(system, root: root) }
        switch example.ending {
        case .end: try await system?.end()
        case .restore:
            system = nil
            let report = try await restore()
            if !report.problems.isEmpty { throw Deviation(description: report.description) }
        case .nextRun:
            system = nil
            let next = makeSystem()
            try await next.begin()
            try await next.end()
        }
        try expect(try dump(), root, "after the end")
        if try holdsAnythingOfRewind() { throw Deviation(description: "something of Rewind's is left behind") }
    }

    private func walk(_ system: any RewindableSystem, root: [String]) async throws {
        var now = State(dump: root, fingerprint: try await system.contentFingerprint(), fromRoot: .empty)
        var states = [now]
        for step in example.steps {
            switch step {
            case .request(let statements):
                request(statements)
                now = try await captured(system, from: now)
                states.append(now)
            case .move(let number):
                let target = states[number % states.count]
                try await system.apply(now.fromRoot.inverted.then(target.fromRoot))
                now = target
                try expect(try dump(), now.dump, "after a move")
                guard try await system.capture().isEmpty else { throw Deviation(description: "a move was captured") }
            }
        }
    }

    private func captured(_ system: any RewindableSystem, from state: State) async throws -> State {
        let changes = try await system.capture()
        let fingerprint = state.fingerprint + changes.fingerprintDelta
        guard try await system.contentFingerprint() == fingerprint else {
            throw Deviation(description: "the changes captured do not lead to the content: \(changes)")
        }
        return State(dump: try dump(), fingerprint: fingerprint, fromRoot: state.fromRoot.then(changes))
    }

    private func expect(_ found: [String], _ expected: [String], _ when: String) throws {
        if found == expected { return }
        let (found, expected) = (counted(found), counted(expected))
        let extra = found.filter { expected[$0.key] != $0.value }
        let missing = expected.filter { found[$0.key] != $0.value }
        throw Deviation(description: "\(when): unexpected \(extra), missing \(missing)")
    }

    private func counted(_ lines: [String]) -> [String: Int] {
        Dictionary(lines.map { (String($0.prefix(300)), 1) }, uniquingKeysWith: +)
    }
}

/// Carries a case out; if it fails, records the smallest like it that does.
/// - Returns: whether it holds.
package func holds<Walk: ExactnessWalk>(_ example: Walk.Case, _ walk: (Walk.Case) throws -> Walk) async -> Bool {
    func failure(of example: Walk.Case) async -> (Walk.Case, String)? {
        do {
            try await walk(example).run()
            return nil
        } catch {
            return (example, "\(error)")
        }
    }
    func firstFailing(_ cases: [Walk.Case]) async -> (Walk.Case, String)? {
        for smaller in cases {
            if let failure = await failure(of: smaller) { return failure }
        }
        return nil
    }
    guard var (smallest, reason) = await failure(of: example) else { return true }
    while let smaller = await firstFailing(smallest.smaller) { (smallest, reason) = smaller }
    Issue.record("\(reason)\n\(smallest)")
    return false
}
