import Foundation
import PostgresDriver
import Rewind

/// Copies of a database, one for each worker that explores at the same time.
///
/// Each is a `CREATE DATABASE … TEMPLATE` with the original's owner, settings and grants. While the value lives it keeps
/// a session open to each, so that another run can tell copies in use from those that a dead run left, and removes the
/// latter.
///
/// ```swift
/// let copies = try await DatabaseCopies.make(of: "postgresql://localhost/shop_test", count: 4)
/// for url in copies.urls { /* start an API on it, and explore */ }
/// try await copies.remove()
/// ```
public actor DatabaseCopies {
    /// Where each copy is: the original's URL, with another name in it.
    public nonisolated let urls: [String]
    private nonisolated let names: [String]
    private nonisolated let original: CopiedDatabase
    /// One for each copy. Ended by the server when the process dies.
    private var sessions: [PostgresConnection]

    /// The thread on which all its calls run, and which they may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { WorkerThread.shared.asUnownedSerialExecutor() }

    /// Copies a database. Cost follows the size of its files: 30 to 90 ms each for a small one.
    ///
    /// Copies of the same database that dead runs left are removed first.
    /// - Parameters:
    ///   - url: a connection URI or `key=value` list, as libpq takes it. Nobody may be connected to that database; who
    ///     is about to leave is waited for, up to 5 s.
    ///   - count: how many.
    ///   - guarding: what may be copied; by default only what is named like a test database.
    /// - Throws: `SystemError`: `.inUse` naming the sessions that use the database, `.protected` (no test database),
    ///   `.unsupported` naming the missing right, `.unreachable`. No copy is left then.
    public static func make(
        of url: String, count: Int, guarding: DatabaseGuard = .testDatabasesOnly
    ) async throws -> DatabaseCopies {
        try await WorkerThread.shared.run {
            let original = try CopiedDatabase(url, guarding)
            return try explainingFailures(of: original.place) { try make(of: original, count: count) }
        }
    }

    /// Under a lock, so that nobody takes a copy that was just made for one that a dead run left.
    private static func make(of original: CopiedDatabase, count: Int) throws -> DatabaseCopies {
        let server = try original.connectBeside()
        try server.execute(SessionSettings.mover)
        try server.execute("SET lock_timeout = 0")
        try original.lock(server)
        try original.removeLeftovers(server)
        var names: [String] = []
        var sessions: [PostgresConnection] = []
        do {
            for name in try original.freeNames(count, server) {
                try original.copy(to: name, server)
                names.append(name)
                let session = try original.connect(to: name)
                try session.execute("SET idle_session_timeout = 0")
                sessions.append(session)
            }
        } catch {
            sessions = []
            for name in names { try? original.drop(name, server) }
            throw error
        }
        return DatabaseCopies(original, names, sessions)
    }

    private init(_ original: CopiedDatabase, _ names: [String], _ sessions: sending [PostgresConnection]) {
        self.original = original
        self.names = names
        self.sessions = sessions
        urls = names.map(original.url(ofCopy:))
    }

    /// Drops the copies, and ends the sessions that are connected to them.
    /// - Throws: `SystemError` of kind `.unreachable` when the server does not answer. The next run's ``make(of:count:guarding:)``
    ///   removes what is left.
    public func remove() throws {
        sessions = []
        try explainingFailures(of: original.place) {
            let server = try original.connectBeside()
            for name in names { try original.drop(name, server) }
        }
    }
}

/// A database that is copied.
private struct CopiedDatabase: Sendable {
    private let url: String
    private let name: String
    let place: DatabasePlace

    init(_ url: String, _ guarding: DatabaseGuard) throws {
        self.url = url
        do {
            let parsed = try PostgresURL(url)
            place = DatabasePlace(parsed)
            name = parsed.database ?? ProcessInfo.processInfo.environment["PGDATABASE"] ?? place.database
        } catch {
            throw SystemError(.unreachable, "The database can't be found: \(error.message).")
        }
        try guarding.check(databaseNamed: name)
    }

    func url(ofCopy name: String) -> String { PostgresURL.naming(name, in: url) }

    func connect(to database: String) throws(PostgresError) -> PostgresConnection {
        try PostgresConnection(url: url(ofCopy: database), applicationName: Owner.applicationName)
    }

    /// A connection to the same server that is not in the way of copying.
    func connectBeside() throws(PostgresError) -> PostgresConnection {
        // A role may be shut out of that database, or somebody may have dropped it.
        if let connection = try? connect(to: "postgres") { return connection }
        return try connect(to: "template1")
    }

    /// Until the session ends.
    func lock(_ server: PostgresConnection) throws(PostgresError) {
        _ = try server.query("SELECT pg_advisory_lock(\(Owner.lockKeyClass), hashtext($1))", [prefix])
    }

    // MARK: Names

    /// The comment that tells a copy from a database that is only named like one.
    private static let mark = "Made by Rewind from another database; its next run removes it."

    /// What all copies' names start with. A name has at most 63 bytes.
    private var prefix: String {
        var base = Substring(name)
        while base.utf8.count > 63 - "_rewind_".utf8.count - 12 { base.removeLast() }
        return base + "_rewind_"
    }

    /// Names of this process that no database has.
    func freeNames(_ count: Int, _ server: PostgresConnection) throws(PostgresError) -> [String] {
        let taken = Set(try existingCopies(server).map(\.name))
        let own = "\(prefix)\(ProcessInfo.processInfo.processIdentifier)_"
        return Array((1...).lazy.map { "\(own)\($0)" }.filter { !taken.contains($0) }.prefix(count))
    }

