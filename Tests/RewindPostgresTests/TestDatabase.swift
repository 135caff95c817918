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
        exempting: Set<String> = [], settlingFor quiet: Duration = .zero, patience: Duration = .seconds(2),
        as user: String = PrivatePostgres.administrator
    ) -> PostgresSystem {
        PostgresSystem(url: url(as: user), exempting: exempting, settlingFor: quiet, patience: patience)
    }

    func url(as user: String) -> String { server.url(database: name, user: user) }

    /// How messages name it.
    var place: String { "“\(name)” at \(server.socketDirectory)" }

    /// Makes a role that may log in.
    /// - Parameter grant: what it may do, up to its name.
    func makeRole(_ grant: String) throws -> String {
        let role = "role_" + UUID().uuidString.prefix(8).lowercased()
        try connect().execute("CREATE ROLE \(role) LOGIN; \(grant) \(role)")
        return role
    }

    /// A database with the types that random cases use.
    static func withTypes() throws -> TestDatabase {
        let database = try TestDatabase(ColumnType.definitions.joined(separator: "; "))
        try database.connect().execute("ALTER DATABASE \(database.name) SET search_path = public, types")
        return database
    }

    /// Takes out all it holds but types.
    func empty(over connection: PostgresConnection) throws {
        try connection.execute(
            """
            SET client_min_messages = error; DROP SCHEMA IF EXISTS public, "S 1", a, rewind CASCADE; CREATE SCHEMA public
            """)
    }

    /// All content but Rewind's own, exact: one line for each row, and one for each sequence.
    func dump() throws -> [String] {
        try dump(over: connect())
    }

    /// The same, over a connection that is then set as it was.
    func dump(over connection: PostgresConnection) throws -> [String] {
        try connection.execute(
            """
            BEGIN; SET LOCAL timezone = 'UTC'; SET LOCAL search_path = pg_catalog; SET LOCAL extra_float_digits = 3;
            SET LOCAL bytea_output = hex
            """)
        defer { try? connection.execute("ROLLBACK") }
        let tables = try connection.query(
            """
            SELECT c.oid::regclass::text, c.relkind, (SELECT string_agg(format(', x.%s::xml::text', quote_ident(attname)), '' ORDER BY attnum)
            FROM pg_attribute JOIN pg_type y ON y.oid = atttypid WHERE attrelid = c.oid AND 142 IN (atttypid, y.typbasetype)
            AND attnum > 0 AND NOT attisdropped)
            FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.relkind IN ('r', 'S')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'rewind') AND n.nspname !~ '^pg_' ORDER BY 1
            """)
        if tables.rowCount == 0 { return [] }
        let selects = (0..<tables.rowCount).map { row in
            let table = tables.string(row, 0)
            if tables.string(row, 1) == "S" {
                return "SELECT \(text(table)), last_value || ' ' || is_called FROM \(table)"
            }
            return "SELECT \(text(table)), concat((x.*)::text\(tables.string(row, 2))) FROM ONLY \(table) x"
        }
        let rows = try connection.query(selects.joined(separator: " UNION ALL "))
        return (0..<rows.rowCount).map { "\(rows.string($0, 0)): \(rows.string($0, 1))" }.sorted()
    }

    private func text(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

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
