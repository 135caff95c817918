import ExactnessSupport
import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// What PostgreSQL can do to rows, each once: told, undone, done again, and undone at the end.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct FeatureTests {
    /// Makes the request, goes back, forth, and to the root by the end; the whole content is compared at each.
    @discardableResult
    private func thereAndBack(
        _ setup: String, _ request: String, settings: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ChangeSet {
        let database = try TestDatabase(setup)
        let root = try database.dump()
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        if !settings.isEmpty { try api.execute(settings) }
        try api.execute(request)
        let after = try database.dump()
        let changes = try await system.capture()
        _ = try await system.contentFingerprint()
        try await system.apply(changes.inverted)
        #expect(try database.dump() == root, "undone", sourceLocation: sourceLocation)
        try await system.apply(changes)
        #expect(try database.dump() == after, "done again", sourceLocation: sourceLocation)
        _ = try await system.contentFingerprint()
        try await system.end()
        #expect(try database.dump() == root, "after the end", sourceLocation: sourceLocation)
        #expect(try !database.holdsAnythingOfRewind(), sourceLocation: sourceLocation)
        return changes
    }

    @Test func `a trigger may change the row again`() async throws {
        let changes = try await thereAndBack(
            """
            CREATE TABLE a (id int PRIMARY KEY, x int, version int DEFAULT 0); INSERT INTO a VALUES (1, 1);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN UPDATE a SET version = version + 1 WHERE id = NEW.id; RETURN NULL; END';
            CREATE TRIGGER "!a" AFTER UPDATE OF x ON a FOR EACH ROW EXECUTE FUNCTION f()
            """, "UPDATE a SET x = 2")
        #expect(changes.rows.count == 1)
    }

    @Test func `a trigger may change a row of the same statement whose entry is still to come`() async throws {
        try await thereAndBack(
            """
            CREATE TABLE a (id int PRIMARY KEY, x int); INSERT INTO a VALUES (1, 1), (2, 1), (3, 1);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN UPDATE a SET x = x + 10 WHERE id = NEW.id + 1; RETURN NULL; END';
            CREATE TRIGGER z AFTER UPDATE ON a FOR EACH ROW WHEN (NEW.x < 100) EXECUTE FUNCTION f()
            """, "UPDATE a SET x = x + 50")
    }

    @Test(arguments: ["id + 1", "-id", "4 - id"]) func `rows may pass their keys on`(key: String) async throws {
        try await thereAndBack(
            "CREATE TABLE a (id int PRIMARY KEY, x text); INSERT INTO a VALUES (3, 'c'), (2, 'b'), (1, 'a')",
            key == "4 - id"
                ? "UPDATE a SET id = id + 100; UPDATE a SET id = 104 - id" : "UPDATE a SET id = \(key)")
    }

    @Test func `deferred unique keys may be swapped`() async throws {
        try await thereAndBack(
            """
            CREATE TABLE a (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, x text, u int UNIQUE DEFERRABLE);
            INSERT INTO a VALUES (1, 'a', 5), (2, 'b', 6)
            """, "BEGIN; UPDATE a SET id = 3 - id, u = 11 - u; COMMIT")
    }

    @Test func `a row may move between partitions`() async throws {
        let changes = try await thereAndBack(
            """
            CREATE TABLE a (id int, region text, x int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
            CREATE TABLE a_eu PARTITION OF a FOR VALUES IN ('eu'); CREATE TABLE a_other PARTITION OF a DEFAULT;
            INSERT INTO a VALUES (1, 'eu', 1), (2, 'us', 1)
            """, "UPDATE a SET region = 'mars' WHERE id = 1")
        #expect(changes.tables == ["a_eu", "a_other"])
    }

    @Test func `truncation may cascade and restart sequences`() async throws {
        let changes = try await thereAndBack(
            """
            CREATE TABLE a (id serial PRIMARY KEY); INSERT INTO a DEFAULT VALUES; INSERT INTO a DEFAULT VALUES;
            CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY, a int REFERENCES a); INSERT INTO b (a) VALUES (1), (1);
            CREATE TABLE c () INHERITS (a); INSERT INTO c VALUES (7)
            """, "TRUNCATE a RESTART IDENTITY CASCADE; INSERT INTO a DEFAULT VALUES")
        #expect(changes.counters.count == 2)
    }

    @Test func `foreign keys may cascade, also within a table`() async throws {
        try await thereAndBack(
            """
            CREATE TABLE a (id int PRIMARY KEY, parent int REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE b (a int REFERENCES a ON DELETE SET NULL ON UPDATE CASCADE);
            INSERT INTO a VALUES (1, NULL), (2, 1), (3, 2), (4, NULL); INSERT INTO b VALUES (2), (2), (4)
            """, "UPDATE a SET id = id + 10; DELETE FROM a WHERE id = 12")
    }

    @Test func `a session may act as a replica`() async throws {
        try await thereAndBack(
            "CREATE TABLE a (id int PRIMARY KEY, x int); INSERT INTO a VALUES (1, 1)", "UPDATE a SET x = 2; TRUNCATE a",
            settings: "SET session_replication_role = replica")
    }

    @Test func `a session may spell values its own way`() async throws {
        try await thereAndBack(
            """
            CREATE TABLE a (id int PRIMARY KEY, d date, i interval, f float8, b bytea, t timestamptz, m money, r tstzrange);
            INSERT INTO a VALUES (1, '2024-01-02', '1 mon -1 day', 0.1, '\\x005c', 'infinity', 1.5, '[2020-01-01,)')
            """,
            "UPDATE a SET id = 2; INSERT INTO a VALUES (3, '03/04/2024', '-1:00', 1e-300, '\\x27', now(), 2, '(,)')",
            settings: """
                SET DateStyle = 'SQL, DMY'; SET IntervalStyle = sql_standard; SET extra_float_digits = -15;
                SET bytea_output = escape; SET TimeZone = 'Asia/Kathmandu'; SET client_encoding = LATIN1;
                SET quote_all_identifiers = on; SET search_path = pg_catalog, public
                """)
    }

    @Test func `an XML declaration is kept`() async throws {
        let database = try TestDatabase(
            """
            CREATE TABLE a (id int PRIMARY KEY, x xml, t text);
            INSERT INTO a VALUES (1, '<?xml version="1.0" encoding="UTF-8"?><a/>'), (2, NULL)
            """)
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("UPDATE a SET t = 'x'")
        try await system.apply(try await system.capture().inverted)
        let text = try api.query("SELECT x::text FROM a WHERE id = 1").string(0, 0)
        #expect(text == "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>")
        try await system.end()
    }

    @Test func `equal rows of a table without a key are counted`() async throws {
        let changes = try await thereAndBack(
            "CREATE TABLE a (x int, y text); INSERT INTO a VALUES (1, 'a'), (1, 'a'), (1, 'a'), (NULL, NULL)",
            "DELETE FROM a WHERE ctid = '(0,2)'; INSERT INTO a VALUES (NULL, NULL), (2, ''); UPDATE a SET y = y")
        #expect(changes.rows.count == 3)
    }

    @Test func `tables may have no column, and columns the names that we use`() async throws {
        try await thereAndBack(
            """
            CREATE TABLE a (); INSERT INTO a DEFAULT VALUES;
            CREATE TABLE b (t text, k text PRIMARY KEY, v int, r int, old int, "new" int, tbl int, x int);
            INSERT INTO b VALUES ('t', 'k', 1, 2, 3, 4, 5, 6)
            """, "INSERT INTO a DEFAULT VALUES; UPDATE b SET t = 'u', old = 9; INSERT INTO b (t, k) VALUES (NULL, '')")
    }

    @Test func `names that look the same are told apart`() async throws {
        let changes = try await thereAndBack(
            """
            CREATE SCHEMA a; CREATE TABLE "a.b" (id serial PRIMARY KEY); CREATE TABLE a.b (id serial PRIMARY KEY);
            CREATE TABLE c (id int PRIMARY KEY); CREATE SEQUENCE one OWNED BY c.id; CREATE SEQUENCE two OWNED BY c.id
            """,
            """
            INSERT INTO "a.b" DEFAULT VALUES; INSERT INTO a.b DEFAULT VALUES; SELECT nextval('one'), nextval('two'),
            nextval('two')
            """)
        #expect(changes.tables == ["\"a.b\"", "a.b"])
        #expect(changes.counters.count == 4)
    }

    @Test func `what is one key to a collation is two to the log`() async throws {
        let database = try TestDatabase(
            """
            CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE a (key text COLLATE nocase PRIMARY KEY, n numeric UNIQUE); INSERT INTO a VALUES ('A', 1.0)
            """)
        let root = try database.dump()
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute("UPDATE a SET key = 'a', n = 1.00")
        let changes = try await system.capture()
        try await system.apply(changes.inverted)
        try await system.apply(changes)
        // The position says that “a” was not there; what the log says of it since must not take “A” out.
        try api.execute("UPDATE a SET key = 'A', n = 1.0")
        try await system.end()
        #expect(try database.dump() == root)
    }

    @Test(arguments: [3, 40]) func `a number drawn alone is told, however many sequences there are`(count: Int)
        async throws
    {
        let many = (0..<count).map { "CREATE SEQUENCE s\($0); SELECT nextval('s\($0)')" }.joined(separator: "; ")
        let database = try TestDatabase(many + "; CREATE UNLOGGED TABLE u (id serial PRIMARY KEY)")
        let root = try database.dump()
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        for sequence in ["s1", "s2", "u_id_seq"] {
            try api.execute("SELECT nextval('\(sequence)')")
            let changes = try await system.capture()
            #expect(changes.counters.count == 1, "\(sequence)")
            try api.execute("SELECT nextval('\(sequence)')")
            let more = try await system.capture()
            #expect(more.counters.count == 1, "\(sequence), again")
            try await system.apply(changes.then(more).inverted)
            #expect(try database.dump() == root)
        }
        try api.execute("BEGIN; SELECT nextval('s0'); ROLLBACK; SELECT setval('s1', 900)")
        #expect(try await system.capture().counters.count == 2)
        try await system.end()
        #expect(try database.dump() == root)
    }

    @Test(arguments: [3, 40]) func `sequences are brought to where they stood, however many there are`(count: Int)
        async throws
    {
        let database = try TestDatabase.withTypes()
        for seed in seedsToTry(20) {
            var random = SeededRandom(seed: seed)
            var example = RandomCase(seed: seed)
            example.settings = [[], []]
            example.setup = (0..<count).flatMap { number in
                let create = "CREATE \(random.oneIn(8) ? "UNLOGGED " : "")SEQUENCE s\(number)"
                return [create] + (random.oneIn(3) ? [] : ["SELECT nextval('s\(number)')"])
            }
            example.steps = (0..<20).map { number in
                if number > 0, random.oneIn(3) { return .move(random.int(0...20)) }
                return .request(
                    (0...random.int(0...2)).map { _ in
                        // Often the same few, so that they move on twice without a move in between.
                        Self.use("s\(random.int(0...(random.oneIn(3) ? count - 1 : 2)))", &random)
                    })
            }
            guard await holds(example, { try RandomWalk($0, database) }) else { return }
        }
    }

    private static func use(_ sequence: String, _ random: inout SeededRandom) -> RandomCase.Statement {
        let sql =
            switch random.int(0...4) {
            case 0: "SELECT setval('\(sequence)', \(random.int(1...9)), \(random.oneIn(2)))"
            case 1: "SELECT nextval('\(sequence)') FROM generate_series(1, 40)"
            case 2: "BEGIN; SELECT nextval('\(sequence)'); ROLLBACK"
            default: "SELECT nextval('\(sequence)')"
            }
        return RandomCase.Statement(connection: random.int(0...1), sql: sql)
    }

    @Test func `the API may have another role, without a right to the log`() async throws {
        let database = try TestDatabase(
            "CREATE TABLE a (id int PRIMARY KEY, x xml); INSERT INTO a VALUES (1); CREATE TABLE b (x int)")
        let role = try database.makeRole("GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON a, b TO")
        let root = try database.dump()
        let system = database.system()
        try await system.begin()
        let api = try database.connect(as: role)
        try api.execute("UPDATE a SET x = '<a/>'; INSERT INTO b VALUES (1); TRUNCATE a")
        let changes = try await system.capture()
        #expect(changes.rows.count == 2)
        #expect(throws: PostgresError.self) { try api.execute("SELECT FROM rewind.log") }
        try await system.apply(changes.inverted)
        #expect(try database.dump() == root)
        try await system.end()
    }

    @Test func `transactions may commit in another order than they wrote`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id int PRIMARY KEY, x int)")
        let root = try database.dump()
        let system = database.system(patience: .seconds(20))
        try await system.begin()
        let (one, two) = (try database.connect(), try database.connect())
        try two.execute("BEGIN; INSERT INTO a VALUES (2)")
        try one.execute("BEGIN; INSERT INTO a VALUES (1)")
        try two.execute("INSERT INTO a VALUES (3); COMMIT")
        async let waiting = system.capture()
        let looks = "SELECT FROM pg_stat_activity WHERE application_name LIKE 'rewind%' AND query LIKE '%backend_xid%'"
        let deadline = ContinuousClock.now + .seconds(10)
        while try two.query(looks).rowCount == 0, ContinuousClock.now < deadline {}
        try one.execute("COMMIT")
        let changes = try await waiting
        #expect(changes.rows.count == 3)
        try await system.apply(changes.inverted)
        #expect(try database.dump() == root)
        _ = try await system.contentFingerprint()
        try await system.end()
    }

    @Test func `nothing is missed while several sessions write`() async throws {
        let database = try TestDatabase("CREATE TABLE a (writer int, n int, x int); CREATE TABLE b (x int)")
        let system = database.system(patience: .seconds(60))
        try await system.begin()
        var fingerprint = try await system.contentFingerprint()
        let threads = (1...3).map { WorkerThread(name: "writer \($0)") }
        defer { for thread in threads { thread.stop() } }
        let writers = zip(1..., threads).map { number, thread in
            Task { try await thread.run { try database.connect().execute(Self.writing(by: number)) } }
        }
        let looking = Task {
            var captured: [ChangeSet] = []
            while !Task.isCancelled { captured.append(try await system.capture()) }
            return captured
        }
        for writer in writers { try await writer.value }
        looking.cancel()
        for changes in try await looking.value + [system.capture()] { fingerprint += changes.fingerprintDelta }
        #expect(try await system.contentFingerprint() == fingerprint)
        try await system.end()
    }

    /// Many short transactions: some rolled back, some that begin with a TRUNCATE.
    private static func writing(by number: Int) -> String {
        """
        DO $$ BEGIN FOR i IN 1..150 LOOP
            IF i % 10 = 0 THEN TRUNCATE b; END IF;
            INSERT INTO a VALUES (\(number), i, 0);
            -- Gives the others time to write in between.
            PERFORM count(*) FROM generate_series(1, 10000);
            UPDATE a SET x = x + 1 WHERE writer = \(number) AND n > i - 3;
            IF i % 3 = 0 THEN DELETE FROM a WHERE writer = \(number) AND n < i - 5; END IF;
            IF i % 10 = 5 THEN INSERT INTO b VALUES (i), (i); END IF;
            IF i % 7 = 0 THEN ROLLBACK; ELSE COMMIT; END IF;
        END LOOP; END $$
        """
    }

    @Test func `a transaction in another database is in nobody's way`() async throws {
        let (database, other) = (try TestDatabase("CREATE TABLE a (id int PRIMARY KEY)"), try TestDatabase())
        let root = try database.dump()
        let system = database.system(patience: .milliseconds(100))
        try await system.begin()
        let stranger = try other.connect()
        try stranger.execute("BEGIN; SELECT pg_current_xact_id()")
        try database.connect().execute("INSERT INTO a VALUES (1)")
        let changes = try await system.capture()
        #expect(changes.rows.count == 1)
        try await system.apply(changes.inverted)
        #expect(try database.dump() == root)
        try await system.end()
    }

    @Test func `a transaction that was rolled back is not waited for`() async throws {
        let database = try TestDatabase("CREATE TABLE a (id serial PRIMARY KEY)")
        let system = database.system(patience: .seconds(60))
        try await system.begin()
        let api = try database.connect()
        for _ in 0..<3 {
            try api.execute("BEGIN; INSERT INTO a DEFAULT VALUES; ROLLBACK; INSERT INTO a DEFAULT VALUES")
            #expect(try await system.capture().rows.count == 1)
        }
        try await system.end()
    }

    @Test func `rules, security policies and INSTEAD OF triggers are the API's alone`() async throws {
        try await thereAndBack(
            """
            CREATE TABLE a (id int PRIMARY KEY, gone boolean DEFAULT false); INSERT INTO a VALUES (1), (2);
            CREATE RULE soft AS ON DELETE TO a DO INSTEAD UPDATE a SET gone = true WHERE id = OLD.id;
            CREATE RULE never AS ON INSERT TO a WHERE NEW.id > 100 DO INSTEAD NOTHING;
            ALTER TABLE a ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE VIEW v AS SELECT id FROM a;
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO a VALUES (NEW.id * 10); RETURN NEW; END';
            CREATE TRIGGER i INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()
            """, "DELETE FROM a WHERE id = 1; INSERT INTO v VALUES (5)")
    }
}
