import PostgresDriver
import Rewind

/// What a database consists of, as far as Rewind needs to know.
struct Inspection: Sendable {
    /// Every table that stores rows, partitions among them, sorted by schema and name.
    var tables: [Table]
    let sequences: [DatabaseSequence]
    /// Single-column foreign keys.
    let foreignKeys: [ForeignKey]
    /// What makes moves inexact, as clauses. Empty when the database can be explored.
    let obstacles: [String]

    struct ForeignKey: Sendable, Hashable {
        let table: UInt32
        let column: String
        let parent: UInt32
        let parentColumn: String
    }

    /// Reads the catalog. Cost follows the size of the schema, not of the content.
    /// - Parameters:
    ///   - exempt: names of tables, as reports spell them, that are left alone.
    ///   - chosen: the only tables to look at; then no sequences are.
    init(
        _ connection: PostgresConnection, exempting exempt: Set<String> = [], only chosen: Set<String>? = nil
    ) throws {
        let relations = try Self.relations(connection).filter { chosen?.contains($0.name) ?? true }
        tables = try Self.tables(among: relations.filter { !exempt.contains($0.name) }, connection)
        let leftAlone = relations.filter { exempt.contains($0.name) }.map(\.objectID)
        sequences =
            chosen == nil ? try DatabaseSequence.all(connection, tables: tables, leavingOut: leftAlone) : []
        foreignKeys = try Self.foreignKeys(connection)
        let foreign = relations.filter { $0.kind == "f" && !exempt.contains($0.name) }.map(\.obstacle)
        // The ordered way switches them off.
        let triggers = try OrderedWay.isNeeded(connection) ? [] : Self.unusualTriggers(connection, tables)
        obstacles =
            foreign + triggers + (try Self.namesake(connection)) + (try Self.publications(connection, tables))
    }

    /// The tables alone.
    static func tables(_ connection: PostgresConnection) throws -> [Table] {
        try tables(among: relations(connection), connection)
    }

    private static func tables(among relations: [Relation], _ connection: PostgresConnection) throws -> [Table] {
        let columns = try ColumnCatalog(connection)
        let keys = try KeyCatalog(connection)
        return relations.filter { $0.kind == "r" }.enumerated().map { number, relation in
            let found = columns.columns(of: relation.objectID)
            let key = keys.key(of: relation.objectID, found)
            return Table(
                number: number, objectID: relation.objectID, schemaName: relation.schema,
                tableName: relation.relation, columns: found.map(\.column), key: key?.columns ?? [], sensor: .log,
                keyOperators: key?.operators ?? [])
        }
    }

