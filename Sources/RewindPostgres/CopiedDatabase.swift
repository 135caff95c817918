import Foundation
import PostgresDriver
import Rewind

/// A database that is copied.
struct CopiedDatabase: Sendable {
    private let url: String
    let name: String
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

    /// What a copy's comment starts with, which tells it from a database that is only named like one, and from a copy of
    /// another database whose long name is cut to the same. The original's comment follows.
    private var mark: String { "Made by Rewind from “\(name)”; its next run removes it." }

    /// What all copies' names start with. A name has at most 63 bytes.
    var prefix: String {
        var base = Substring(name)
        while base.utf8.count > 63 - "_rewind_".utf8.count - 12 { base.removeLast() }
        return base + "_rewind_"
    }

    /// Names of this process that no database has.
    func freeNames(_ count: Int, _ server: PostgresConnection) throws(PostgresError) -> [String] {
        let taken = Set(try existingCopies(named: Self.ofWorkers, server).map(\.name))
        let own = "\(prefix)\(ProcessInfo.processInfo.processIdentifier)_"
        return Array((1...).lazy.map { "\(own)\($0)" }.filter { !taken.contains($0) }.prefix(count))
    }

    /// The databases whose names are those of copies with such an ending (a regular expression), in order of name.
    func existingCopies(
        named ending: String, _ server: PostgresConnection
    ) throws(PostgresError) -> [(name: String, isInUse: Bool, isOurs: Bool)] {
        let found = try server.query(
            """
            SELECT d.datname, EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type = 'client backend'),
            coalesce(starts_with(shobj_description(d.oid, 'pg_database'), $2), false) FROM pg_database d
            WHERE starts_with(d.datname, $1) AND substr(d.datname, length($1) + 1) ~ $3
            AND pg_has_role(d.datdba, 'USAGE') ORDER BY 1
            """, [prefix, mark, "^(\(ending))$"])
        return (0..<found.rowCount).map { (found.string($0, 0), found.bool($0, 1), found.bool($0, 2)) }
    }

    private static let ofWorkers = "\\d+_\\d+"

    /// Drops copies to which nobody is connected: whoever made them is dead.
    func removeLeftovers(_ server: PostgresConnection) throws(PostgresError) {
        for copy in try existingCopies(named: Self.ofWorkers, server) where copy.isOurs && !copy.isInUse {
            // Without force: somebody who connects at this moment keeps it.
            try? server.execute("DROP DATABASE \(quoted(copy.name))")
        }
    }

    func drop(_ copy: String, _ server: PostgresConnection) throws(PostgresError) {
        try server.execute("DROP DATABASE IF EXISTS \(quoted(copy)) WITH (FORCE)")
    }

    // MARK: Copying

    /// Makes a copy of the original.
    func copy(to copy: String, _ server: PostgresConnection) throws { try self.copy(from: name, to: copy, server) }

    /// Makes a copy of the original or of a copy. A template brings the content along, but neither owner, settings nor
    /// grants.
    func copy(from source: String, to copy: String, _ server: PostgresConnection) throws {
        let found = try server.query(
            "SELECT quote_ident(pg_get_userbyid(datdba)) FROM pg_database WHERE datname = $1", [source])
        let owner = found.rowCount == 0 ? "" : " OWNER \(found.string(0, 0))"
        do {
            try server.execute(
                "CREATE DATABASE \(quoted(copy)) TEMPLATE \(quoted(source)) STRATEGY FILE_COPY\(owner)")
        } catch {
            if error.isInUse { throw try inUse(server) }
            if error.isInsufficientPrivilege { throw try notAllowed(server) }
            throw error
        }
        do {
            try server.execute(comment(from: source, to: copy, server))
            for statement in try attributes(from: source, to: copy, server) { try server.execute(statement) }
        } catch {
            try? drop(copy, server)
            throw error
        }
    }

    private func comment(
        from source: String, to copy: String, _ server: PostgresConnection
    ) throws(PostgresError) -> String {
        let found = try server.query(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = $1", [source])
        let comment = found.rowCount == 0 ? "" : found.string(0, 0)
        let own = comment.hasPrefix(mark) ? String(comment.dropFirst(mark.count)) : comment
        let next = copy == name ? own : mark + own
        return "COMMENT ON DATABASE \(quoted(copy)) IS \(next.isEmpty ? "NULL" : literal(next))"
    }

    /// Settings and grants of the original, as statements that give them to the copy.
    private func attributes(
        from source: String, to copy: String, _ server: PostgresConnection
    ) throws(PostgresError) -> [String] {
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
            """, [source, copy])
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
