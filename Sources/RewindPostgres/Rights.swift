import PostgresDriver
import Rewind

/// What a role may do in a database, as far as exploring needs it: how the database would be explored, and what is
/// missing. The content of `rewind doctor`.
public struct Rights: Sendable, Hashable, CustomStringConvertible {
    /// How moves are made.
    public enum Moving: String, Sendable, Hashable {
        /// With triggers and foreign keys switched off for the session.
        case fast
        /// As one statement, with foreign keys on and the triggers of the tables concerned switched off meanwhile.
        case ordered
    }

    /// The role.
    public let role: String
    public let isSuperuser: Bool
    public let moving: Moving
    /// The tables whose changes triggers of Rewind's tell, sorted.
    public private(set) var recorded: [String] = []
    /// The tables whose changes are found by reading and comparing, sorted.
    public private(set) var read: [String] = []
    /// What can't be explored at all unless it is exempted or changed, as clauses.
    public let obstacles: [String]
    /// What the API can change and Rewind does not take back, only notice.
    public let notTakenBack: [String]
    /// What is missing, each as the statement that grants it, for a superuser to run. Together they suffice.
    public private(set) var missingGrants: [String] = []
    /// Tables of extensions that are better exempted than granted, each with the extension's name.
    public private(set) var toExempt: [String: String] = [:]

    /// The object ids of the tables and sequences that are the role's own.
    let owned: Set<UInt32>

    /// Whether the database could be explored by copies instead (``PostgresCloneSystem``), going by the right to make them.
    public let canBeCopied: Bool

    static let remedyInGeneral =
        "Connect as a superuser or as the tables' owner; PostgresSystem.rights(url:) says which grant is missing."

    /// Whether an exploration can begin, as far as rights go.
    public var suffice: Bool { missingGrants.isEmpty }

