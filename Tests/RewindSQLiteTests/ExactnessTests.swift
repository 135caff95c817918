import ExactnessSupport
import Rewind
import RewindSQLite
import SQLiteDriver
import Testing

/// The law: whatever the API writes, every recorded state can be gone to from every other, exactly; and afterwards
/// nothing is left of it.
@Suite struct ExactnessTests {
    @Test func `every state can be gone to from every other, whatever the API does`() async throws {
        for seed in seedsToTry(400) {
            guard await holds(RandomCase(seed: seed), { try RandomWalk($0) }) else { return }
        }
    }
}

/// Carries a case out.
private struct RandomWalk: ExactnessWalk {
    let example: RandomCase
    private let database: TestDatabase
    private let api: SQLiteConnection

    init(_ example: RandomCase) throws {
        self.example = example
        database = try TestDatabase(journalMode: example.journalMode)
        api = try database.connect(example.settings)
        request(example.setup)
    }

    func request(_ statements: [String]) {
        for statement in statements { try? api.execute(statement) }
        if api.isInTransaction { try? api.execute("COMMIT") }
        if api.isInTransaction { try? api.execute("ROLLBACK") }
    }

    func dump() throws -> [String] { try database.dump() }

    func holdsAnythingOfRewind() throws -> Bool {
        try SQLiteConnection(path: database.path).prepare("SELECT 1 FROM sqlite_master WHERE name LIKE '%rewind%'")
            .step()
    }

    func makeSystem() -> any RewindableSystem { SQLiteSystem(path: database.path) }

    func restore() async throws -> RestoreReport { try await SQLiteSystem.restore(path: database.path) }
}
