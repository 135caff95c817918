import PostgresDriver
import Rewind

/// What a database consists of, as far as Rewind needs to know.
struct Inspection: Sendable {
    /// Every table that stores rows, partitions among them, sorted by schema and name.
    let tables: [Table]
    let sequences: [DatabaseSequence]
    /// Single-column foreign keys.
    let foreignKeys: [ForeignKey]
    /// What holds content that can't be taken back, by its name in a sentence (“the foreign table “x””).
    let unrewindable: [String]

    struct ForeignKey: Sendable, Hashable {
        let table: UInt32
        let column: String
        let parent: UInt32
        let parentColumn: String
    }

    /// Reads the catalog. Cost follows the size of the schema, not of the content.
    /// - Parameter exempt: names of tables, as reports spell them, that are left alone.
    init(_ connection: PostgresConnection, exempting exempt: Set<String> = []) throws {
        let relations = try Self.relations(connection)
        let columns = try ColumnCatalog(connection)
        let keys = try KeyCatalog(connection)
        let ordinary = relations.filter { $0.kind == "r" && !exempt.contains($0.name) }
        tables = ordinary.enumerated().map { number, relation in
            let found = columns.columns(of: relation.objectID)
            return Table(
                number: number, objectID: relation.objectID, schemaName: relation.schema,
                tableName: relation.relation, columns: found.map(\.column),
                key: keys.key(of: relation.objectID, found), sensor: .log)
        }
        sequences = try DatabaseSequence.all(connection, tables: tables)
        foreignKeys = try Self.foreignKeys(connection)
        unrewindable = relations.compactMap(\.reasonAgainst) + (try Self.unusualTriggers(connection, tables))
    }

    /// The tables' numbers, by name.
    var numbers: [String: Int] { Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.number) }) }

    private struct Relation {
        let objectID: UInt32
        let schema: String
        let relation: String
        let kind: String

        var name: String { schema == "public" ? relation : "\(schema).\(relation)" }

        var reasonAgainst: String? {
            switch kind {
            case "f": "the foreign table “\(name)”: its rows are elsewhere"
            case "m": "the materialized view “\(name)”: it shows what was when it was last refreshed"
            default: nil
            }
        }
    }

    private static func relations(_ connection: PostgresConnection) throws(PostgresError) -> [Relation] {
        let found = try connection.query(
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'f', 'm') AND c.relpersistence <> 't' AND \(Self.isUserSchema)
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

    /// Triggers that fire on moves too, and so would change what a move writes.
    private static func unusualTriggers(
        _ connection: PostgresConnection, _ tables: [Table]
    ) throws(PostgresError) -> [String] {
        let found = try connection.query(
            "SELECT tgrelid, tgname FROM pg_trigger WHERE tgenabled IN ('A', 'R') AND tgname NOT LIKE '!rewind%' ORDER BY 2"
        )
        return (0..<found.rowCount).compactMap { row in
            guard let table = tables.first(where: { $0.objectID == UInt32(found.int64(row, 0)) }) else { return nil }
            return "the trigger “\(found.string(row, 1))” on “\(table.name)”: it is enabled for replicas, "
                + "so it fires when Rewind moves, too"
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
    private var candidates: [UInt32: [(columns: [Int], isPrimary: Bool)]] = [:]

    init(_ connection: PostgresConnection) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT indrelid, array_to_string(indkey[0:indnkeyatts - 1], ' '), indisprimary FROM pg_index
            WHERE indisunique AND indisvalid AND indimmediate AND indpred IS NULL AND indexprs IS NULL ORDER BY indexrelid
            """)
        for row in 0..<found.rowCount {
            let columns = found.string(row, 1).split(separator: " ").compactMap { Int($0) }
            candidates[UInt32(found.int64(row, 0)), default: []].append((columns, found.bool(row, 2)))
        }
    }

    /// The columns of the best key, as positions: the primary key, else the shortest one without NULLs.
    func key(of table: UInt32, _ columns: [ColumnCatalog.Found]) -> [Int] {
        let usable = (candidates[table] ?? []).compactMap { candidate -> (key: [Int], isPrimary: Bool)? in
            let key = candidate.columns.compactMap { number in
                columns.firstIndex { $0.number == number && $0.isNotNull && !$0.column.isXML }
            }
            return key.count == candidate.columns.count && !key.isEmpty ? (key, candidate.isPrimary) : nil
        }
        if let primary = usable.first(where: \.isPrimary) { return primary.key }
        return usable.min { $0.key.count < $1.key.count }?.key ?? []
    }
}
