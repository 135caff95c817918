import CommandSupport
import Foundation
import TestServices

/// A database of its own, gone with the value.
final class Database: Sendable {
    let name: String
    let server: PrivatePostgres

    /// - Parameter name: what its name begins with; by default it says that it is for tests.
    init(named name: String = "orders_test", on server: PrivatePostgres? = nil) throws {
        self.server = try server ?? PrivatePostgres.shared()
        self.name = name + "_" + UUID().uuidString.prefix(8).lowercased()
        try self.server.createDatabase(self.name)
    }

    deinit { try? server.dropDatabase(name) }

    var url: String { server.url(database: name) }

    /// Runs a statement, and gives what it selects.
    @discardableResult func query(_ sql: String) throws -> String { try server.query(sql, in: name) }

    var holdsAnythingOfRewind: Bool {
        get throws {
            try query(
                """
                SELECT to_regnamespace('rewind') IS NOT NULL OR EXISTS (SELECT FROM pg_event_trigger)
                OR EXISTS (SELECT FROM pg_trigger WHERE tgname LIKE '%rewind%')
                """) == "t"
        }
    }

    var tables: String {
        get throws { try query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1") }
    }

    /// All that `pg_dump` writes: definitions, rows in the order in which they lie, sequences, and what Rewind would leave.
    func dump() async throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString).sql")
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [programs + "pg_dump", "--no-password", "--file=\(file.path)", "--dbname=\(url)"]
        try process.run()
        try await eventually("the end of pg_dump") { !process.isRunning }
        guard process.terminationStatus == 0 else {
            throw DeadlinePassed(description: "pg_dump failed with \(process.terminationStatus).")
        }
        // A word against injected commands is another one every time.
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        return lines.filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }.joined(separator: "\n")
    }

    /// The same without an order: a row that was changed and put back lies elsewhere than before.
    func content() async throws -> [String] {
        try await dump().split(separator: "\n").map(String.init).sorted()
    }

    /// Where the server's programs are: its `pg_dump` has its version.
    private var programs: String {
        guard let process = server.processID,
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")
        else { return "" }
        return URL(fileURLWithPath: path).deletingLastPathComponent().path + "/"
    }
}

/// A database as the reference service left it, with some orders in it.
func filledDatabase(on server: PrivatePostgres? = nil, in scratch: Scratch) async throws -> Database {
    let database = try Database(on: server)
    let service = try Tool(["serve", "--port", "0", "--test-clock"], in: scratch, databaseURL: database.url)
    _ = try await service.firstLine()
    service.signal(SIGTERM)
    _ = try await service.end()
    try database.query(
        """
        INSERT INTO orders (customer_id, amount_minor, currency, status, captured_minor, refunded_minor, created_at, expires_at)
        SELECT 'customer ' || n, n * 1000, 'EUR', (ARRAY['pending', 'paid', 'captured', 'canceled'])[n % 4 + 1],
            CASE n % 4 WHEN 2 THEN n * 1000 ELSE 0 END, CASE n % 4 WHEN 2 THEN 1234 ELSE 0 END, started_at,
            started_at + 1800 FROM generate_series(1, 12) n, clock;
        INSERT INTO refunds (order_id, amount_minor, created_at) SELECT id, 1234, created_at FROM orders WHERE refunded_minor > 0
        """)
    return database
}
