import PostgresDriver
import Rewind

/// What a role may do in a database, as far as exploring needs it.
public struct Rights: Sendable, Hashable, CustomStringConvertible {
    /// The role.
    public let role: String
    public let isSuperuser: Bool
    /// Whether moves can be made without firing the API's triggers and foreign keys.
    public let canSetReplicationRole: Bool
    /// What is missing, each as the statement that grants it, for a superuser or the owner to run.
    public let missingGrants: [String]

    static let remedyInGeneral =
        "Connect as a superuser or as the tables' owner; PostgresSystem.rights(url:) says which grant is missing."

    /// Whether an exploration can begin.
    public var suffice: Bool { missingGrants.isEmpty }

    /// One sentence, and a line for each grant that is missing.
    public var description: String {
        if isSuperuser { return "The role “\(role)” is a superuser: nothing is missing." }
        if suffice { return "The role “\(role)” has what it needs." }
        return (["The role “\(role)” lacks rights. Have a superuser run:"] + missingGrants.map { "    \($0);" })
            .joined(separator: "\n")
    }

    /// Asks the catalog.
    init(_ connection: PostgresConnection, _ inspection: Inspection) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT current_user, rolsuper, has_parameter_privilege('session_replication_role', 'SET'),
            has_database_privilege(current_database(), 'CREATE'), quote_ident(current_user),
            quote_ident(current_database()) FROM pg_roles WHERE rolname = current_user
            """)
        role = found.string(0, 0)
        isSuperuser = found.bool(0, 1)
        canSetReplicationRole = isSuperuser || found.bool(0, 2)
        let quotedRole = found.string(0, 4)
        var missing: [String] = []
        if !found.bool(0, 3) { missing.append("GRANT CREATE ON DATABASE \(found.string(0, 5)) TO \(quotedRole)") }
        if !isSuperuser {
            missing += try Self.missingOwnership(connection, inspection, quotedRole)
            missing += try Self.missingSight(connection, inspection, quotedRole)
        }
        missingGrants = missing
    }

    /// Only an owner can add a trigger that fires for every session, and set a sequence that belongs to a column.
    private static func missingOwnership(
        _ connection: PostgresConnection, _ inspection: Inspection, _ role: String
    ) throws(PostgresError) -> [String] {
        let found = try connection.query(
            """
            SELECT DISTINCT quote_ident(pg_get_userbyid(relowner)), pg_has_role(relowner, 'USAGE') FROM pg_class
            WHERE oid = ANY($1::oid[])
            """, PostgresParameters(objectIDs: inspection.tables.map(\.objectID) + inspection.sequences.map(\.objectID))
        )
        return (0..<found.rowCount).filter { !found.bool($0, 1) }.map { "GRANT \(found.string($0, 0)) TO \(role)" }
            .sorted()
    }

    /// Row-level security hides rows even from an owner where it is forced.
    private static func missingSight(
        _ connection: PostgresConnection, _ inspection: Inspection, _ role: String
    ) throws(PostgresError) -> [String] {
        let found = try connection.query(
            """
            SELECT count(*) FROM pg_class WHERE oid = ANY($1::oid[]) AND relrowsecurity AND relforcerowsecurity
            AND NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user)
            """, PostgresParameters(objectIDs: inspection.tables.map(\.objectID)))
        return found.int64(0, 0) == 0 ? [] : ["ALTER ROLE \(role) BYPASSRLS"]
    }
}

extension PostgresParameters {
    init(objectIDs: [UInt32]) {
        self.init()
        append(array: objectIDs.map { Int64($0) })
    }
}