    /// The tables' numbers, by name.
    var numbers: [String: Int] { Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.number) }) }

    private struct Relation {
        let objectID: UInt32
        let schema: String
        let relation: String
        let kind: String

        var name: String { nameInReports(schema: schema, name: relation) }
        var obstacle: String { "the rows of the foreign table “\(name)” are elsewhere" }
    }

    private static func relations(_ connection: PostgresConnection) throws(PostgresError) -> [Relation] {
        let found = try connection.query(
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'f') AND c.relpersistence <> 't' AND \(Self.isUserSchema)
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
            """)
        return (0..<found.rowCount).map { row in
            Relation(
                objectID: UInt32(found.int64(row, 0)), schema: found.string(row, 1), relation: found.string(row, 2),
                kind: found.string(row, 3))
        }
    }

    /// Of `pg_namespace n`.
    static let isUserSchema =
        "n.nspname NOT IN ('pg_catalog', 'information_schema', 'rewind') AND n.nspname !~ '^pg_(toast|temp)'"

    private static func foreignKeys(_ connection: PostgresConnection) throws(PostgresError) -> [ForeignKey] {
        let found = try connection.query(
            """
            SELECT f.conrelid, a.attname, f.confrelid, b.attname FROM pg_constraint f
            JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
            JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = f.confkey[1]
            WHERE f.contype = 'f' AND cardinality(f.conkey) = 1
            """)
        return (0..<found.rowCount).map { row in
            ForeignKey(
                table: UInt32(found.int64(row, 0)), column: found.string(row, 1), parent: UInt32(found.int64(row, 2)),
                parentColumn: found.string(row, 3))
        }
    }

    /// A role for which `"$user"` in the search path means Rewind's schema.
    private static func namesake(_ connection: PostgresConnection) throws(PostgresError) -> [String] {
        let found = try connection.query("SELECT FROM pg_roles WHERE rolname = 'rewind' AND rolcanlogin")
        return found.rowCount == 0
            ? [] : ["sessions of the role “rewind” would find Rewind's tables ahead of their own"]
    }

    /// Tables that rows can only be put into, as PostgreSQL has it where a subscriber could not tell which row went.
    private static func publications(
        _ connection: PostgresConnection, _ tables: [Table]
    ) throws(PostgresError) -> [String] {
        // Planning the view takes milliseconds.
        if try connection.query("SELECT FROM pg_publication WHERE pubdelete").rowCount == 0 { return [] }
        let found = try connection.query(
            """
            SELECT c.oid, min(p.pubname) FROM pg_publication p JOIN pg_publication_tables t USING (pubname)
            JOIN pg_namespace n ON n.nspname = t.schemaname JOIN pg_class c ON c.relnamespace = n.oid
            AND c.relname = t.tablename WHERE p.pubdelete AND (c.relreplident = 'n' OR c.relreplident = 'd'
            AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)) GROUP BY c.oid ORDER BY 1
            """)
        return (0..<found.rowCount).compactMap { row in
            guard let table = tables.first(where: { $0.objectID == UInt32(found.int64(row, 0)) }) else { return nil }
            return
                "the rows of “\(table.name)” can't be deleted while the publication “\(found.string(row, 1))” has it "
                + "without a replica identity (ALTER TABLE … REPLICA IDENTITY FULL)"
        }
    }

    /// Triggers that fire on moves too, and so would change what a move writes.
    private static func unusualTriggers(
        _ connection: PostgresConnection, _ tables: [Table]
    ) throws(PostgresError) -> [String] {
        let found = try connection.query(
            """
            SELECT tgrelid, tgname, 'trigger' FROM pg_trigger WHERE tgenabled IN ('A', 'R') AND tgname NOT LIKE '!rewind%'
            UNION ALL SELECT ev_class, rulename, 'rule' FROM pg_rewrite WHERE ev_enabled IN ('A', 'R') ORDER BY 2
            """)
        return (0..<found.rowCount).compactMap { row in
            guard let table = tables.first(where: { $0.objectID == UInt32(found.int64(row, 0)) }) else { return nil }
            return
                "the \(found.string(row, 2)) “\(found.string(row, 1))” on “\(table.name)” is enabled for replicas, so it "
                + "would fire when Rewind moves"
        }
    }
}

/// The columns of all tables.
private struct ColumnCatalog {
    private var columns: [UInt32: [Found]] = [:]

    struct Found {
        let column: Table.Column
        /// Its number in the catalog, which dropped columns leave gaps in.
        let number: Int
        let isNotNull: Bool
    }

    func columns(of table: UInt32) -> [Found] { columns[table] ?? [] }

    init(_ connection: PostgresConnection) throws(PostgresError) {
        let types = try TypeCatalog(connection)
        let found = try connection.query(
            """
            SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid, a.attgenerated <> '',
            a.attnotnull FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
            JOIN pg_namespace n ON n.oid = c.relnamespace AND \(Inspection.isUserSchema)
            WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
            """)
        for row in 0..<found.rowCount {
            let name = found.string(row, 2)
            let type = types.base(of: UInt32(found.int64(row, 4)))
            let column = Table.Column(
                name: name, type: found.string(row, 3), isWholeNumber: TypeCatalog.wholeNumbers.contains(type),
                isTimestamp: TypeCatalog.times.contains(type) || Schema.Column.isNamedLikeTimestamp(name),
                isGenerated: found.bool(row, 5), isXML: type == TypeCatalog.xml,
                dependsOnSettings: types.dependsOnSettings(type))
            let isNotNull = found.bool(row, 6)
            columns[UInt32(found.int64(row, 0)), default: []].append(
                Found(column: column, number: Int(found.int64(row, 1)), isNotNull: isNotNull))
        }
    }
}

/// Which types are what. Numbers are those of `pg_type.dat`, which never change.
private struct TypeCatalog {
    static let wholeNumbers: Set<UInt32> = [20, 21, 23, 26]  // int8, int2, int4, oid
    static let times: Set<UInt32> = [1082, 1083, 1114, 1184, 1266]  // date, time, timestamp, timestamptz, timetz
    static let xml: UInt32 = 142
    /// bool, "char", name, int8, int2, int4, text, oid, json, cidr, macaddr8, macaddr, inet, bpchar, varchar, bit, varbit,
    /// numeric, uuid, jsonb.
    private static let spelledOneWay: Set<UInt32> = [
        16, 18, 19, 20, 21, 23, 25, 26, 114, 650, 774, 829, 869, 1042, 1043, 1560, 1562, 1700, 2950, 3802,
    ]

    private var bases: [UInt32: UInt32] = [:]
    private var elements: [UInt32: UInt32] = [:]
    private var enums: Set<UInt32> = []

    init(_ connection: PostgresConnection) throws(PostgresError) {
        let found = try connection.query(
            "SELECT oid, typtype, typbasetype, typelem FROM pg_type WHERE typtype IN ('d', 'e') OR typcategory = 'A'")
        for row in 0..<found.rowCount {
            let type = UInt32(found.int64(row, 0))
            switch found.string(row, 1) {
            case "d": bases[type] = UInt32(found.int64(row, 2))
            case "e": enums.insert(type)
            default: elements[type] = UInt32(found.int64(row, 3))
            }
        }
    }

    /// What a domain is over, however many domains lie between.
    func base(of type: UInt32) -> UInt32 {
        var type = type
        while let base = bases[type] { type = base }
        return type
    }

    func dependsOnSettings(_ type: UInt32) -> Bool {
        let element = base(of: elements[type] ?? type)
        return !Self.spelledOneWay.contains(element) && !enums.contains(element)
    }
}

/// The unique indexes of all tables.
private struct KeyCatalog {
    private var candidates: [UInt32: [Candidate]] = [:]

    private struct Candidate {
        let columns: [Int]
        let operators: [String]
        let isPrimary: Bool
    }

    /// The columns as positions, and what says that two values of each are the same.
    typealias Key = (columns: [Int], operators: [String])

    init(_ connection: PostgresConnection) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT i.indrelid, array_to_string(i.indkey[0:i.indnkeyatts - 1], ' '), i.indisprimary,
                (SELECT string_agg(format('OPERATOR(%I.%s)', s.nspname, o.oprname), chr(10) ORDER BY k.place)
                FROM unnest(i.indclass[0:i.indnkeyatts - 1]) WITH ORDINALITY k(class, place)
                JOIN pg_opclass c ON c.oid = k.class JOIN pg_amop a ON a.amopfamily = c.opcfamily AND a.amopstrategy = 3
                    AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype
                JOIN pg_operator o ON o.oid = a.amopopr JOIN pg_namespace s ON s.oid = o.oprnamespace)
            FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
            WHERE \(Inspection.isUserSchema) AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
            AND i.indexprs IS NULL ORDER BY i.indexrelid
            """)
        for row in 0..<found.rowCount {
            let columns = found.string(row, 1).split(separator: " ").compactMap { Int($0) }
            let candidate = Candidate(
                columns: columns, operators: found.string(row, 3).split(separator: "\n").map(String.init),
                isPrimary: found.bool(row, 2))
            if candidate.operators.count != columns.count { continue }
            candidates[UInt32(found.int64(row, 0)), default: []].append(candidate)
        }
    }

    /// The best key: the primary key, else the shortest one without NULLs.
    func key(of table: UInt32, _ columns: [ColumnCatalog.Found]) -> Key? {
        let usable = (candidates[table] ?? []).compactMap { candidate -> (key: Key, isPrimary: Bool)? in
            let key = candidate.columns.compactMap { number in
                columns.firstIndex { $0.number == number && $0.isNotNull && !$0.column.isXML }
            }
            guard key.count == candidate.columns.count && !key.isEmpty else { return nil }
            return ((key, candidate.operators), candidate.isPrimary)
        }
        if let primary = usable.first(where: \.isPrimary) { return primary.key }
        return usable.min { $0.key.columns.count < $1.key.columns.count }?.key
    }
}
