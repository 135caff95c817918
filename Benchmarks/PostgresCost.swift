import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import TestServices

/// What it costs to capture changed rows in PostgreSQL and to move by them: in a small database, beside a million rows,
/// and in the schema of a real shop.
///
/// Floors are taken in the same loop over a connection with the same settings: for a capture a round trip of `SELECT 1`;
/// for a move, taking as many rows out of a table of the same size and putting them in again, by prepared statements in
/// one transaction and one round trip.
enum PostgresCost {
    private static let rounds = 300
    private static let capturedRows = 5
    private static let movedRows = 10
    /// How many tables one request touches in the measure of many tables.
    private static let touchedTables = 5

    private enum Shape: String, CaseIterable {
        case small = "10 tables of 1,000 rows"
        case long = "1,000,000 rows"
        case wide = "160 tables, 150 sequences"

        var rows: Int { self == .long ? 1_000_000 : 1000 }
        var tables: Int { self == .wide ? 160 : 10 }
        var sequences: Int { self == .wide ? 150 : 10 }
    }

    /// Microseconds.
    private struct Cost {
        var capture: [Double] = []
        var move: [Double] = []
        var spreadMove: [Double] = []
        var roundTrip: [Double] = []
        var rewriting: [Double] = []
    }

    static func figures() async throws -> [Figure] {
        let server = try PrivatePostgres.start()
        defer { server.stop() }
        let costs = try await WorkerThread.shared.run { try await measure(on: server) }
        return figures(costs)
    }

    private static func figures(_ costs: [Shape: Cost]) -> [Figure] {
        guard let small = costs[.small] else { return [] }
        var figures: [Figure] = []
        for shape in Shape.allCases {
            guard let cost = costs[shape] else { continue }
            figures.append(
                figure(
                    "postgres: capture 5 rows, \(shape.rawValue)", cost.capture, against: cost.roundTrip, "× SELECT 1",
                    atMost: 8))
        }
        figures.append(
            figure("postgres: move 10 rows", small.move, against: small.rewriting, "× DELETE + INSERT", atMost: 2))
        for (shape, path) in [(Shape.long, \Cost.move), (.wide, \.spreadMove)] {
            guard let cost = costs[shape] else { continue }
            let name = shape == .wide ? "over \(touchedTables) of \(shape.rawValue)" : "beside \(shape.rawValue)"
            figures.append(
                figure(
                    "postgres: move 10 rows \(name)", cost[keyPath: path], against: small[keyPath: path],
                    "× in a small database", atMost: 1.2))
        }
        return figures
    }

