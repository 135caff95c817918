import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
import Testing

/// The law: whatever the API writes, every recorded state can be gone to from every other, exactly; and afterwards
/// nothing is left of it.
@Suite struct ExactnessTests {
    /// How many random cases to try; `REWIND_CASES` sets it, and `REWIND_SEED` the first.
    static let cases = ProcessInfo.processInfo.environment["REWIND_CASES"].flatMap(Int.init) ?? 400
    static let firstSeed = ProcessInfo.processInfo.environment["REWIND_SEED"].flatMap(UInt64.init) ?? 1

    @Test func `every state can be gone to from every other, whatever the API does`() async throws {
        for seed in Self.firstSeed..<(Self.firstSeed + UInt64(Self.cases)) {
            let found = RandomCase(seed: seed)
            guard let failure = await failure(of: found) else { continue }
            var smallest = found
            var reason = failure
            while let (smaller, why) = await firstFailing(smallest.smaller) { (smallest, reason) = (smaller, why) }
            Issue.record("\(reason)\n\(smallest)")
            return
        }
    }

    private func firstFailing(_ cases: [RandomCase]) async -> (RandomCase, String)? {
        for smaller in cases {
            if let why = await failure(of: smaller) { return (smaller, why) }
        }
        return nil
    }

    private func failure(of example: RandomCase) async -> String? {
        do {
            try await Walk(example).run()
            return nil
        } catch {
            return "\(error)"
        }
    }
}

private struct Deviation: Error, CustomStringConvertible {
    let description: String
}

/// Carries a case out.
private struct Walk {
    let example: RandomCase
    let database: TestDatabase
    let api: SQLiteConnection

    struct State {
        let dump: [String]
        let fingerprint: Fingerprint
        let fromRoot: ChangeSet
    }

    init(_ example: RandomCase) throws {
        self.example = example
        database = try TestDatabase(journalMode: example.journalMode)
        api = try database.connect(example.settings)
        request(example.setup)
    }

    /// Statements that fail are part of the game.
    private func request(_ statements: [String]) {
        for statement in statements { try? api.execute(statement) }
        if api.isInTransaction { try? api.execute("COMMIT") }
        if api.isInTransaction { try? api.execute("ROLLBACK") }
    }

    func run() async throws {
        let root = try database.dump()
        var system: SQLiteSystem? = SQLiteSystem(path: database.path)
        try await system?.begin()
        if let system { try await walk(system, root: root) }
        switch example.ending {
        case .end: try await system?.end()
        case .restore:
            system = nil
            let report = try await SQLiteSystem.restore(path: database.path)
            if !report.problems.isEmpty { throw Deviation(description: report.description) }
        case .nextRun:
            system = nil
            let next = SQLiteSystem(path: database.path)
            try await next.begin()
            try await next.end()
        }
        try expect(try database.dump(), root, "after the end")
        let left = try SQLiteConnection(path: database.path).prepare(
            "SELECT name FROM sqlite_master WHERE name LIKE '%rewind%'")
        if try left.step() { throw Deviation(description: "left behind: \(left.string(0))") }
    }

    private func walk(_ system: SQLiteSystem, root: [String]) async throws {
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
                try expect(try database.dump(), now.dump, "after a move")
                guard try await system.capture().isEmpty else { throw Deviation(description: "a move was captured") }
            }
        }
    }

    private func captured(_ system: SQLiteSystem, from state: State) async throws -> State {
        let changes = try await system.capture()
        let fingerprint = state.fingerprint + changes.fingerprintDelta
        guard try await system.contentFingerprint() == fingerprint else {
            throw Deviation(description: "the changes captured do not lead to the content: \(changes)")
        }
        return State(
            dump: try database.dump(), fingerprint: fingerprint, fromRoot: state.fromRoot.then(changes))
    }

    private func expect(_ found: [String], _ expected: [String], _ when: String) throws {
        if found == expected { return }
        let extra = Set(found).subtracting(expected).sorted()
        let missing = Set(expected).subtracting(found).sorted()
        throw Deviation(description: "\(when): unexpected \(extra), missing \(missing)")
    }
}
