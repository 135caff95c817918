import PostgresDriver
import Rewind
import RewindPostgres
import TestServices

/// What it costs to notice a change of one row by the log and by reading the table, and to move fast and in order.
///
/// The log slows the API's writes down, reading slows each step down; the sum decides. Each step is one updated row,
/// captured, and moved back.
enum PostgresSensors {
    private static let rounds = 150
    private static let sizes = [10, 100, 1000, 10_000]

    private enum Way: String, CaseIterable {
        case log, reading, ordered
        case triggered = "ordered, with a trigger of the API's"
    }

    /// Microseconds.
    private struct Cost {
        var write: [Double] = []
        var capture: [Double] = []
        var idle: [Double] = []
        var move: [Double] = []
    }

    static func figures() async throws -> [Figure] {
        let server = try PrivatePostgres.start()
        defer { server.stop() }
        var figures: [Figure] = []
        for size in sizes {
            let costs = try await WorkerThread.shared.run { try await measure(size, on: server) }
            let plain = Sample(costs.plain).median
            for (way, cost) in costs.ways {
                let (write, capture) = (Sample(cost.write).median, Sample(cost.capture).median)
                figures.append(
                    Figure(
                        name: "postgres: change of 1 of \(size) rows, \(way.rawValue)",
                        value: "\((write - plain + capture).text(decimals: 1)) µs",
                        detail: "write \(write.text(decimals: 1)) µs (bare \(plain.text(decimals: 1)) µs), capture "
                            + "\(capture.text(decimals: 1)) µs (nothing changed \(Sample(cost.idle).median.text(decimals: 1)) "
                            + "µs), move \(Sample(cost.move).median.text(decimals: 1)) µs"))
            }
        }
        return figures
    }

    private static func measure(
        _ size: Int, on server: PrivatePostgres
    ) async throws -> (ways: [(Way, Cost)], plain: [Double]) {
        let bare = try makeDatabase("bare", size, on: server)
        var databases: [(way: Way, system: PostgresSystem, api: PostgresConnection)] = []
        for way in Way.allCases {
            let (url, api) = try makeDatabase("\(way)", size, on: server)
            if way == .triggered { try api.execute(trigger) }
            let system = PostgresSystem(url: url, reading: way == .reading ? ["payment"] : [])
            try await system.begin()
            databases.append((way, system, api))
        }
        var costs = databases.map { ($0.way, Cost()) }
        var plain: [Double] = []
        for round in 0..<rounds {
            plain.append(try update(round % size + 1, bare.api))
            for (index, database) in databases.enumerated() {
                try await measureOnce(round % size + 1, database.system, database.api, &costs[index].1)
            }
        }
        for database in databases { try await database.system.end() }
        return (costs, plain)
    }

    private static func measureOnce(
        _ row: Int, _ system: PostgresSystem, _ api: PostgresConnection, _ cost: inout Cost
    ) async throws {
        let clock = ContinuousClock()
        cost.write.append(try update(row, api))
        var start = clock.now
        let changes = try await system.capture()
        cost.capture.append((clock.now - start).seconds * 1e6)
        start = clock.now
        _ = try await system.capture()
        cost.idle.append((clock.now - start).seconds * 1e6)
        start = clock.now
        try await system.apply(changes.inverted)
        cost.move.append((clock.now - start).seconds * 1e6)
    }

    private static func update(_ row: Int, _ api: PostgresConnection) throws -> Double {
        let statement = try api.statement("UPDATE payment SET status = 'paid', amount = amount + 1 WHERE id = $1")
        let start = ContinuousClock.now
        _ = try api.run(statement, [String(row)])
        return (ContinuousClock.now - start).seconds * 1e6
    }

    /// A database of a role's own, which moves in order unless it may do otherwise.
    private static func makeDatabase(
        _ name: String, _ size: Int, on server: PrivatePostgres
    ) throws -> (url: String, api: PostgresConnection) {
        let (database, role) = ("sensors_test_\(name)_\(size)", "role_\(name)_\(size)")
        try server.query("CREATE ROLE \(role) LOGIN")
        try server.query("CREATE DATABASE \(database) OWNER \(role)")
        if name == "log" || name == "reading" {
            try server.query("GRANT SET ON PARAMETER session_replication_role TO \(role)")
        }
        try server.query("GRANT ALL ON SCHEMA public TO \(role)", in: database)
        let url = server.url(database: database, user: role)
        let api = try PostgresConnection(url: url, applicationName: "bench")
        try api.execute(
            """
            CREATE TABLE payment (id bigint PRIMARY KEY, status text, amount bigint, note text, updated_at timestamptz DEFAULT now());
            INSERT INTO payment SELECT i, 'pending', i, 'an ordinary note' FROM generate_series(1, \(size)) i
            """)
        try api.execute("VACUUM ANALYZE payment")
        return (url, api)
    }

    private static let trigger = """
        CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at = now(); RETURN NEW; END';
        CREATE TRIGGER stamp BEFORE UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION stamp()
        """
}
