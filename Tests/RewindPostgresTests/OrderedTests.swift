import ExactnessSupport
import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// A role that owns the tables, and may not switch triggers and foreign keys off.
struct PlainOwner {
    let database: TestDatabase
    let role: String
    let url: String

    /// - Parameter setup: statements that the role itself runs.
    init(_ setup: String) throws {
        database = try TestDatabase()
        role = database.name + "_owner"
        try database.connect().execute(
            """
            CREATE ROLE \(role) LOGIN; GRANT CREATE ON DATABASE \(database.name) TO \(role);
            GRANT ALL ON SCHEMA public TO \(role)
            """)
        url = try PrivatePostgres.shared().url(database: database.name, user: role)
        try database.connect(as: role).execute(setup)
    }

    /// Explores two requests: goes back, forth and to the end, and compares the content with what it was.
    func explore(_ first: String, _ second: String) async throws {
        let system = PostgresSystem(url: url)
        let api = try database.connect(as: role)
        var dumps = [try database.dump()]
        var steps: [ChangeSet] = []
        try await system.begin()
        for request in [first, second] {
            try api.execute(request)
            steps.append(try await system.capture())
            dumps.append(try database.dump())
        }
        let moves: [(ChangeSet, Int)] = [
            (steps[1].inverted, 1), (steps[0].inverted, 0), (steps[0].then(steps[1]), 2), (steps[1].inverted, 1),
            (steps[1], 2), (steps[0].then(steps[1]).inverted, 0),
        ]
        for (difference, state) in moves {
            try await system.apply(difference)
            #expect(try database.dump() == dumps[state])
            #expect(try await system.capture().isEmpty)
            _ = try await system.contentFingerprint()
        }
        try api.execute(first)
        try await system.end()
        #expect(try database.dump() == dumps[0])
        #expect(try !database.holdsAnythingOfRewind())
    }
}

