import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// What is not explored is said before anything is changed, in a sentence that says what to do.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct RefusalTests {
    @Test func `a database that does not look like a test database is protected`() async throws {
        let server = try PrivatePostgres.shared()
        let name = "shop_" + UUID().uuidString.filter(\.isNumber)
        try server.createDatabase(name)
        defer { try? server.dropDatabase(name) }
        let url = server.url(database: name)
        #expect(
            await failure { try await PostgresSystem(url: url).begin() } == """
                protected: The database “\(name)” does not look like a test database: its name has none of the words \
                test, demo, tmp, temp, dev, sandbox, rewind. Exploring makes the API write to it. If that is meant, \
                allow it with guarding: .anyDatabase, or --any-database on the command line.
                """)
        let allowed = PostgresSystem(url: url, guarding: .anyDatabase)
        try await allowed.begin()
        try await allowed.end()
        try DatabaseGuard.testDatabasesOnly.check(databaseNamed: "shop_test")
    }

    @Test(arguments: [
        "postgresql://rewind:s3cret@localhost:1/shop_test", "host=/nowhere password=s3cret dbname=shop_test",
        "postgresql://rewind:s3cret@[broken/shop_test", "postgresql:///shop_test?password=s3cret&host=%zz",
    ]) func `a password is never in a message`(url: String) async throws {
        let message = await failure { try await PostgresSystem(url: url).begin() }
        #expect(message.hasPrefix("unreachable: "))
        #expect(!message.contains("s3cret"))
        #expect(await !failure { _ = try await PostgresSystem.restore(url: url) }.contains("s3cret"))
    }

    @Test func `a missing server or database is said`() async throws {
        let server = try PrivatePostgres.shared()
        let directory = server.socketDirectory
        #expect(
            await failure { try await PostgresSystem(url: server.url(database: "missing_test")).begin() } == """
                unreachable: The database “missing_test” at \(directory) does not answer: connection to server on socket \
                "\(directory)/.s.PGSQL.5432" failed: FATAL:  database "missing_test" does not exist. Is the server \
                running, and are the name and the user right? What was changed is undone by the next run, or by rewind \
                restore.
                """)
        let message = await failure { try await PostgresSystem(url: "postgresql:///a_test?host=/nowhere").begin() }
        #expect(
            message.hasPrefix("unreachable: The database “a_test” at /nowhere does not answer: connection to server"))
    }

    @Test func `a second exploration is refused, and told who holds the database`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY)")
        let first = database.system()
        try await first.begin()
        let process = try database.connect().query(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'rewind%'")
        let sentence = """
            inUse: The database \(database.place) is being explored by rewind, process \
            \(ProcessInfo.processInfo.processIdentifier) from this machine (server process \(process.string(0, 0))), which \
            is still running. Wait for it, stop it, or explore a copy.
            """
        #expect(await failure { try await database.system().begin() } == sentence)
        #expect(await failure { _ = try await PostgresSystem.restore(url: database.url) } == sentence)
        try await first.end()
        #expect(
            try await PostgresSystem.restore(url: database.url).description == "\(database.place): nothing to restore.")
    }

    @Test func `a schema of that name is left alone`() async throws {
        let database = try TestDatabase("CREATE SCHEMA rewind; CREATE TABLE rewind.mine (x int)")
        let sentence = """
            unsupported: The database \(database.place) has a schema “rewind” that is not Rewind's. Rewind keeps its log in \
            a schema of that name; rename yours in the test database.
            """
        #expect(await failure { try await database.system().begin() } == sentence)
        #expect(await failure { _ = try await PostgresSystem.restore(url: database.url) } == sentence)
        #expect(try database.connect().query("SELECT count(*) FROM rewind.mine").int64(0, 0) == 0)
    }

    @Test(arguments: [
        (
            "CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f(); ALTER TABLE a ENABLE ALWAYS TRIGGER t",
            "the trigger “t” on “a” is enabled for replicas, so it would fire when Rewind moves"
        ),
        (
            "CREATE RULE r AS ON DELETE TO a DO ALSO SELECT 1; ALTER TABLE a ENABLE REPLICA RULE r",
            "the rule “r” on “a” is enabled for replicas, so it would fire when Rewind moves"
        ),
        (
            """
            CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE b (x int) SERVER s
            """, "the rows of the foreign table “b” are elsewhere"
        ),
    ]) func `what can't be rewound exactly is refused, unless it is exempted`(setup: String, what: String) async throws
    {
        let database = try TestDatabase(
            """
            CREATE TABLE a (id int PRIMARY KEY);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            """ + setup)
        #expect(
            await failure { try await database.system().begin() } == """
                unsupported: \(database.place) can't be rewound exactly: \(what). Change that in the test database, or exempt \
                the table if it is about one.
                """)
        #expect(try !database.holdsAnythingOfRewind())
        let exempting = database.system(exempting: ["a", "b"])
        try await exempting.begin()
        try await exempting.end()
    }

    @Test func `each missing right is named by the statement that grants it`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)")
        let role = try database.makeRole("GRANT SELECT ON a TO")
        let system = database.system(as: role)
        #expect(
            await failure { try await system.begin() } == """
                unsupported: The role “\(role)” lacks rights. Have a superuser run:
                    GRANT CREATE ON DATABASE \(database.name) TO \(role);
                    GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON public.a TO \(role);
                """)
        let administrator = try database.connect()
        try administrator.execute(
            """
            ALTER TABLE a OWNER TO \(role); GRANT CREATE ON DATABASE \(database.name) TO \(role);
            ALTER TABLE a ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY
            """)
        #expect(
            await failure { try await system.begin() } == """
                unsupported: The role “\(role)” lacks rights. Have a superuser run:
                    ALTER ROLE \(role) BYPASSRLS;
                """)
        try administrator.execute(
            "GRANT SET ON PARAMETER session_replication_role TO \(role); ALTER ROLE \(role) BYPASSRLS")
        #expect(try await PostgresSystem.rights(url: database.url(as: role)).suffice)
        try await system.begin()
        try administrator.execute("UPDATE a SET id = 2")
        let changes = try await system.capture()
        #expect(changes.rows.count == 2)
        _ = try await system.contentFingerprint()
        try await system.apply(changes.inverted)
        try await system.end()
        #expect(try administrator.query("SELECT id FROM a").int64(0, 0) == 1)
        #expect(try !database.holdsAnythingOfRewind())
    }

    @Test func `a role without the rights can't restore`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)")
        let role = try database.makeRole("GRANT USAGE ON SCHEMA public TO")
        var system: PostgresSystem? = database.system()
        try await system?.begin()
        system = nil
        let message = await failure { _ = try await PostgresSystem.restore(url: database.url(as: role)) }
        #expect(message.hasPrefix("unsupported: The role “\(role)” lacks rights. Have a superuser run:"))
        #expect(try await PostgresSystem.restore(url: database.url).problems.isEmpty)
    }

    @Test func `calls before begin are refused`() async throws {
        let system = PostgresSystem(url: "postgresql:///shop_test?host=/nowhere")
        #expect(
            await failure { _ = try await system.capture() } == """
                unreachable: The database “shop_test” at /nowhere is not being explored: begin() has not been called.
                """)
    }
}

/// What a failure says, with its kind.
func failure(_ work: () async throws -> Void) async -> String {
    do { try await work() } catch let error as SystemError { return "\(error.kind): \(error)" } catch {
        return "not a SystemError: \(error)"
    }
    return "no error"
}
