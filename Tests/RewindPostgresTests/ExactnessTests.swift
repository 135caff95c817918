import ExactnessSupport
import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// The law: whatever the API writes, every recorded state can be gone to from every other, exactly; and afterwards
/// nothing is left of it.
@Suite(.enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct ExactnessTests {
    @Test func `every state can be gone to from every other, whatever the API does`() async throws {
        var database = try TestDatabase.withTypes()
        for seed in seedsToTry(100) {
            // Dropping schemas leaves a catalog that grows.
            if seed % 100 == 0 { database = try TestDatabase.withTypes() }
            guard await holds(RandomCase(seed: seed), { try RandomWalk($0, database) }) else { return }
        }
    }
}

/// Carries a case out.
struct RandomWalk: ExactnessWalk {
    let example: RandomCase
    let database: TestDatabase
    private let api: [PostgresConnection]
    /// Where Rewind connects.
    private let url: String
    private let tester: PostgresConnection

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

    func request(_ statements: [RandomCase.Statement]) {
        for statement in statements { try? api[statement.connection].execute(statement.sql) }
        for connection in api.reversed() {
            try? connection.execute("COMMIT")
        }
    }

    func dump() throws -> [String] { try database.dump(over: tester) }

    func holdsAnythingOfRewind() throws -> Bool { try database.holdsAnythingOfRewind() }

    func makeSystem() -> any RewindableSystem { PostgresSystem(url: url) }

    func restore() async throws -> RestoreReport { try await PostgresSystem.restore(url: url) }
}
