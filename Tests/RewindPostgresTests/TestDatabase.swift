import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import TestServices

/// A database of its own on the server that all tests share, gone with the value.
final class TestDatabase: Sendable {
    let name: String
    let url: String
    private let server: PrivatePostgres

    /// - Parameter setup: statements that make the content.
    init(_ setup: String = "", on server: PrivatePostgres? = nil) throws {
        self.server = try server ?? PrivatePostgres.shared()
        name = "test_" + UUID().uuidString.replacing("-", with: "").lowercased()
        try self.server.createDatabase(name)
        url = self.server.url(database: name)
        if !setup.isEmpty { try connect().execute(setup) }
    }

    deinit {
        let end = "DROP DATABASE IF EXISTS \(name) WITH (FORCE)"
        try? PostgresConnection(url: server.url(database: "postgres"), applicationName: "tests").execute(end)
    }

    /// A connection as the API would have one.
    func connect(as user: String = PrivatePostgres.administrator) throws -> PostgresConnection {
        try PostgresConnection(url: server.url(database: name, user: user), applicationName: "the API")
    }

    /// A system to explore it.
    func system(
        exempting: Set<String> = [], settlingFor quiet: Duration = .zero, patience: Duration = .seconds(2)
    ) -> PostgresSystem {
        PostgresSystem(url: url, exempting: exempting, settlingFor: quiet, patience: patience)
    }

    /// All content but Rewind's own, exact: one line for each row, and one for each sequence.
    func dump() throws -> [String] {
        let connection = try connect()
        try connection.execute(
            "SET timezone = 'UTC'; SET search_path = pg_catalog; SET extra_float_digits = 3; SET bytea_output = hex")
        let tables = try connection.query(
            """
            SELECT c.oid::regclass::text, c.relkind, (SELECT coalesce(string_agg(format('%s::xml::text', quote_ident(attname)),
            ' || '), quote_literal('')) FROM pg_attribute WHERE attrelid = c.oid AND atttypid = 'xml'::regtype AND attnum > 0 AND NOT attisdropped)
            FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.relkind IN ('r', 'S')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'rewind') AND n.nspname !~ '^pg_' ORDER BY 1
            """)
        var lines: [String] = []
        for row in 0..<tables.rowCount {
            let (table, isSequence) = (tables.string(row, 0), tables.string(row, 1) == "S")
            let select =
                isSequence
                ? "SELECT last_value || ' ' || is_called FROM \(table)"
                : "SELECT t::text || \(tables.string(row, 2)) FROM ONLY \(table) t"
            let rows = try connection.query(select)
            lines += (0..<rows.rowCount).map { "\(table): \(rows.string($0, 0))" }
        }
        return lines.sorted()
    }

    /// Whether anything of Rewind's is in it.
    func holdsAnythingOfRewind() throws -> Bool {
        try connect().query(
            """
            SELECT to_regnamespace('rewind') IS NOT NULL OR EXISTS (SELECT FROM pg_trigger WHERE tgname LIKE '!rewind%')
            OR EXISTS (SELECT FROM pg_event_trigger WHERE evtname LIKE 'rewind%')
            """
        ).bool(0, 0)
    }
}