/// Moves with triggers and foreign keys on.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct OrderedTests {
    @Test(arguments: ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"])
    func `foreign keys do nothing to rows that are not part of the move`(action: String) async throws {
        let owner = try PlainOwner(
            """
            CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE, n int);
            CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, me bigint REFERENCES b ON DELETE \(action),
                a bigint DEFAULT 1 REFERENCES a ON DELETE \(action) ON UPDATE CASCADE, n int);
            INSERT INTO a (code) VALUES ('x'), ('y'), ('z'); INSERT INTO b (a, me) VALUES (1, 1), (2, 1), (2, NULL), (3, 2)
            """)
        try await owner.explore(
            "UPDATE a SET n = 7; INSERT INTO a (code) VALUES ('w'); INSERT INTO b (a, me) VALUES (4, 5), (4, 6)",
            "UPDATE b SET a = NULL, me = NULL; DELETE FROM a WHERE id < 4; DELETE FROM b WHERE id = 3")
    }

    @Test func `unique values are exchanged`() async throws {
        let owner = try PlainOwner(
            """
            CREATE TABLE a (id int PRIMARY KEY, code text UNIQUE, place int UNIQUE DEFERRABLE, EXCLUDE USING btree (place WITH =));
            CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
            INSERT INTO a VALUES (1, 'x', 1), (2, 'y', 2), (3, 'z', 3); INSERT INTO b VALUES (1, 1), (2, 2)
            """)
        try await owner.explore(
            "UPDATE a SET code = 'v' WHERE id = 1; UPDATE a SET code = 'x' WHERE id = 2; UPDATE a SET code = 'y' WHERE id = 1",
            "UPDATE b SET a = 3; DELETE FROM a WHERE id < 3; INSERT INTO a VALUES (4, 'x', 1), (1, 'y', 2)")
    }

    @Test func `keys are exchanged`() async throws {
        let owner = try PlainOwner(
            """
            CREATE TABLE a (id int PRIMARY KEY, code text UNIQUE); CREATE TABLE b (a int REFERENCES a ON UPDATE CASCADE);
            INSERT INTO a VALUES (1, 'x'), (2, 'y'); INSERT INTO b VALUES (1), (1), (2)
            """)
        try await owner.explore(
            "UPDATE a SET id = 3 WHERE id = 1", "UPDATE a SET id = 1 WHERE id = 2; UPDATE a SET id = 2 WHERE id = 3")
    }

    @Test func `the API's triggers do not fire, and are as they were`() async throws {
        let owner = try PlainOwner(
            """
            CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY, what text);
            CREATE TABLE a (id int PRIMARY KEY, n int, at timestamptz);
            CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO audit (what) VALUES (TG_NAME); NEW.at = clock_timestamp(); RETURN NEW; END $$;
            CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO audit (what) VALUES (TG_NAME); RETURN NULL; END $$;
            CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON a FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER always AFTER INSERT OR UPDATE OR DELETE ON a FOR EACH STATEMENT EXECUTE FUNCTION tell();
            ALTER TABLE a ENABLE ALWAYS TRIGGER always;
            CREATE TRIGGER off AFTER UPDATE ON a FOR EACH STATEMENT EXECUTE FUNCTION tell();
            ALTER TABLE a DISABLE TRIGGER off;
            CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE ON a DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION tell();
            CREATE TRIGGER below AFTER DELETE ON b FOR EACH STATEMENT EXECUTE FUNCTION tell();
            INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (1), (2)
            """)
        let triggers =
            "SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY tgname) FROM pg_trigger WHERE tgname !~ '^!|^RI'"
        let before = try owner.database.connect().query(triggers).string(0, 0)
        try await owner.explore("UPDATE a SET n = 3; INSERT INTO a VALUES (3)", "DELETE FROM a WHERE id = 1")
        #expect(try owner.database.connect().query(triggers).string(0, 0) == before)
        #expect(before == "alwaysA belowO lateO offD stampO")
    }

    @Test func `tables without a key, of partitions, with generated columns and deferred constraints`() async throws {
        let owner = try PlainOwner(
            """
            CREATE TABLE a (n int, t text); INSERT INTO a VALUES (1, 'x'), (1, 'x'), (1, 'x'), (NULL, NULL);
            CREATE TABLE p (id int, part int, twice int GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY (id, part))
                PARTITION BY LIST (part);
            CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
            CREATE TABLE c (id int PRIMARY KEY, p int, part int, FOREIGN KEY (p, part) REFERENCES p ON DELETE CASCADE,
                next int REFERENCES c DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO c VALUES (1, 1, 1, 2), (2, 2, 2, 1)
            """)
        try await owner.explore(
            "DELETE FROM a WHERE ctid = '(0,1)'; INSERT INTO p VALUES (3, 1); UPDATE c SET p = 3, part = 1 WHERE id = 2",
            "INSERT INTO a VALUES (1, 'x'), (2, 'y'); DELETE FROM p WHERE part = 2; DELETE FROM c; INSERT INTO c VALUES (9, 3, 1, 9)"
        )
    }

    @Test func `a value that goes to another row, with a foreign key that would act, is refused in words`() async throws
    {
        let owner = try PlainOwner(
            """
            CREATE TABLE a (id int PRIMARY KEY, code text UNIQUE); CREATE TABLE b (code text REFERENCES a (code) ON DELETE CASCADE);
            INSERT INTO a VALUES (1, 'x'); INSERT INTO b VALUES ('x')
            """)
        let system = PostgresSystem(url: owner.url)
        try await system.begin()
        try owner.database.connect().execute(
            "DELETE FROM a; INSERT INTO a VALUES (2, 'x'); INSERT INTO b VALUES ('x')")
        let changes = try await system.capture()
        let place = "“\(owner.database.name)” at \(try PrivatePostgres.shared().socketDirectory)"
        await #expect {
            try await system.apply(changes.inverted)
        } throws: { error in
            "\(error)" == """
                Going back in \(place) would take the value “x” in “a” from one row and give it to another, and the foreign \
                key “b_code_fkey” of “b” would act on the rows that refer to it. A role that may run SET \
                session_replication_role = replica moves without foreign keys; to allow that, a superuser runs GRANT SET ON \
                PARAMETER session_replication_role.
                """
        }
    }

    @Test func `a key that is spelled another way is refused rather than risked`() async throws {
        let owner = try PlainOwner(
            """
            CREATE TABLE a (id numeric PRIMARY KEY); CREATE TABLE b (a numeric REFERENCES a ON DELETE CASCADE);
            INSERT INTO a VALUES (1.0); INSERT INTO b VALUES (1)
            """)
        let system = PostgresSystem(url: owner.url)
        try await system.begin()
        try owner.database.connect().execute("UPDATE a SET id = 1.00")
        let changes = try await system.capture()
        let message = await failure { try await system.apply(changes.inverted) }
        #expect(message.contains("would act on the rows that refer to it"))
        #expect(try owner.database.connect().query("SELECT count(*) FROM b").int64(0, 0) == 1)
    }

    @Test func `every state can be gone to from every other, or it is said why not`() async throws {
        var database = try TestDatabase.withTypes()
        let role = database.name + "_member"
        try database.connect().execute("CREATE ROLE \(role) LOGIN BYPASSRLS IN ROLE \(PrivatePostgres.administrator)")
        var refused = 0
        let seeds = seedsToTry(100)
        for seed in seeds {
            if seed % 100 == 0 { database = try TestDatabase.withTypes() }
            let example = RandomCase(seed: seed)
            let url = try PrivatePostgres.shared().url(database: database.name, user: role)
            do { try await RandomWalk(example, database, exploringAt: url).run() } catch {
                if "\(error)".contains("GRANT SET ON PARAMETER") {
                    refused += 1
                    _ = try? await PostgresSystem.restore(url: database.url)
                    continue
                }
                Issue.record("\(error)\n\(example)")
                return
            }
        }
        #expect(refused * 5 < seeds.count)
    }
}
