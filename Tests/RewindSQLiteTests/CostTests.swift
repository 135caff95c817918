import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
import Testing

/// Cost follows the changes, not the content.
@Suite(.serialized) struct CostTests {
    @Test func `capturing and moving cost the same beside 100,000 rows as beside 10`() async throws {
        let few = try await Cost.measured(unrelatedRows: 10)
        let many = try await Cost.measured(unrelatedRows: 100_000)
        #expect(
            many.capture < 2 * few.capture, "capture: \(few.capture) ns beside 10 rows, \(many.capture) beside 100,000")
        #expect(many.apply < 2 * few.apply, "apply: \(few.apply) ns beside 10 rows, \(many.apply) beside 100,000")
    }
}

private struct Cost {
    let capture: UInt64
    let apply: UInt64

    /// Medians in nanoseconds, for changes of five rows.
    static func measured(unrelatedRows: Int) async throws -> Cost {
        let database = try TestDatabase(
            """
            CREATE TABLE other (id INTEGER PRIMARY KEY, text TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(unrelatedRows))
            INSERT INTO other SELECT i, 'row ' || i FROM n;
            CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price INT);
            INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4), (5, 'e', 5);
            """)
        let path = database.path
        let thread = WorkerThread(name: "cost")
        defer { thread.stop() }
        return try await thread.run {
            let api = try SQLiteConnection(path: path)
            let system = SQLiteSystem(path: path, thread: thread)
            try await system.begin()
            var captures: [UInt64] = []
            var applies: [UInt64] = []
            for _ in 0..<400 {
                try api.execute("UPDATE item SET price = price + 1")
                let start = DispatchTime.now().uptimeNanoseconds
                let changes = try await system.capture()
                let captured = DispatchTime.now().uptimeNanoseconds
                try await system.apply(changes.inverted)
                applies.append(DispatchTime.now().uptimeNanoseconds - captured)
                captures.append(captured - start)
            }
            try await system.end()
            return Cost(capture: captures.sorted()[200], apply: applies.sorted()[200])
        }
    }
}
