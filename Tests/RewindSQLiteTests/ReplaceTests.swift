import Rewind
import RewindSQLite
import Testing

/// REPLACE takes out rows without a word; every way in which it finds them is followed.
@Suite struct ReplaceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let setup: String
        let statement: String
        /// How many rows the statement adds, changes or takes out.
        let changedRows: Int

        init(_ name: String, _ setup: String, _ statement: String, _ changedRows: Int) {
            (testDescription, self.setup, self.statement, self.changedRows) = (name, setup, statement, changedRows)
        }
    }

    static let cases = [
        Case(
            "by INTEGER PRIMARY KEY", "CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'x')",
            "INSERT OR REPLACE INTO t VALUES (1, 'y')", 1),
        Case(
            "by rowid", "CREATE TABLE t (a); INSERT INTO t VALUES ('x')",
            "INSERT OR REPLACE INTO t (rowid, a) VALUES (1, 'y')", 1),
        Case(
            "by INTEGER PRIMARY KEY, updating",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'x'), (2, 'y')",
            "UPDATE OR REPLACE t SET id = 2 WHERE id = 1", 2),
        Case(
            "by rowid, updating", "CREATE TABLE t (a); INSERT INTO t VALUES ('x'), ('y')",
            "UPDATE OR REPLACE t SET rowid = 2 WHERE rowid = 1", 2),
        Case(
            "by primary key without rowid",
            "CREATE TABLE t (a COLLATE NOCASE, b, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO t VALUES ('x', 1)",
            "INSERT OR REPLACE INTO t VALUES ('X', 1)", 2),
        Case(
            "by primary key without rowid, updating",
            "CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO t VALUES (1, 1), (2, 2)",
            "UPDATE OR REPLACE t SET a = 2.0 WHERE a = 1", 3),
        Case(
            "by several columns", "CREATE TABLE t (a, b, UNIQUE (a, b)); INSERT INTO t VALUES (1, 2), (1, 3)",
            "INSERT OR REPLACE INTO t VALUES (1, 2)", 2),
        Case(
            "by a collation of the column", "CREATE TABLE t (a COLLATE NOCASE UNIQUE); INSERT INTO t VALUES ('x')",
            "INSERT OR REPLACE INTO t VALUES ('X')", 2),
        Case(
            "by a collation of the index",
            "CREATE TABLE t (a); CREATE UNIQUE INDEX i ON t (a COLLATE RTRIM); INSERT INTO t VALUES ('x')",
            "INSERT OR REPLACE INTO t VALUES ('x  ')", 2),
        Case(
            "by a partial index",
            "CREATE TABLE t (a, b); CREATE UNIQUE INDEX i ON t (a) WHERE b > 0; INSERT INTO t VALUES (1, 1), (1, 0)",
            "UPDATE OR REPLACE t SET b = 2 WHERE b = 0", 2),
        Case(
            "by an expression",
            """
            CREATE TABLE t (a, b); CREATE UNIQUE INDEX "on (i)" ON t (/* ) */ lower(a) || '-)' COLLATE NOCASE DESC, b);
            INSERT INTO t VALUES ('x', 1), ('x', 2)
            """,
            "INSERT OR REPLACE INTO t VALUES ('X', 1)", 2),
        Case(
            "by a generated column", "CREATE TABLE t (a, b AS (a % 10) UNIQUE); INSERT INTO t (a) VALUES (1), (2)",
            "UPDATE OR REPLACE t SET a = 12 WHERE a = 1", 2),
        Case(
            "by a conflict clause of the schema",
            "CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE, b); INSERT INTO t VALUES (1, 1)",
            "INSERT INTO t VALUES (1, 2)", 2),
        Case(
            "by the default that takes the place of NULL",
            "CREATE TABLE t (a NOT NULL DEFAULT 5 UNIQUE); INSERT INTO t VALUES (5)",
            "INSERT OR REPLACE INTO t VALUES (NULL)", 2),
        Case(
            "with a key that is the default in place of NULL",
            """
            CREATE TABLE t (a INT, b INT NOT NULL DEFAULT '5', c, PRIMARY KEY (a, b)) WITHOUT ROWID;
            INSERT INTO t VALUES (1, 1, 'x'), (1, 5, 'y')
            """,
            "UPDATE OR REPLACE t SET b = NULL WHERE b = 1", 2),
        Case(
            "in a table named like a row", "CREATE TABLE new (a UNIQUE, old); INSERT INTO new VALUES (1, 1), (2, 2)",
            "INSERT OR REPLACE INTO new VALUES (1, 3)", 2),
        Case(
            "several at once",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b UNIQUE); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3)",
            "INSERT OR REPLACE INTO t VALUES (1, 2, 3)", 3),
        Case(
            "from a trigger",
            """
            CREATE TABLE s (a); CREATE TABLE t (a UNIQUE, b); INSERT INTO t VALUES (1, 1);
            CREATE TRIGGER copy AFTER INSERT ON s BEGIN REPLACE INTO t VALUES (NEW.a, 2); END
            """,
            "INSERT INTO s VALUES (1)", 3),
        Case(
            "not at all when ignored", "CREATE TABLE t (a UNIQUE, b); INSERT INTO t VALUES (1, 1)",
            "INSERT OR IGNORE INTO t VALUES (1, 2)", 0),
        Case(
            "changed in place by an upsert", "CREATE TABLE t (a UNIQUE, b); INSERT INTO t VALUES (1, 1)",
            "INSERT INTO t VALUES (1, 2) ON CONFLICT DO UPDATE SET b = excluded.b", 1),
    ]

    @Test(arguments: cases, ["OFF", "ON"])
    func `a row pushed out is seen and comes back`(example: Case, recursiveTriggers: String) async throws {
        let database = try TestDatabase(example.setup)
        let api = try database.connect("PRAGMA recursive_triggers = \(recursiveTriggers)")
        let root = try database.dump()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        let before = try await system.contentFingerprint()
        try api.execute(example.statement)
        let changes = try await system.capture()
        #expect(changes.rows.count == example.changedRows)
        #expect(try await system.contentFingerprint() == before + changes.fingerprintDelta)
        try await system.apply(changes.inverted)
        #expect(try database.dump() == root)
        try await system.end()
        #expect(try database.dump() == root)
    }
}