    /// Asks the catalog.
    /// - Parameter reading: names of tables that are to be read although triggers could be made.
    init(
        _ connection: PostgresConnection, _ inspection: Inspection, reading: Set<String> = []
    ) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT current_user, rolsuper, rolsuper OR has_parameter_privilege('session_replication_role', 'SET'),
            has_database_privilege(current_database(), 'CREATE'), quote_ident(current_user),
            quote_ident(current_database()), rolbypassrls, rolsuper OR rolcreatedb AND EXISTS (SELECT FROM pg_database
            WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE'))
            FROM pg_roles WHERE rolname = current_user
            """)
        role = found.string(0, 0)
        isSuperuser = found.bool(0, 1)
        moving = found.bool(0, 2) ? .fast : .ordered
        canBeCopied = found.bool(0, 7)
        obstacles = inspection.obstacles
        notTakenBack = try UnrewindableState.inWords(connection)
        let quotedRole = found.string(0, 4)
        if !found.bool(0, 3) { missingGrants.append("GRANT CREATE ON DATABASE \(found.string(0, 5)) TO \(quotedRole)") }
        let relations = try RelationRights.all(connection, inspection)
        owned = Set(relations.filter(\.isOwned).map(\.objectID))
        if !isSuperuser {
            noteGrants(relations, quotedRole)
            let seesAll = found.bool(0, 6) || !relations.contains(where: \.hidesRows)
            if !seesAll { missingGrants.append("ALTER ROLE \(quotedRole) BYPASSRLS") }
        }
        sort(inspection.tables, relations, reading)
        if moving == .ordered, try needsFastWay(connection, inspection.tables, relations) {
            missingGrants.append("GRANT SET ON PARAMETER session_replication_role TO \(quotedRole)")
        }
    }

    /// The statement that makes a table recorded instead of read.
    static func grantOfTrigger(_ table: Table, _ connection: PostgresConnection) throws(PostgresError) -> String {
        try connection.query(
            "SELECT format('GRANT TRIGGER ON %I.%I TO %I', $1::text, $2::text, current_user)",
            [table.schemaName, table.tableName]
        ).string(0, 0)
    }

    private mutating func noteGrants(_ relations: [RelationRights], _ role: String) {
        var owners: Set<String> = []
        var grants: [String] = []
        for relation in relations where !relation.isEnough {
            if let name = relation.extensionName, let table = relation.tableName { toExempt[table] = name }
            if relation.canBecomeOwner {
                owners.insert("GRANT \(relation.owner) TO \(role)")
            } else {
                grants.append(relation.grant(to: role))
            }
        }
        let schemas = Set(relations.filter(\.needsSchema).map { "GRANT USAGE ON SCHEMA \($0.schema) TO \(role)" })
        missingGrants += owners.sorted() + schemas.sorted() + grants
    }

    private mutating func sort(_ tables: [Table], _ relations: [RelationRights], _ reading: Set<String>) {
        let rights = Dictionary(relations.map { ($0.objectID, $0) }, uniquingKeysWith: { first, _ in first })
        for table in tables {
            let canTrigger = rights[table.objectID]?.canTrigger ?? true
            if canTrigger && !reading.contains(table.name) {
                recorded.append(table.name)
            } else {
                read.append(table.name)
            }
        }
        recorded.sort()
        read.sort()
    }

    /// Whether there is something that only a session without triggers gets around: rules, and triggers of tables that the
    /// role can't alter.
    private func needsFastWay(
        _ connection: PostgresConnection, _ tables: [Table], _ relations: [RelationRights]
    ) throws(PostgresError) -> Bool {
        let obstacles = try OrderedWay(connection, tables).obstacles
        let owned = Set(relations.filter { $0.isOwned || $0.canBecomeOwner }.map(\.objectID))
        return tables.contains { table in
            let obstacle = obstacles[table.number]
            return !obstacle.rules.isEmpty || !obstacle.triggers.isEmpty && !owned.contains(table.objectID)
        }
    }
}

extension Inspection {
    /// The same, with each table's sensor as the rights allow.
    func sensing(by rights: Rights) -> Inspection {
        let read = Set(rights.read)
        var copy = self
        for index in copy.tables.indices {
            copy.tables[index].sensor = read.contains(copy.tables[index].name) ? .reading : .log
            copy.tables[index].isOwned = rights.owned.contains(copy.tables[index].objectID)
        }
        return copy
    }
}

/// What the role may do with one table or sequence.
private struct RelationRights {
    let objectID: UInt32
    let qualifiedName: String
    /// As reports spell it; `nil` for a sequence.
    let tableName: String?
    let owner: String
    let schema: String
    let extensionName: String?
    let isOwned: Bool
    /// Whether reading and writing are allowed.
    let isWritable: Bool
    let canTrigger: Bool
    /// Whether membership in the owner's role is a sensible grant: not when that is a superuser.
    let canBecomeOwner: Bool
    /// Whether policies would hide rows once all grants are given.
    let hidesRows: Bool
    /// Whether the schema is closed, and stays so once all other grants are given.
    let needsSchema: Bool

    var isEnough: Bool { isOwned || isWritable }

    func grant(to role: String) -> String {
        tableName == nil
            ? "GRANT SELECT, UPDATE ON SEQUENCE \(qualifiedName) TO \(role)"
            : "GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON \(qualifiedName) TO \(role)"
    }

    /// Of all tables and sequences.
    static func all(
        _ connection: PostgresConnection, _ inspection: Inspection
    ) throws(PostgresError) -> [RelationRights] {
        let names = Dictionary(inspection.tables.map { ($0.objectID, $0.name) }, uniquingKeysWith: { $1 })
        let found = try connection.query(
            """
            WITH r AS (SELECT c.*, nspname, rolname, rolsuper, pg_has_role(c.relowner, 'USAGE') AS owned,
                CASE WHEN relkind = 'S' THEN has_sequence_privilege(c.oid, 'SELECT') AND has_sequence_privilege(c.oid, 'UPDATE')
                ELSE has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND
                    has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE') END AS writable
                FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_roles o ON o.oid = relowner
                WHERE c.oid = ANY($1::oid[]))
            SELECT oid, format('%I.%I', nspname, relname), quote_ident(rolname), quote_ident(nspname), (SELECT extname
                FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
                WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e'),
            owned, writable, owned OR relkind <> 'S' AND has_table_privilege(oid, 'TRIGGER') OR NOT writable AND relkind <> 'S',
            NOT rolsuper, relrowsecurity AND (relforcerowsecurity OR NOT owned AND (writable OR rolsuper)),
            NOT has_schema_privilege(relnamespace, 'USAGE') AND (owned OR writable OR rolsuper
                OR NOT has_schema_privilege(relowner, relnamespace, 'USAGE'))
            FROM r ORDER BY nspname COLLATE "C", relname COLLATE "C"
            """, PostgresParameters(objectIDs: inspection.tables.map(\.objectID) + inspection.sequences.map(\.objectID))
        )
        return (0..<found.rowCount).map { row in
            let objectID = UInt32(found.int64(row, 0))
            return RelationRights(
                objectID: objectID, qualifiedName: found.string(row, 1), tableName: names[objectID],
                owner: found.string(row, 2), schema: found.string(row, 3), extensionName: found.optionalString(row, 4),
                isOwned: found.bool(row, 5), isWritable: found.bool(row, 6), canTrigger: found.bool(row, 7),
                canBecomeOwner: found.bool(row, 8), hidesRows: found.bool(row, 9), needsSchema: found.bool(row, 10))
        }
    }
}

extension PostgresParameters {
    init(objectIDs: [UInt32]) {
        self.init()
        append(array: objectIDs.map { Int64($0) })
    }
}
