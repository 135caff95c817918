import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
import Testing

/// What a database holds is told without touching it, and rewinding is tried out without touching what is the API's.
@Suite struct SurveyTests {
    private static let setup = """
        CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT, note TEXT);
        CREATE TABLE refunds (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id));
        CREATE TABLE rates (country TEXT, day DATE, rate REAL, PRIMARY KEY (country, day)) WITHOUT ROWID;
        CREATE TABLE hidden (rowid TEXT, oid TEXT, _rowid_ TEXT);
        INSERT INTO orders (note) VALUES ('a'), ('b')
        """

    @Test func `tables are told with rows, keys and roles`() async throws {
        let database = try TestDatabase(Self.setup)
        let survey = try await SQLiteSystem.survey(path: database.path, exempting: ["hidden"])
        #expect(survey.server == "SQLite \(SQLiteLibrary.version)")
        #expect(survey.counters == ["orders"])
        #expect(survey.tables.map(\.name) == ["hidden", "orders", "rates", "refunds"])
        #expect(survey.tables.map(\.rows) == [0, 2, 0, 0])
        #expect(survey.tables.map(\.sensing) == [.exempt, .triggers, .triggers, .triggers])
        #expect(survey.tables.map(\.key) == [[], ["id"], ["country", "day"], ["id"]])
        #expect(survey.tables.map(\.volatile) == [[], ["created_at"], ["day"], []])
        #expect(survey.tables.map(\.identifiers) == [[], ["id"], [], ["id", "order_id"]])
        #expect(survey.exploredBy == nil && survey.leftMidwayBy == nil)
    }

    @Test func `a table that can't be recorded says why, beside the others`() async throws {
        let database = try TestDatabase(Self.setup)
        let survey = try await SQLiteSystem.survey(path: database.path)
        guard case .impossible(let reason) = survey.tables.first?.sensing else {
            Issue.record("\(survey.tables)")
            return
        }
        #expect(reason.hasPrefix("The rows of the table “hidden” can't be told apart"))
        #expect(survey.tables.count == 4)
    }

    @Test func `who explores it is told, and who died doing so`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x)")
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        let during = try await SQLiteSystem.survey(path: database.path)
        #expect(during.exploredBy?.contains("is being explored by process") == true)
        #expect(during.tables.map(\.name) == ["a"])
        try database.connect().execute("UPDATE _rewind_owner SET pid = 999999999, started = 'long ago'")
        #expect(try await SQLiteSystem.survey(path: database.path).leftMidwayBy == 999_999_999)
        await #expect(throws: SystemError.self) { try await SQLiteSystem.tryOut(path: database.path) }
        _ = try await SQLiteSystem.restore(path: database.path)
        #expect(try await SQLiteSystem.survey(path: database.path).leftMidwayBy == nil)
    }

    @Test(arguments: ["WAL", "DELETE"])
    func `a round trip leaves the database as it was`(journalMode: String) async throws {
        let database = try TestDatabase(Self.setup + "; DROP TABLE hidden", journalMode: journalMode)
        let before = try database.dump()
        let trip = try await SQLiteSystem.tryOut(path: database.path)
        #expect(trip.tables == 3 && trip.rows == 3)
        #expect(try database.dump() == before)
        #expect(try await SQLiteSystem.tryOut(path: database.path, exempting: ["rates"]).tables == 2)
        #expect(try database.dump() == before)
    }

    @Test func `what the API writes during round trips stays`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER)")
        let path = database.path
        let writing = Task.detached {
            let api = try SQLiteConnection(path: path)
            var count = 0
            while !Task.isCancelled {
                try api.execute("INSERT INTO a (n) VALUES (1)")
                count += 1
                await Task.yield()
            }
            return count
        }
        for _ in 0..<5 { _ = try await SQLiteSystem.tryOut(path: path) }
        writing.cancel()
        let written = try await writing.value
        let connection = try database.connect()
        let found = try connection.prepare("SELECT count(*), max(id), (SELECT seq FROM sqlite_sequence) FROM a")
        #expect(try found.step())
        #expect((0..<3).map { found.int64($0) } == [Int64(written), Int64(written), Int64(written)])
    }

    @Test func `what a doctor that died has left is taken along`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x)")
        let before = try database.dump()
        try database.connect().execute("CREATE TABLE rewind_doctor_probe (id INTEGER PRIMARY KEY, note TEXT)")
        _ = try await SQLiteSystem.tryOut(path: database.path)
        #expect(try database.dump() == before)
    }

    @Test func `a table of the API's by the name of the probe's is left alone`() async throws {
        let database = try TestDatabase("CREATE TABLE rewind_doctor_probe (own TEXT)")
        let before = try database.dump()
        await #expect(throws: SystemError.self) { try await SQLiteSystem.tryOut(path: database.path) }
        #expect(try database.dump() == before)
    }
}