    private func existingCopies(
        _ server: PostgresConnection
    ) throws(PostgresError) -> [(name: String, isInUse: Bool, isOurs: Bool)] {
        let found = try server.query(
            """
            SELECT d.datname, EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type = 'client backend'),
            shobj_description(d.oid, 'pg_database') IS NOT DISTINCT FROM $2 FROM pg_database d WHERE starts_with(d.datname, $1) AND substr(d.datname, length($1) + 1) ~ '^\\d+_\\d+$'
            AND pg_has_role(d.datdba, 'USAGE') ORDER BY 1
            """, [prefix, Self.mark])
        return (0..<found.rowCount).map { (found.string($0, 0), found.bool($0, 1), found.bool($0, 2)) }
    }

    /// Drops copies to which nobody is connected: whoever made them is dead.
    func removeLeftovers(_ server: PostgresConnection) throws(PostgresError) {
        for copy in try existingCopies(server) where copy.isOurs && !copy.isInUse {
            // Without force: somebody who connects at this moment keeps it.
            try? server.execute("DROP DATABASE \(quoted(copy.name))")
        }
    }

    func drop(_ copy: String, _ server: PostgresConnection) throws(PostgresError) {
        try server.execute("DROP DATABASE IF EXISTS \(quoted(copy)) WITH (FORCE)")
    }

    // MARK: Copying

    /// Makes a copy. A template brings the content along, but neither owner, settings nor grants.
    func copy(to copy: String, _ server: PostgresConnection) throws {
        let found = try server.query(
            "SELECT quote_ident(pg_get_userbyid(datdba)) FROM pg_database WHERE datname = $1", [name])
        let owner = found.rowCount == 0 ? "" : " OWNER \(found.string(0, 0))"
        do {
            try server.execute(
                "CREATE DATABASE \(quoted(copy)) TEMPLATE \(quoted(name)) STRATEGY FILE_COPY\(owner)")
        } catch {
            if error.isInUse { throw try inUse(server) }
            if error.isInsufficientPrivilege { throw try notAllowed(server) }
            throw error
        }
        do {
            try server.execute("COMMENT ON DATABASE \(quoted(copy)) IS \(literal(Self.mark))")
            for statement in try attributes(of: copy, server) { try server.execute(statement) }
        } catch {
            try? drop(copy, server)
            throw error
        }
    }

    /// Settings and grants of the original, as statements that give them to the copy.
    private func attributes(of copy: String, _ server: PostgresConnection) throws(PostgresError) -> [String] {
        let found = try server.query(
            """
            WITH d AS (SELECT * FROM pg_database WHERE datname = $1), s AS (SELECT setrole,
                split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
                FROM d JOIN pg_db_role_setting ON setdatabase = d.oid, unnest(setconfig) c)
            SELECT CASE WHEN setrole = 0 THEN format('ALTER DATABASE %I', $2::text)
                ELSE format('ALTER ROLE %I IN DATABASE %I', pg_get_userbyid(setrole), $2) END
                || format(' SET %s TO ', name) || CASE WHEN name IN ('search_path', 'temp_tablespaces',
                'session_preload_libraries', 'local_preload_libraries') AND value <> '' THEN value ELSE quote_literal(value) END
            FROM s
            UNION ALL SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $2) FROM d WHERE datacl IS NOT NULL
            UNION ALL SELECT format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $2,
                CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                CASE WHEN a.is_grantable AND grantee <> datdba THEN ' WITH GRANT OPTION' END)
            FROM d, aclexplode(datacl) a
            """, [name, copy])
        return (0..<found.rowCount).map { found.string($0, 0) }
    }

    private func inUse(_ server: PostgresConnection) throws -> SystemError {
        let found = try server.query(
            """
            SELECT pid, application_name, usename FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()
            ORDER BY backend_start
            """, [name])
        var who = (0..<found.rowCount).map { row in
            let name = found.string(row, 1)
            return "session \(found.string(row, 0)) (\(name.isEmpty ? "of \(found.string(row, 2))" : name))"
        }
        let prepared = try server.query("SELECT gid FROM pg_prepared_xacts WHERE database = $1", [name])
        who += (0..<prepared.rowCount).map { "the prepared transaction “\(prepared.string($0, 0))”" }
        return SystemError(
            .inUse,
            """
            The database \(place) can't be copied while others use it: \(who.isEmpty ? "sessions that have just gone" : who.joined(separator: ", ")). \
            Stop them, as an API that runs on it, and start them on the copies.
            """)
    }

    private func notAllowed(_ server: PostgresConnection) throws -> SystemError {
        let found = try server.query(
            """
            SELECT quote_ident(current_user), rolcreatedb, quote_ident($1), current_user,
            EXISTS (SELECT FROM pg_database WHERE datname = $1 AND pg_has_role(datdba, 'USAGE'))
            FROM pg_roles WHERE rolname = current_user
            """, [name])
        let role = found.string(0, 0)
        var missing: [String] = []
        if !found.bool(0, 1) { missing.append("ALTER ROLE \(role) CREATEDB") }
        if !found.bool(0, 4) { missing.append("ALTER DATABASE \(found.string(0, 2)) OWNER TO \(role)") }
        return SystemError(
            .unsupported,
            (["The role “\(found.string(0, 3))” may not copy the database \(place). Have a superuser run:"]
                + missing.map { "    \($0);" }).joined(separator: "\n"))
    }
}

extension PostgresError {
    /// Whether other sessions use a database.
    fileprivate var isInUse: Bool { sqlState == "55006" }
}
