import PostgresDriver
import Rewind

/// What stands in the way of a move whose session can't switch triggers and foreign keys off: the second way of moving,
/// for roles that may not set `session_replication_role`.
struct OrderedWay: Sendable {
    /// By the table's number.
    private(set) var obstacles: [Obstacles] = []
    private(set) var references: [Reference] = []

    struct Obstacles: Sendable {
        /// The API's triggers that would fire, as statements that switch one off and on again as it was.
        var triggers: [(off: String, on: String)] = []
        /// Rewrite rules, which a move can't get around.
        var rules: [String] = []
        /// Columns that PostgreSQL fills itself and whose value no UPDATE may give.
        var alwaysIdentity: Set<Int> = []
        /// Whether a constraint of the table can wait for the end of the transaction.
        var hasDeferrable = false
    }

    /// A foreign key, as seen from the table it refers to.
    struct Reference: Sendable {
        let name: String
        /// The same for all partitions' parts of one foreign key.
        let root: UInt32
        /// The number of the table that refers, `nil` when it is none of those that are explored.
        let child: Int?
        let childName: String
        /// The number of the table that is referred to, and its columns.
        let parent: Int
        let columns: [Int]
        /// Whether values are the same to the foreign key only if they are spelled the same: not so for citext or numeric.
        let isSpelledOneWay: Bool
        /// Whether deleting (updating) the row referred to does something at once: CASCADE, SET NULL, SET DEFAULT, RESTRICT.
        let actsOnDelete: Bool
        let actsOnUpdate: Bool
    }

    /// Whether a session has triggers and foreign keys switched off, so that the fast way is open to it.
    static func isNeeded(_ connection: PostgresConnection) throws(PostgresError) -> Bool {
        try connection.query("SELECT current_setting('session_replication_role') <> 'replica'").bool(0, 0)
    }

    /// Reads the catalog.
    init(_ connection: PostgresConnection, _ tables: [Table]) throws(PostgresError) {
        // Restoring passes over tables, so that numbers have gaps.
        obstacles = Array(repeating: Obstacles(), count: (tables.map(\.number).max() ?? -1) + 1)
        let numbers = Dictionary(uniqueKeysWithValues: tables.map { ($0.objectID, $0) })
        try readTriggers(connection, numbers)
        try readRules(connection, numbers)
        try readColumns(connection, numbers)
        try readReferences(connection, numbers)
    }

    /// Whether rows that exist before and after must stay where they are: deleting one would do something to others.
    func staysInPlace(_ table: Table) -> Bool {
        references.contains { $0.parent == table.number && $0.actsOnDelete }
    }

    private mutating func readTriggers(
        _ connection: PostgresConnection, _ tables: [UInt32: Table]
    ) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT tgrelid, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
            AND tgname NOT LIKE '!rewind%' ORDER BY oid
            """)
        for row in 0..<found.rowCount {
            guard let table = tables[UInt32(found.int64(row, 0))] else { continue }
            let (name, always) = (quoted(found.string(row, 1)), found.string(row, 2) == "A" ? " ALWAYS" : "")
            let alter = "ALTER TABLE ONLY \(table.qualifiedName)"
            obstacles[table.number].triggers.append(
                ("\(alter) DISABLE TRIGGER \(name)", "\(alter) ENABLE\(always) TRIGGER \(name)"))
        }
    }

    private mutating func readRules(
        _ connection: PostgresConnection, _ tables: [UInt32: Table]
    ) throws(PostgresError) {
        let found = try connection.query(
            "SELECT ev_class, rulename FROM pg_rewrite WHERE ev_type <> '1' AND ev_enabled IN ('O', 'A') ORDER BY 2")
        for row in 0..<found.rowCount {
            guard let table = tables[UInt32(found.int64(row, 0))] else { continue }
            obstacles[table.number].rules.append(found.string(row, 1))
        }
    }

    private mutating func readColumns(
        _ connection: PostgresConnection, _ tables: [UInt32: Table]
    ) throws(PostgresError) {
        let identities = try connection.query(
            "SELECT attrelid, attname FROM pg_attribute WHERE attidentity = 'a' AND NOT attisdropped")
        for row in 0..<identities.rowCount {
            guard let table = tables[UInt32(identities.int64(row, 0))] else { continue }
            let name = identities.string(row, 1)
            if let column = table.columns.firstIndex(where: { $0.name == name }) {
                obstacles[table.number].alwaysIdentity.insert(column)
            }
        }
        let deferrable = try connection.query("SELECT DISTINCT conrelid FROM pg_constraint WHERE condeferrable")
        for row in 0..<deferrable.rowCount {
            guard let table = tables[UInt32(deferrable.int64(row, 0))] else { continue }
            obstacles[table.number].hasDeferrable = true
        }
    }

    private mutating func readReferences(
        _ connection: PostgresConnection, _ tables: [UInt32: Table]
    ) throws(PostgresError) {
        let found = try connection.query(
            """
            WITH RECURSIVE r(oid, root) AS (SELECT oid, oid FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
                UNION ALL SELECT c.oid, r.root FROM pg_constraint c JOIN r ON c.conparentid = r.oid)
            SELECT c.conname, r.root, c.conrelid, n.nspname, t.relname, c.confrelid, c.confdeltype <> 'a', c.confupdtype <> 'a',
            (SELECT array_to_string(array_agg(attname ORDER BY k.n), chr(1)) FROM unnest(c.confkey) WITH ORDINALITY k(a, n)
                JOIN pg_attribute ON attrelid = c.confrelid AND attnum = k.a),
            (SELECT bool_and((typtype = 'e' OR atttypid IN (16, 17, 20, 21, 23, 25, 1043, 1082, 1114, 1184, 2950))
                AND NOT EXISTS (SELECT FROM pg_collation l WHERE l.oid = attcollation AND NOT collisdeterministic))
                FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = c.confrelid AND attnum = ANY(c.confkey))
            FROM pg_constraint c JOIN r USING (oid) JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
            ORDER BY c.oid
            """)
        for row in 0..<found.rowCount {
            guard let parent = tables[UInt32(found.int64(row, 5))] else { continue }
            let names = found.string(row, 8).split(separator: "\u{1}")
            references.append(
                Reference(
                    name: found.string(row, 0), root: UInt32(found.int64(row, 1)),
                    child: tables[UInt32(found.int64(row, 2))]?.number,
                    childName: nameInReports(schema: found.string(row, 3), name: found.string(row, 4)),
                    parent: parent.number,
                    columns: names.compactMap { name in parent.columns.firstIndex { $0.name == name } },
                    isSpelledOneWay: found.bool(row, 9), actsOnDelete: found.bool(row, 6),
                    actsOnUpdate: found.bool(row, 7)))
        }
    }
}