    private static func figure(
        _ name: String, _ values: [Double], against floor: [Double], _ unit: String, atMost limit: Double
    ) -> Figure {
        let sample = Sample(values)
        let ratio = sample.median / Sample(floor).median
        return Figure(
            name: name, value: "\(sample.median.text(decimals: 1)) µs",
            detail: "p95 \(sample.p95.text(decimals: 1)) µs; \(ratio.text(decimals: 2)) \(unit) "
                + "(\(Sample(floor).median.text(decimals: 1)) µs)",
            target: "≤ \(limit.text(decimals: 1)) \(unit.prefix { $0 != "(" })", isReached: ratio <= limit)
    }

    /// All shapes in turn, so that whatever else the machine does falls on all of them.
    private static func measure(on server: PrivatePostgres) async throws -> [Shape: Cost] {
        let databases = try Shape.allCases.map { try Database($0, on: server) }
        for database in databases { try await database.system.begin() }
        var costs: [Shape: Cost] = [:]
        for _ in 0..<rounds {
            for database in databases { try await measureOnce(database, &costs[database.shape, default: Cost()]) }
        }
        for database in databases { try await database.system.end() }
        return costs
    }

    private static func measureOnce(_ database: Database, _ cost: inout Cost) async throws {
        let clock = ContinuousClock()
        func microseconds(_ start: ContinuousClock.Instant) -> Double { (clock.now - start).seconds * 1e6 }
        let system = database.system
        try database.touch(rows: capturedRows)
        var start = clock.now
        let few = try await system.capture()
        cost.capture.append(microseconds(start))
        try await system.apply(few.inverted)

        try database.touch(rows: movedRows)
        let many = try await system.capture()
        start = clock.now
        try await system.apply(many.inverted)
        cost.move.append(microseconds(start))

        try database.touchTables(touchedTables, rows: movedRows / touchedTables)
        let spread = try await system.capture()
        start = clock.now
        try await system.apply(spread.inverted)
        cost.spreadMove.append(microseconds(start))

        start = clock.now
        _ = try database.plain.run(database.plain.statement("SELECT 1"))
        cost.roundTrip.append(microseconds(start))
        start = clock.now
        try database.rewritePlainRows(movedRows)
        cost.rewriting.append(microseconds(start))
    }

    /// A database of a shape, gone with its server.
    private final class Database {
        let shape: Shape
        let api: PostgresConnection
        /// For floors: the settings of a connection that moves, on a table without triggers.
        let plain: PostgresConnection
        let system: PostgresSystem

        init(_ shape: Shape, on server: PrivatePostgres) throws {
            self.shape = shape
            let name = "bench_test_\(shape.tables)_\(shape.rows)"
            try server.createDatabase(name)
            let url = server.url(database: name)
            api = try PostgresConnection(url: url, applicationName: "bench")
            plain = try PostgresConnection(url: url, applicationName: "bench floor")
            try api.execute(Self.schema(shape))
            try api.execute("VACUUM ANALYZE")
            try plain.execute(
                """
                SET session_replication_role = replica; SET synchronous_commit = off;
                SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off
                """)
            system = PostgresSystem(url: url, exempting: ["plain"])
        }

        private static func schema(_ shape: Shape) -> String {
            let tables = (0..<shape.tables).map { number in
                let isNumbered = number < shape.sequences
                let key = isNumbered ? "bigint GENERATED BY DEFAULT AS IDENTITY" : "bigint"
                return """
                    CREATE TABLE t\(number) (id \(key) PRIMARY KEY, name text UNIQUE, price numeric(12, 2), at timestamptz);
                    INSERT INTO t\(number) (\(isNumbered ? "" : "id, ")name, price, at)
                    SELECT \(isNumbered ? "" : "i, ")'item ' || i, i, now()
                    FROM generate_series(1, \(number == 0 ? shape.rows : 100)) i;
                    """
            }
            return tables.joined()
                + "CREATE TABLE plain (LIKE t0 INCLUDING ALL); INSERT INTO plain SELECT * FROM t0;"
        }

        /// Changes rows of the first table.
        func touch(rows: Int) throws {
            try api.execute("UPDATE t0 SET price = price + 1 WHERE id <= \(rows)")
        }

        /// Changes rows of several tables, in one transaction.
        func touchTables(_ tables: Int, rows: Int) throws {
            let updates = (1...tables).map { "UPDATE t\($0) SET price = price + 1 WHERE id <= \(rows)" }
            try api.execute(updates.joined(separator: ";"))
        }

        func rewritePlainRows(_ count: Int) throws {
            let begin = try plain.statement("BEGIN")
            let delete = try plain.statement("DELETE FROM plain WHERE id = ANY($1::bigint[])")
            let insert = try plain.statement(
                """
                INSERT INTO plain SELECT * FROM unnest($1::bigint[], $2::text[], $3::numeric[], $4::timestamptz[])
                """)
            let commit = try plain.statement("COMMIT")
            let ids = (1...Int64(count)).map { $0 }
            var keys = PostgresParameters()
            keys.append(array: ids)
            var rows = keys
            rows.append(array: ids.map { Array("item \($0)".utf8) })
            rows.append(array: ids.map { Array("\($0).00".utf8) })
            rows.append(array: ids.map { _ in Array("2026-01-01 12:00:00.123456+00".utf8) })
            _ = try plain.pipelined([
                [
                    PostgresCall(begin), PostgresCall(delete, keys), PostgresCall(insert, rows), PostgresCall(commit),
                ]
            ])
        }
    }
}
