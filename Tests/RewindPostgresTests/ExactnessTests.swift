import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// The law: whatever the API writes, every recorded state can be gone to from every other, exactly; and afterwards
/// nothing is left of it.
@Suite(.enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct ExactnessTests {
    /// How many random cases to try; `REWIND_CASES` sets it, and `REWIND_SEED` the first.
    static let cases = ProcessInfo.processInfo.environment["REWIND_CASES"].flatMap(Int.init) ?? 100
    static let firstSeed = ProcessInfo.processInfo.environment["REWIND_SEED"].flatMap(UInt64.init) ?? 1

    @Test func `every state can be gone to from every other, whatever the API does`() async throws {
        var database = try TestDatabase.withTypes()
        for seed in Self.firstSeed..<(Self.firstSeed + UInt64(Self.cases)) {
            // Dropping schemas leaves a catalog that grows.
            if seed % 100 == 0 { database = try TestDatabase.withTypes() }
            let found = RandomCase(seed: seed)
            guard let failure = await failure(of: found, database) else { continue }
            var smallest = found
            var reason = failure
            while let (smaller, why) = await firstFailing(smallest.smaller, database) {
                (smallest, reason) = (smaller, why)
            }
            Issue.record("\(reason)\n\(smallest)")
            return
        }
    }

    private func firstFailing(_ cases: [RandomCase], _ database: TestDatabase) async -> (RandomCase, String)? {
        for smaller in cases {
            if let why = await failure(of: smaller, database) { return (smaller, why) }
        }
        return nil
    }

    private func failure(of example: RandomCase, _ database: TestDatabase) async -> String? {
        do {
            try await RandomWalk(example, database).run()
            return nil
        } catch {
            return "\(error)"
        }
    }
}

struct Deviation: Error, CustomStringConvertible {
    let description: String
}

/// Carries a case out.
struct RandomWalk {
    let example: RandomCase
    let database: TestDatabase
    private let api: [PostgresConnection]
    /// Where Rewind connects.
    private let url: String
    private let tester: PostgresConnection

    private struct State {
        let dump: [String]
        let fingerprint: Fingerprint
        let fromRoot: ChangeSet
    }

    /// Makes the content, in place of what the database held.
    init(_ example: RandomCase, _ database: TestDatabase, exploringAt url: String? = nil) throws {
        self.example = example
        self.url = url ?? database.url
        self.database = database
        tester = try database.connect()
        try database.empty(over: tester)
        api = try example.settings.map { settings in
            let connection = try database.connect()
            try connection.execute(
                "SET lock_timeout = 20; SET statement_timeout = '3s'; SET client_min_messages = error")
            for setting in settings { try connection.execute("SET \(setting)") }
            return connection
        }
        try tester.execute("SET statement_timeout = '3s'")
        for statement in example.setup { try? tester.execute(statement) }
        try tester.execute("RESET statement_timeout")
    }

    /// Statements that fail are part of the game.
    private func request(_ statements: [RandomCase.Statement]) {
        for statement in statements { try? api[statement.connection].execute(statement.sql) }
        for connection in api.reversed() {
            try? connection.execute("COMMIT")
        }
    }

    func run() async throws {
        let root = try database.dump(over: tester)
        var system: PostgresSystem? = PostgresSystem(url: url)
        try await system?.begin()
        if let system { try await walk(system, root: root) }
        switch example.ending {
        case .end: try await system?.end()
        case .restore:
            system = nil
            let report = try await PostgresSystem.restore(url: url)
            if !report.problems.isEmpty { throw Deviation(description: report.description) }
        case .nextRun:
            system = nil
            let next = PostgresSystem(url: url)
            try await next.begin()
            try await next.end()
        }
        try expect(try database.dump(over: tester), root, "after the end")
        if try database.holdsAnythingOfRewind() { throw Deviation(description: "something of Rewind's is left behind") }
    }

    private func walk(_ system: PostgresSystem, root: [String]) async throws {
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
                try expect(try database.dump(over: tester), now.dump, "after a move")
                guard try await system.capture().isEmpty else { throw Deviation(description: "a move was captured") }
            }
        }
    }

    private func captured(_ system: PostgresSystem, from state: State) async throws -> State {
        let changes = try await system.capture()
        let fingerprint = state.fingerprint + changes.fingerprintDelta
        guard try await system.contentFingerprint() == fingerprint else {
            throw Deviation(description: "the changes captured do not lead to the content: \(changes)")
        }
        return State(
            dump: try database.dump(over: tester), fingerprint: fingerprint, fromRoot: state.fromRoot.then(changes))
    }

    private func expect(_ found: [String], _ expected: [String], _ when: String) throws {
        if found == expected { return }
        let extra = Self.counted(found).filter { Self.counted(expected)[$0.key] != $0.value }
        let missing = Self.counted(expected).filter { Self.counted(found)[$0.key] != $0.value }
        throw Deviation(description: "\(when): unexpected \(extra), missing \(missing)")
    }

    private static func counted(_ lines: [String]) -> [String: Int] {
        Dictionary(lines.map { (String($0.prefix(300)), 1) }, uniquingKeysWith: +)
    }
}
