import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
import Testing

/// Cost follows the changes, not the content.
@Suite(.serialized) struct CostTests {
    @Test func `capturing and moving cost the same beside 100,000 rows as beside 10`() async throws {
        let costs = try await Cost.measured(unrelatedRows: [10, 100_000])
        let (few, many) = (costs[0], costs[1])
        #expect(
            many.capture < 2 * few.capture, "capture: \(few.capture) ns beside 10 rows, \(many.capture) beside 100,000")
        #expect(many.apply < 2 * few.apply, "apply: \(few.apply) ns beside 10 rows, \(many.apply) beside 100,000")
    }
}

private struct Cost {
    let capture: UInt64
    let apply: UInt64

    /// Medians in nanoseconds, for changes of five rows. The databases take turns, so that whatever else the machine does
    /// falls on all of them.
    static func measured(unrelatedRows: [Int]) async throws -> [Cost] {
        let databases = try unrelatedRows.map(database(unrelatedRows:))
        let paths = databases.map(\.path)
        let thread = WorkerThread(name: "cost")
        defer { thread.stop() }
        return try await thread.run {
            let apis = try paths.map { try SQLiteConnection(path: $0) }
            let systems = paths.map { SQLiteSystem(path: $0, thread: thread) }
            var times = paths.map { _ in Times() }
            for system in systems { try await system.begin() }
            for _ in 0..<400 {
                for index in paths.indices { try await times[index].add(systems[index], apis[index]) }
            }
            for system in systems { try await system.end() }
            return times.map(\.medians)
        }
    }

    private static func database(unrelatedRows: Int) throws -> TestDatabase {
        try TestDatabase(
            """
            CREATE TABLE other (id INTEGER PRIMARY KEY, text TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(unrelatedRows))
            INSERT INTO other SELECT i, 'row ' || i FROM n;
            CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price INT);
            INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4), (5, 'e', 5);
            """)
    }

    private struct Times {
        var captures: [UInt64] = []
        var applies: [UInt64] = []

        mutating func add(_ system: SQLiteSystem, _ api: SQLiteConnection) async throws {
            try api.execute("UPDATE item SET price = price + 1")
            let start = DispatchTime.now().uptimeNanoseconds
            let changes = try await system.capture()
            let captured = DispatchTime.now().uptimeNanoseconds
            try await system.apply(changes.inverted)
            applies.append(DispatchTime.now().uptimeNanoseconds - captured)
            captures.append(captured - start)
        }

        var medians: Cost {
            Cost(capture: captures.sorted()[captures.count / 2], apply: applies.sorted()[applies.count / 2])
        }
    }
}
