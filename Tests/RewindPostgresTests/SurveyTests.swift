import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// What a database holds is told without touching it, and rewinding is tried out without touching what is the API's.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct SurveyTests {
    private static let setup = """
        CREATE TABLE orders (id bigserial PRIMARY KEY, paid timestamptz, note text);
        CREATE TABLE refunds (id bigserial PRIMARY KEY, order_id bigint REFERENCES orders (id));
        CREATE TABLE audit (line text);
        CREATE SEQUENCE tickets;
        INSERT INTO orders (note) VALUES ('a'), ('b')
        """

    @Test func `tables are told with rows, keys and roles`() async throws {
        let database = try TestDatabase(Self.setup)
        let survey = try await PostgresSystem.survey(url: database.url, exempting: ["audit"])
        #expect(survey.server.hasPrefix("PostgreSQL "))
        #expect(survey.tables.map(\.name) == ["audit", "orders", "refunds"])
        #expect(survey.tables.map(\.rows) == [0, 2, 0])
        #expect(survey.tables.map(\.sensing) == [.exempt, .triggers, .triggers])
        #expect(survey.tables.map(\.key) == [[], ["id"], ["id"]])
        #expect(survey.tables.map(\.volatile) == [[], ["paid"], []])
        #expect(survey.tables.map(\.identifiers) == [[], ["id"], ["id", "order_id"]])
        #expect(survey.counters == ["orders_id_seq", "refunds_id_seq", "tickets"])
        #expect(survey.obstacles.isEmpty && survey.underWay.isEmpty)
        #expect(survey.exploredBy == nil && survey.leftMidwayBy == nil)
    }

    @Test func `what can't be taken back and what is under way is told`() async throws {
        let database = try TestDatabase(Self.setup + "; CREATE MATERIALIZED VIEW sums AS SELECT count(*) FROM orders")
        let api = try database.connect()
        try api.execute("BEGIN; INSERT INTO orders (note) VALUES ('open')")
        let survey = try await PostgresSystem.survey(url: database.url)
        #expect(survey.notTakenBack == ["the materialized view “sums”"])
        #expect(survey.underWay.count == 1 && survey.underWay[0].contains("(the API) is idle in transaction"))
        try api.execute("ROLLBACK")
    }

    @Test func `who explores it is told`() async throws {
        let database = try TestDatabase(Self.setup)
        let system = database.system()
        try await system.begin()
        let survey = try await PostgresSystem.survey(url: database.url)
        #expect(survey.exploredBy?.contains("is being explored by rewind, process") == true)
        #expect(survey.tables.count == 3)
        await #expect(throws: SystemError.self) { try await PostgresSystem.tryOut(url: database.url) }
        try await system.end()
        #expect(try !database.holdsAnythingOfRewind())
    }

    @Test func `a round trip leaves the database as it was, by whatever role`() async throws {
        let database = try TestDatabase(Self.setup)
        let role = try database.makeRole("SET ROLE")
        try database.connect().execute(
            """
            GRANT CREATE ON DATABASE \(database.name) TO \(role);
            ALTER TABLE orders OWNER TO \(role); ALTER TABLE refunds OWNER TO \(role); ALTER TABLE audit OWNER TO \(role);
            ALTER SEQUENCE tickets OWNER TO \(role)
            """)
        let before = try database.dump()
        for user in [PrivatePostgres.administrator, role] {
            let trip = try await PostgresSystem.tryOut(url: database.url(as: user))
            #expect(trip.tables == 3 && trip.rows == 3)
            #expect(try database.dump() == before)
            #expect(try !database.holdsAnythingOfRewind())
            let schemas = try database.connect().query("SELECT FROM pg_namespace WHERE nspname LIKE 'rewind%'")
            #expect(schemas.rowCount == 0)
        }
    }

    @Test func `what the API writes during round trips stays`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id bigserial PRIMARY KEY); CREATE SEQUENCE tickets")
        let writing = Task.detached {
            let api = try database.connect()
            var count = 0
            while !Task.isCancelled {
                try api.execute("INSERT INTO a DEFAULT VALUES; SELECT nextval('tickets')")
                count += 1
                await Task.yield()
            }
            return count
        }
        for _ in 0..<5 { _ = try await PostgresSystem.tryOut(url: database.url) }
        writing.cancel()
        let written = Int64(try await writing.value)
        let found = try database.connect().query("SELECT count(*), max(id), (SELECT last_value FROM tickets) FROM a")
        #expect((0..<3).map { found.int64(0, $0) } == [written, written, written])
    }

    @Test func `what is missing is said instead`() async throws {
        let database = try TestDatabase(Self.setup)
        let role = try database.makeRole("SET ROLE")
        await #expect(throws: SystemError.self) { try await PostgresSystem.tryOut(url: database.url(as: role)) }
        let survey = try await PostgresSystem.survey(url: database.url(as: role))
        #expect(survey.tables.map(\.rows) == [nil, nil, nil])
    }
}
