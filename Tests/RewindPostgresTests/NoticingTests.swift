import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// What can't be taken back is noticed and named; everything else is still brought back.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct NoticingTests {
    private let database: TestDatabase
    private let api: PostgresConnection
    private let system: PostgresSystem

    init() async throws {
        database = try TestDatabase(
            """
            CREATE TABLE a (id int PRIMARY KEY, x int); INSERT INTO a VALUES (1, 1);
            CREATE TABLE b (id int PRIMARY KEY, x int); INSERT INTO b VALUES (1, 1);
            CREATE MATERIALIZED VIEW m AS SELECT 1
            """)
        api = try database.connect()
        system = database.system(patience: .milliseconds(30))
        try await system.begin()
    }

    private var restoringSentence: String { "Restore it from a dump if that matters." }

    @Test(arguments: [
        ("CREATE TABLE c (x int)", "CREATE TABLE public.c"), ("DROP TABLE a CASCADE", "DROP TABLE public.a"),
        ("ALTER TABLE a ADD y int", "ALTER TABLE public.a"), ("CREATE INDEX i ON a (x)", "CREATE INDEX public.i"),
        ("TRUNCATE a; ALTER TABLE a ALTER x TYPE text", "ALTER TABLE public.a"),
        ("ALTER TABLE a DISABLE TRIGGER ALL; UPDATE a SET x = 5", "ALTER TABLE public.a"),
        ("DROP TRIGGER \"!rewind_row\" ON a; UPDATE a SET x = 5", "DROP TRIGGER \"!rewind_row\" on public.a"),
        ("REFRESH MATERIALIZED VIEW m", "REFRESH MATERIALIZED VIEW public.m"),
    ]) func `a change of the schema is named, and other tables are brought back`(
        statement: String, what: String
    ) async throws {
        try api.execute("UPDATE b SET x = 2; \(statement)")
        let message = await failure { _ = try await system.capture() }
        #expect(message.hasPrefix("notRewindable: The schema of \(database.place) changed during the exploration: "))
        #expect(message.contains(what))
        let ending = await failure { try await system.end() }
        #expect(
            ending.hasPrefix("notRewindable: \(database.place) could not be brought back fully: the schema changed"))
        #expect(ending.contains(what))
        #expect(try api.query("SELECT x FROM b").int64(0, 0) == 1)
        #expect(try !database.holdsAnythingOfRewind())
    }

    /// Only a superuser can have changes of the schema told as they happen.
    @Test(arguments: [
        ("ALTER TABLE a ADD y int; INSERT INTO a VALUES (1, 2, 3)", true), ("ALTER TABLE a DROP x", false),
        ("CREATE INDEX i ON a (x)", false), ("ALTER TABLE a DISABLE TRIGGER ALL; INSERT INTO a VALUES (5)", nil),
    ]) func `a role that is no superuser's notices changes of the schema later`(
        statement: String, isSeenAtOnce: Bool?
    ) async throws {
        let other = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY, x int)")
        let owner = try other.makeRole("GRANT SET ON PARAMETER session_replication_role TO")
        try other.connect().execute(
            "ALTER TABLE a OWNER TO \(owner); GRANT CREATE ON DATABASE \(other.name) TO \(owner)")
        let exploring = other.system(as: owner)
        try await exploring.begin()
        try other.connect().execute(statement)
        let changed = "notRewindable: The schema of \(other.place) changed during the exploration: "
        let atOnce = await failure { _ = try await exploring.capture() }
        #expect(atOnce == "no error" || atOnce.hasPrefix(changed + "the columns of “a” are others"))
        #expect((atOnce != "no error") == (isSeenAtOnce == true))
        let later = await failure { _ = try await exploring.contentFingerprint() }
        #expect(later.hasPrefix(isSeenAtOnce == nil ? "notRewindable: The content of “a”" : changed + "“a”"))
        #expect(await failure { try await exploring.end() }.contains("could not be brought back fully"))
        #expect(try !other.holdsAnythingOfRewind())
    }

    @Test func `an API that never comes to rest is named`() async throws {
        let busy = database.system(settlingFor: .milliseconds(50), patience: .milliseconds(100))
        try await system.end()
        try await busy.begin()
        let database = database
        async let writing: Void = WorkerThread(name: "the API's background work").run {
            let loop = "LOOP UPDATE a SET x = x + 1; COMMIT; EXIT WHEN EXISTS (SELECT FROM b WHERE x = 0) OR now() > $1"
            let deadline = "'\(Date(timeIntervalSinceNow: 20).ISO8601Format())'"
            let text = loop.replacing("$1", with: deadline)
            try database.connect().execute("DO $$ BEGIN \(text); END LOOP; END $$")
        }
        let deadline = ContinuousClock.now + .seconds(10)
        while try api.query("SELECT x FROM a").int64(0, 0) == 1, ContinuousClock.now < deadline {}
        let message = await failure { _ = try await busy.capture() }
        try api.execute("UPDATE b SET x = 0")
        try await writing
        // Each look finds a transaction open, or what it left: which of the two is said depends on the last.
        let sayings = ["The API never comes to rest: ", "A transaction is still open in "]
        #expect(sayings.contains { message.hasPrefix("notRewindable: \($0)\(database.place)") }, "\(message)")
        try await busy.end()
    }

    @Test func `a temporary table is no change of the schema`() async throws {
        try api.execute(
            "CREATE TEMP TABLE t (id serial PRIMARY KEY, x text); INSERT INTO t (x) VALUES ('a'); DROP TABLE t")
        try api.execute("CREATE TEMP TABLE u ON COMMIT DROP AS SELECT 1")
        #expect(try await system.capture().isEmpty)
        try await system.end()
    }

    @Test func `a write that leaves no entry in the log is named`() async throws {
        try api.execute("SET rewind.moving = 'on'; UPDATE a SET x = 2; RESET rewind.moving")
        #expect(try await system.capture().isEmpty)
        #expect(
            await failure { _ = try await system.contentFingerprint() } == """
                notRewindable: The content of “a” in \(database.place) changed without leaving an entry in the log. A \
                writer that disabled triggers (ALTER TABLE … DISABLE TRIGGER) is the usual cause.
                """)
        #expect(
            await failure { try await system.end() } == """
                notRewindable: \(database.place) could not be brought back fully: “a” is not as it was; a writer that \
                disabled triggers changed it. \(restoringSentence)
                """)
    }

    @Test func `a move from where the content is not is refused`() async throws {
        try api.execute("UPDATE a SET x = 2")
        let changes = try await system.capture()
        try api.execute("SET rewind.moving = 'on'; UPDATE a SET x = 3; RESET rewind.moving")
        #expect(
            await failure { try await system.apply(changes.inverted) } == """
                notRewindable: The row 1 of the table “a” in \(database.place) is not as recorded. Something other than the \
                API writes to it, or a writer has triggers switched off.
                """)
        try await system.end()
        #expect(try api.query("SELECT x FROM a").int64(0, 0) == 1)
    }

    @Test(arguments: [true, false]) func `an open transaction is reported with its query`(isAlone: Bool) async throws {
        try api.execute("BEGIN; UPDATE a SET x = 2 WHERE id = 1")
        if !isAlone { try database.connect().execute("UPDATE b SET x = 7") }
        let message = await failure { _ = try await system.capture() }
        let process = api.serverProcessID
        #expect(
            message.hasPrefix(
                """
                notRewindable: A transaction is still open in \(database.place), 0.03 seconds after the API's answer: \
                session \(process) (the API) is idle in transaction for 0.
                """))
        #expect(
            message.hasSuffix(
                """
                 s, its last query: BEGIN; UPDATE a SET x = 2 WHERE id = 1. What it changed can't be taken back before it \
                ends. A missing COMMIT or ROLLBACK on some path is the usual cause.
                """))
        try api.execute("COMMIT")
        #expect(try await system.capture().rows.count == (isAlone ? 1 : 2))
        try await system.end()
    }

    @Test func `an open transaction of another role is seen without a right to its query`() async throws {
        let other = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY)")
        let owner = try other.makeRole("GRANT SET ON PARAMETER session_replication_role TO")
        let role = try other.makeRole("GRANT USAGE ON SCHEMA public TO")
        try other.connect().execute(
            """
            ALTER TABLE a OWNER TO \(owner); GRANT CREATE ON DATABASE \(other.name) TO \(owner);
            GRANT INSERT ON a TO \(role)
            """)
        let exploring = other.system(patience: .milliseconds(30), as: owner)
        try await exploring.begin()
        let session = try other.connect(as: role)
        try session.execute("BEGIN; INSERT INTO a VALUES (1)")
        let message = await failure { _ = try await exploring.capture() }
        #expect(message.contains("session \(session.serverProcessID) (the API) is in a transaction for"))
        try session.execute("COMMIT")
        #expect(try await exploring.capture().rows.count == 1)
        try await exploring.end()
    }

    @Test func `a prepared transaction is named`() async throws {
        try api.execute("BEGIN; UPDATE a SET x = 2; PREPARE TRANSACTION 'payment 7'")
        #expect(
            await failure { _ = try await system.capture() } == """
                notRewindable: The transaction “payment 7” is prepared for a two-phase commit in \(database.place). Until it \
                is committed or rolled back, what it changed can't be seen nor taken back.
                """)
        try api.execute("COMMIT PREPARED 'payment 7'")
        #expect(try await system.capture().rows.count == 1)
        try await system.end()
    }

    @Test func `a large object is named`() async throws {
        try api.execute("SELECT lo_create(0)")
        #expect(try await system.capture().isEmpty)
        #expect(
            await failure { _ = try await system.contentFingerprint() } == """
                notRewindable: What the API did to large objects in \(database.place) can't be taken back. Rewind takes back \
                rows of tables and the standing of sequences.
                """)
        try await system.end()
    }

    @Test func `what a dead exploration left is undone, and told`() async throws {
        let other = try TestDatabase(
            """
            CREATE TABLE a (id serial PRIMARY KEY, x int); INSERT INTO a (x) VALUES (1), (2);
            CREATE TABLE b (x int); INSERT INTO b VALUES (1), (1)
            """)
        let root = try other.dump()
        var dying: PostgresSystem? = other.system()
        try await dying?.begin()
        let api = try other.connect()
        try api.execute("UPDATE a SET x = 5 WHERE id = 1; DELETE FROM b")
        if let changes = try await dying?.capture() { try await dying?.apply(changes.inverted) }
        try api.execute("INSERT INTO a (x) VALUES (3); UPDATE a SET x = 6 WHERE id = 2; DELETE FROM b")
        dying = nil
        let report = try await PostgresSystem.restore(url: other.url)
        #expect(
            report.description == """
                \(other.place): the exploration of process \(ProcessInfo.processInfo.processIdentifier) is undone: 4 rows \
                put back (2 in “a”, 2 in “b”), 1 sequence reset.
                """)
        #expect(try other.dump() == root)
        #expect(try !other.holdsAnythingOfRewind())
        try await system.end()
    }
}
