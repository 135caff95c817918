import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
import Testing

private let shop = """
    CREATE TABLE item (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, price REAL);
    INSERT INTO item (name, price) VALUES ('pen', 1.5), ('ink', 2.5);
    """

@Suite struct RecordingTests {
    @Test func `a request that writes nothing captures nothing`() async throws {
        let database = try TestDatabase(shop)
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("SELECT * FROM item; UPDATE item SET price = 3 WHERE id = 99")
        #expect(try await system.capture() == .empty)
        try await system.end()
    }

    @Test func `a capture holds each row before and after, and the counters`() async throws {
        let database = try TestDatabase(shop)
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("INSERT INTO item (name, price) VALUES ('cap', 4); UPDATE item SET price = 5 WHERE price = 4")
        let changes = try await system.capture()
        #expect(
            changes.rows == [
                RowChange(
                    table: "item", key: Row([.integer(3)]), before: nil,
                    after: Row([.integer(3), .text("cap"), .real(5)]))
            ])
        #expect(
            changes.counters == [
                RowChange(
                    table: "sqlite_sequence", key: Row([.text("item")]), before: Row([.integer(2)]),
                    after: Row([.integer(3)]))
            ])
        try await system.end()
    }

    @Test func `a row that REPLACE pushes out is captured as deleted`() async throws {
        let database = try TestDatabase(shop)
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("INSERT OR REPLACE INTO item VALUES (9, 'pen', 0)")
        let changes = try await system.capture().rows
        #expect(changes.map(\.key) == [Row([.integer(1)]), Row([.integer(9)])])
        #expect(changes.map { $0.after == nil } == [true, false])
        try await system.end()
    }

    @Test func `a trigger of the connection's own that changes a new row first hides nothing`() async throws {
        let database = try TestDatabase(shop)
        let api = try database.connect(
            "CREATE TEMP TRIGGER touch AFTER INSERT ON item BEGIN UPDATE item SET price = 7 WHERE id = NEW.id; END")
        let root = try database.dump()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("INSERT INTO item (name, price) VALUES ('cap', 4)")
        let changes = try await system.capture()
        #expect(changes.rows.map(\.before) == [nil])
        try await system.apply(changes.inverted)
        #expect(try database.dump() == root)
        try await system.end()
    }

    @Test func `the position holds what differs from the root, and no more`() async throws {
        let database = try TestDatabase(shop)
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        let distance = { try await system.rows("SELECT count(*) FROM _rewind_position")[0][0] }
        try await system.begin()
        try api.execute("UPDATE item SET price = 9; INSERT INTO item (name) VALUES ('cap')")
        let there = try await system.capture()
        #expect(try await distance() == .integer(0))
        for _ in 0..<20 {
            try await system.apply(there.inverted)
            #expect(try await distance() == .integer(0))
            try await system.apply(there)
            #expect(try await distance() == .integer(3))
        }
        try await system.end()
    }

    @Test func `ids repeat after going back`() async throws {
        let database = try TestDatabase(shop)
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        for _ in 0..<3 {
            try api.execute("INSERT INTO item (name) VALUES ('cap')")
            #expect(api.lastInsertRowID == 3)
            try await system.apply(try await system.capture().inverted)
        }
        try await system.end()
    }

    @Test(arguments: ["WAL", "DELETE", "TRUNCATE", "PERSIST"])
    func `the journal mode stays, and statements the API holds go on`(mode: String) async throws {
        let database = try TestDatabase(shop, journalMode: mode)
        let api = try database.connect("PRAGMA journal_mode = \(mode)")
        let insert = try api.prepare("INSERT INTO item (name) VALUES (?)")
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        for name in ["a", "b"] {
            try insert.bind(name, at: 1)
            try insert.run()
            try await system.apply(try await system.capture().inverted)
        }
        try await system.end()
        try insert.run()
        let found = try api.prepare("PRAGMA journal_mode")
        #expect(try found.step())
        #expect(found.string(0) == mode.lowercased())
    }

    @Test func `full-text search goes back with its content`() async throws {
        let database = try TestDatabase(
            "CREATE VIRTUAL TABLE doc USING fts5(body); INSERT INTO doc VALUES ('red pen'), ('blue ink')")
        let api = try database.connect()
        let root = try database.dump()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        let matches = { (word: String) in
            let query = try api.prepare("SELECT count(*) FROM doc WHERE doc MATCH ?")
            try query.bind(word, at: 1)
            return try query.step() ? query.int64(0) : -1
        }
        try api.execute("INSERT INTO doc VALUES ('green pen'); UPDATE doc SET body = 'black ink' WHERE rowid = 2")
        let there = try await system.capture()
        #expect(try matches("pen") == 2)
        try await system.apply(there.inverted)
        #expect(try [matches("pen"), matches("blue"), matches("black")] == [1, 1, 0])
        try await system.apply(there)
        #expect(try [matches("pen"), matches("blue"), matches("black")] == [2, 0, 1])
        try api.execute("INSERT INTO doc(doc) VALUES ('integrity-check')")
        try await system.end()
        #expect(try database.dump() == root)
    }

    @Test func `an R-tree goes back with its content`() async throws {
        let database = try TestDatabase(
            "CREATE VIRTUAL TABLE area USING rtree(id, x0, x1); INSERT INTO area VALUES (1, 0, 10)")
        let api = try database.connect()
        let root = try database.dump()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("INSERT INTO area VALUES (2, 5, 15); UPDATE area SET x1 = 3 WHERE id = 1")
        _ = try await system.capture()
        try await system.end()
        #expect(try database.dump() == root)
    }

    @Test func `what is written between a capture and a move is told by the next capture`() async throws {
        let database = try TestDatabase(shop)
        let api = try database.connect()
        let root = try database.dump()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("UPDATE item SET price = 9 WHERE id = 1")
        let first = try await system.capture()
        try api.execute("UPDATE item SET price = 9 WHERE id = 2")
        try await system.apply(first.inverted)
        #expect(try await system.capture().rows.map(\.key) == [Row([.integer(2)])])
        #expect(try await system.capture().isEmpty)
        try await system.end()
        #expect(try database.dump() == root)
    }

    @Test func `a move changes all it says or nothing`() async throws {
        let database = try TestDatabase(shop)
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("UPDATE item SET price = 9 WHERE id = 1; INSERT INTO item (name) VALUES ('cap')")
        let changes = try await system.capture()
        let there = try database.dump()
        await #expect(throws: SystemError.self) { try await system.apply(changes) }
        #expect(try database.dump() == there)
        try await system.apply(changes.inverted)
        try await system.apply(changes)
        #expect(try database.dump() == there)
        try await system.end()
    }

    @Test func `a move runs none of the API's triggers and checks`() async throws {
        let database = try TestDatabase(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent ON DELETE CASCADE, n CHECK (n > 0));
            CREATE TABLE audit (what);
            CREATE TRIGGER log AFTER DELETE ON parent BEGIN INSERT INTO audit VALUES (OLD.id); END;
            INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1, 1);
            """)
        let api = try database.connect()
        let root = try database.dump()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("DELETE FROM parent")
        let changes = try await system.capture()
        #expect(changes.tables == ["audit", "child", "parent"])
        try await system.apply(changes.inverted)
        #expect(try database.dump() == root)
        try await system.end()
    }

    @Test func `exempted tables are left alone`() async throws {
        let database = try TestDatabase(shop + "CREATE TABLE audit (what);")
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path, exempting: ["audit"])
        try await system.begin()
        try api.execute("INSERT INTO audit VALUES (1); DELETE FROM item WHERE id = 1")
        #expect(try await system.capture().tables == ["item"])
        try api.execute("INSERT INTO audit VALUES (2)")
        #expect(try await system.capture().isEmpty)
        try await system.end()
        #expect(try database.dump().filter { $0.hasPrefix("audit") }.count == 2)
    }

    @Test func `queries see the content, and nothing but queries runs`() async throws {
        let database = try TestDatabase(shop)
        let system = SQLiteSystem(path: database.path)
        let cheap = try await system.rows("SELECT name, price FROM item WHERE price < ?", [.real(2)])
        #expect(cheap == [[.text("pen"), .real(1.5)]])
        for statement in ["DELETE FROM item", "BEGIN", "UPDATE item SET price = 0 RETURNING id"] {
            let error = await #expect(throws: SystemError.self) { try await system.rows(statement) }
            #expect(error?.message == "Only queries can be asked of the database, and this is none: \(statement)")
        }
    }

    @Test func `columns are read by what the schema declares`() async throws {
        let database = try TestDatabase(
            """
            CREATE TABLE "Order" (id INTEGER PRIMARY KEY, status TEXT, created_at TEXT, placed DATETIME, turned_on INT);
            CREATE TABLE refund (
                id INTEGER PRIMARY KEY, order_id INT REFERENCES "order", twice AS (id * 2), updated TEXT,
                code TEXT REFERENCES kind);
            CREATE TABLE kind (code TEXT PRIMARY KEY, day_on DATE) WITHOUT ROWID;
            CREATE TABLE detail (order_id INTEGER PRIMARY KEY REFERENCES "Order"(id));
            """)
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        let schema = try await system.schema()
        #expect(
            schema.tables == [
                "Order": Schema.Table(
                    columns: [
                        .init("id", .identifier(namespace: "Order")), .init("status", takesAnyText: true),
                        .init("created_at", .timestamp, takesAnyText: true), .init("placed", .timestamp),
                        .init("turned_on"),
                    ], key: [0]),
                "refund": Schema.Table(
                    columns: [
                        .init("id", .identifier(namespace: "refund")),
                        .init("order_id", .identifier(namespace: "Order")),
                        .init("updated", .timestamp, takesAnyText: true), .init("code", takesAnyText: true),
                    ], key: [0]),
                "kind": Schema.Table(
                    columns: [.init("code", takesAnyText: true), .init("day_on", .timestamp)], key: [0]),
                "detail": Schema.Table(columns: [.init("order_id", .identifier(namespace: "Order"))], key: [0]),
            ])
        try await system.end()
    }
}
