import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// What a distrustful user would try: harm to the API or its data, wrong states, false alarms.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct ScepticTests {
    // MARK: The API does not notice

    @Test func `an API that asks for the last number drawn gets its own`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (a int)")
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("INSERT INTO a DEFAULT VALUES; INSERT INTO a DEFAULT VALUES; INSERT INTO b VALUES (7)")
        #expect(try api.query("SELECT lastval()").int64(0, 0) == 2)
        try await system.end()
    }

    @Test func `types of the API's are not taken for the server's`() async throws {
        let database = try TestDatabase(
            """
            CREATE TABLE a (id int PRIMARY KEY); CREATE SCHEMA s;
            CREATE DOMAIN s.text AS pg_catalog.text CHECK (value = 'never')
            """)
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("SET search_path = s, pg_catalog, public; INSERT INTO a VALUES (1)")
        #expect(try await system.capture().rows.count == 1)
        try await system.end()
    }

    @Test func `the API's transaction survives the end, whatever it has locked`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("SET deadlock_timeout = '20ms'; BEGIN; SELECT FROM b")
        async let ending: Void = system.end()
        let tester = try database.connect()
        let locks = "SELECT FROM pg_locks WHERE mode = 'ShareRowExclusiveLock' AND relation = 'a'::regclass"
        let deadline = ContinuousClock.now + .seconds(4)
        while try tester.query(locks).rowCount == 0, ContinuousClock.now < deadline {}
        try api.execute("INSERT INTO a VALUES (1); COMMIT")
        try await ending
        #expect(try !database.holdsAnythingOfRewind())
    }

    // MARK: What is left behind

    @Test func `a session that only read and went idle does not keep the content from being brought back`() async throws
    {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY)")
        let root = try database.dump()
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("INSERT INTO a VALUES (1)")
        try api.execute("BEGIN; SELECT FROM a")
        let message = await failure { try await system.end() }
        #expect(try database.dump() == root)
        #expect(
            message == """
                notRewindable: The content of \(database.place) is what it was. But Rewind's triggers could not be taken \
                out, since session \(api.serverProcessID) (the API) used its tables in a transaction that is still open. End \
                it, then run rewind restore.
                """)
        try api.execute("COMMIT")
        try await #expect(PostgresSystem.restore(url: database.url).problems.isEmpty)
        #expect(try !database.holdsAnythingOfRewind())
    }

    @Test func `an exempted table that would refer to rows that are gone is told`() async throws {
        let database = try TestDatabase(
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE audit (a int CONSTRAINT of_a REFERENCES a)")
        let system = database.system(exempting: ["audit"])
        try await system.begin()
        let api = try database.connect()
        try api.execute("INSERT INTO a VALUES (1); INSERT INTO audit VALUES (1)")
        _ = try await system.capture()
        let message = await failure { try await system.end() }
        #expect(message.contains("rows of “audit” refer to rows that are gone (foreign key “of_a”)"))
    }

    @Test func `a table whose rows a publication keeps from being deleted is refused`() async throws {
        let database = try TestDatabase(
            "CREATE TABLE a (x int); CREATE TABLE b (id int PRIMARY KEY); CREATE PUBLICATION p FOR ALL TABLES")
        let system = database.system()
        let message = await failure { try await system.begin() }
        #expect(
            message.contains(
                "the rows of “a” can't be deleted while the publication “p” has it without a replica identity"))
    }

    @Test func `a database that is only named like a copy is not removed`() async throws {
        let database = try TestDatabase()
        let server = try PrivatePostgres.shared()
        let name = "\(database.name)_rewind_2024_1"
        try server.createDatabase(name)
        try server.query("CREATE TABLE precious (x int)", in: name)
        defer { try? server.dropDatabase(name) }
        try await DatabaseCopies.make(of: database.url, count: 1).remove()
        #expect(try server.query("SELECT count(*) FROM pg_database WHERE datname = '\(name)'") == "1")
    }

    // MARK: Messages

    @Test func `a change of the schema after a capture is named as such by the move`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY)")
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("INSERT INTO a VALUES (1)")
        let changes = try await system.capture()
        try api.execute("CREATE INDEX i ON a (id)")
        let message = await failure { try await system.apply(changes.inverted) }
        #expect(message.hasPrefix("notRewindable: The schema of \(database.place) changed during the exploration: "))
        _ = await failure { try await system.end() }
    }

    @Test func `who keeps an exploration from beginning is named`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY)")
        let (api, reader) = (try database.connect(), try database.connect())
        try reader.execute("BEGIN; SELECT FROM a")
        try api.execute("BEGIN; INSERT INTO a VALUES (1)")
        #expect(
            await failure { try await database.system().begin() } == """
                unreachable: session \(api.serverProcessID) (the API) has written to tables of \(database.place), or has \
                them locked, in a transaction that has been open for 5 s. End it first. A missing COMMIT or ROLLBACK is the \
                usual cause.
                """)
    }

    // MARK: Wrong states

    @Test func `what was being written during a move is not taken for the next request's`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
        let root = try database.dump()
        let system = database.system(patience: .milliseconds(30))
        try await system.begin()
        let (api, background) = (try database.connect(), try database.connect())
        try api.execute("INSERT INTO a VALUES (1)")
        let changes = try await system.capture()
        try background.execute("BEGIN; INSERT INTO b VALUES (1)")
        let message = await failure { try await system.apply(changes.inverted) }
        #expect(message.contains("session \(background.serverProcessID) (the API) is idle in transaction"))
        try background.execute("COMMIT")
        try await system.end()
        #expect(try database.dump() == root)
    }

    @Test func `an exploration whose session was ended makes way for another, and says so`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY)")
        let root = try database.dump()
        let first = database.system()
        try await first.begin()
        let api = try database.connect()
        try api.execute("INSERT INTO a VALUES (1)")
        let changes = try await first.capture()
        try api.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'rewind,%'
            AND datname = current_database()
            """)
        let second = database.system()
        try await second.begin()
        #expect(try database.dump() == root)
        for work in [
            { _ = try await first.capture() }, { try await first.apply(changes.inverted) }, { try await first.end() },
        ]
            as [() async throws -> Void]
        {
            #expect(await failure(work).hasPrefix("unreachable: The database \(database.place) does not answer"))
        }
        try api.execute("INSERT INTO a VALUES (2)")
        #expect(try await second.capture().rows.count == 1)
        try await second.end()
        #expect(try database.dump() == root)
    }

    @Test func `keys that are equal to the index and not to the eye are kept as they are`() async throws {
        let database = try TestDatabase(
            """
            CREATE EXTENSION citext; CREATE DOMAIN code AS citext;
            CREATE TABLE a (f float8, c char(3), n numeric, t timestamptz, k code, x int, PRIMARY KEY (f, c, n, t, k));
            INSERT INTO a VALUES (0, 'a', 1.0, '2024-03-31 01:30+00', 'Ab', 1), ('NaN', '', 'NaN', 'infinity', '', 2)
            """)
        let root = try database.dump()
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("SET timezone = 'Europe/Berlin'; UPDATE a SET f = '-0', n = 1.000, k = 'aB' WHERE x = 1")
        let after = try database.dump()
        let changes = try await system.capture()
        try await system.apply(changes.inverted)
        #expect(try database.dump() == root)
        try await system.apply(changes)
        #expect(try database.dump() == after)
        try api.execute("UPDATE a SET f = 0 WHERE x = 1; DELETE FROM a WHERE x = 2")
        try await system.end()
        #expect(try database.dump() == root)
    }

    @Test func `a publication for all tables is not in the way`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY); CREATE PUBLICATION p FOR ALL TABLES")
        let system = database.system()
        try await system.begin()
        try database.connect().execute("INSERT INTO a VALUES (1)")
        try await system.apply(try await system.capture().inverted)
        try await system.end()
    }

    // MARK: False alarms

    @Test(arguments: [
        "CREATE TEMP TABLE t (id serial PRIMARY KEY); CREATE INDEX ON t (id); ALTER TABLE t ADD x int; DROP TABLE t",
        "CREATE TEMP TABLE t AS SELECT 1 AS x; COMMENT ON TABLE t IS 'x'; ANALYZE t; TRUNCATE t; INSERT INTO t VALUES (1)",
        "CREATE TEMP VIEW v AS SELECT * FROM a; DROP VIEW v", "CREATE TEMP SEQUENCE s; SELECT nextval('s')",
        "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT pg_temp.f()",
        "CREATE TABLE IF NOT EXISTS a (id int); CREATE INDEX IF NOT EXISTS a_pkey ON a (id)",
        "DROP TABLE IF EXISTS missing; CREATE EXTENSION IF NOT EXISTS plpgsql", "ANALYZE a", "DISCARD ALL",
        "CREATE TEMP TABLE t (x int REFERENCES t2); CREATE TEMP TABLE t2 (x int PRIMARY KEY)", "LISTEN c; NOTIFY c",
        "BEGIN; SELECT pg_advisory_xact_lock(1), pg_advisory_lock_shared(2); SELECT FROM a FOR UPDATE; COMMIT",
        "SET ROLE NONE; SET SESSION AUTHORIZATION DEFAULT; SET synchronous_commit = off; BEGIN READ ONLY; SELECT 1; COMMIT",
    ]) func `what changes nothing is no change`(statements: String) async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY)")
        let system = database.system(patience: .milliseconds(100))
        try await system.begin()
        let api = try database.connect()
        for statement in statements.split(separator: "; ") { try? api.execute(String(statement)) }
        #expect(try await system.capture().isEmpty)
        _ = try await system.contentFingerprint()
        try await system.end()
    }

    // MARK: Cost

    @Test func `thousands of rows without a key are taken back at once`() async throws {
        let database = try TestDatabase(
            "CREATE TABLE a (x int, y text); INSERT INTO a SELECT i % 100, 'old' FROM generate_series(1, 20000) i")
        let root = try database.dump()
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute(
            "INSERT INTO a SELECT i % 1000, 'new' FROM generate_series(1, 3000) i; DELETE FROM a WHERE x = 5")
        let changes = try await system.capture()
        let start = ContinuousClock.now
        try await system.apply(changes.inverted)
        #expect(ContinuousClock.now - start < .seconds(3))
        #expect(try database.dump() == root)
        try await system.apply(changes)
        try await system.end()
        #expect(try database.dump() == root)
    }

    /// Found by seed 20084 of the random cases.
    @Test func `an update that changed nothing is not taken for the root behind a move`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY, x int)")
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("INSERT INTO a VALUES (1, 1)")
        let inserted = try await system.capture()
        try await system.apply(inserted.inverted)
        try await system.apply(inserted)
        try api.execute("UPDATE a SET x = 1")
        #expect(try await system.capture().isEmpty)
        try await system.apply(inserted.inverted)
        try await system.end()
        #expect(try database.dump() == [])
    }
}
