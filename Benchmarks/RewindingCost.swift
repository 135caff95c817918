import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver

/// What it costs to capture five changed rows and to move by them, beside few rows and many.
///
/// Both are compared with the cost beside ten rows, and with a floor taken in the same loop on a plain connection: for a
/// capture, reading as many rows as the log has; for a move, taking as many rows out of a table of the same size and putting
/// them in again.
enum RewindingCost {
    private static let sizes = [10, 1000, 100_000]
    private static let rounds = 600
    private static let changedRows = 5

    /// Microseconds.
    private struct Cost {
        var capture: [Double] = []
        var move: [Double] = []
        var captureFloor: [Double] = []
        var moveFloor: [Double] = []
    }

    static func figures() async throws -> [Figure] {
        let costs = try await WorkerThread.shared.run { try await measure() }
        return figures("capture", costs, \.capture, floor: \.captureFloor)
            + figures("move", costs, \.move, floor: \.moveFloor)
    }

    /// All sizes in turn, so that whatever else the machine does falls on all of them.
    private static func measure() async throws -> [Cost] {
        let databases = try sizes.map { try Database(rows: $0) }
        for database in databases { try await database.system.begin() }
        var costs = sizes.map { _ in Cost() }
        for _ in 0..<rounds {
            for (index, database) in databases.enumerated() {
                try await measureOnce(database.system, database.api, &costs[index])
            }
        }
        for database in databases { try await database.system.end() }
        return costs
    }

    private static func figures(
        _ name: String, _ costs: [Cost], _ values: KeyPath<Cost, [Double]>, floor: KeyPath<Cost, [Double]>
    ) -> [Figure] {
        let least = Sample(costs[0][keyPath: values]).median
        return zip(sizes, costs).map { size, cost in
            let sample = Sample(cost[keyPath: values])
            let growth = sample.median / least
            let floor = Sample(cost[keyPath: floor]).median
            return Figure(
                name: "\(name), \(changedRows) rows of \(Double(size).text())",
                value: "\(sample.median.text(decimals: 1)) µs",
                detail: "p95 \(sample.p95.text(decimals: 1)) µs; \(growth.text(decimals: 2)) × beside 10 rows; "
                    + "\((sample.median / floor).text(decimals: 1)) × the floor",
                target: size == sizes[0] ? "" : "≤ 1.5 × beside 10", isReached: size == sizes[0] ? nil : growth <= 1.5)
        }
    }

    /// A file with so many rows, removed with the value.
    private final class Database {
        let api: SQLiteConnection
        let system: SQLiteSystem
        private let path: String

        init(rows: Int) throws {
            path =
                FileManager.default.temporaryDirectory
                .appendingPathComponent("rewind-bench-test-\(UUID().uuidString).sqlite").path
            api = try SQLiteConnection(path: path)
            try api.execute(
                """
                PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
                CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price INT);
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
                INSERT INTO item SELECT i, 'item ' || i, i FROM n;
                CREATE TABLE plain (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price INT);
                INSERT INTO plain SELECT * FROM item;
                """)
            system = SQLiteSystem(path: path, exempting: ["plain"])
        }

        deinit { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
    }

    private static func measureOnce(_ system: SQLiteSystem, _ api: SQLiteConnection, _ cost: inout Cost) async throws {
        let clock = ContinuousClock()
        try api.statement("UPDATE item SET price = price + 1 WHERE id <= \(changedRows)").run()
        let start = clock.now
        let changes = try await system.capture()
        let captured = clock.now
        try await system.apply(changes.inverted)
        let moved = clock.now
        try readRows(api)
        let read = clock.now
        try rewriteRows(api)
        let rewritten = clock.now
        cost.capture.append((captured - start).seconds * 1e6)
        cost.move.append((moved - captured).seconds * 1e6)
        cost.captureFloor.append((read - moved).seconds * 1e6)
        cost.moveFloor.append((rewritten - read).seconds * 1e6)
    }

    private static func readRows(_ connection: SQLiteConnection) throws {
        let read = try connection.statement("SELECT id, name, price FROM plain WHERE id <= \(changedRows)")
        var sum: Int64 = 0
        while try read.step() { sum += read.int64(0) + read.int64(2) + Int64(read.bytes(1).count) }
        read.reset()
    }

    private static func rewriteRows(_ connection: SQLiteConnection) throws {
        try connection.transaction {
            let delete = try connection.statement("DELETE FROM plain WHERE id = ?")
            for id in 1...Int64(changedRows) {
                try delete.bind(id, at: 1)
                try delete.run()
            }
            let insert = try connection.statement("INSERT INTO plain VALUES (?, ?, ?)")
            for id in 1...Int64(changedRows) {
                try insert.bind(id, at: 1)
                try insert.bind("item \(id)", at: 2)
                try insert.bind(id, at: 3)
                try insert.run()
            }
        }
    }
}
