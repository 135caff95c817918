import Rewind
import SQLiteDriver

/// What a database consists of, as far as Rewind needs to know.
struct Inspection {
    /// Every table that stores rows, the hidden ones of FTS and R-tree included, sorted by name.
    let tables: [Table]
    /// Whether AUTOINCREMENT counters exist.
    let hasCounters: Bool

    /// Reads the schema. Cost follows its size, not the content.
    /// - Parameter chosen: the only tables to look at; then no counters are.
    /// - Throws: `SystemError` of kind `.unsupported` naming a table that can't be recorded.
    init(_ connection: SQLiteConnection, exempting exempt: Set<String> = [], only chosen: Set<String>? = nil) throws {
        let names = try Self.tableNames(connection).filter {
            !exempt.contains($0.name) && chosen?.contains($0.name) ?? true
        }
        tables = try names.enumerated().map { number, found in
            try Self.table(found.name, number: number, hasRowid: found.hasRowid, connection)
        }
        hasCounters = try chosen == nil && connection.exists(table: "sqlite_sequence")
    }

    static func tableNames(_ connection: SQLiteConnection) throws -> [(name: String, hasRowid: Bool)] {
        let list = try connection.prepare(
            """
            SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')
            AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_rewind\\_%' ESCAPE '\\' ORDER BY name
            """)
        var names: [(String, Bool)] = []
        while try list.step() { names.append((list.string(0), list.int64(1) == 0)) }
        return names
    }

    private static func table(
        _ name: String, number: Int, hasRowid: Bool, _ connection: SQLiteConnection
    ) throws -> Table {
        let described = try columns(of: name, connection)
        let indexes = try indexNames(of: name, connection)
        let key = try key(
            of: name, hasRowid: hasRowid, described, hasKeyIndex: indexes.contains { $0.isPrimaryKey })
        return Table(
            number: number, name: name, sql: try connection.definition(of: name, type: "table") ?? "", key: key,
            columns: described.filter { !$0.isGenerated }.map(\.column),
            uniqueIndexes: try indexes.map { try uniqueIndex($0.name, of: name, connection) })
    }

    private static func key(
        of table: String, hasRowid: Bool, _ columns: [DescribedColumn], hasKeyIndex: Bool
    ) throws -> Table.Key {
        let keyColumns = columns.filter { $0.positionInKey > 0 }.sorted { $0.positionInKey < $1.positionInKey }
        if !hasRowid { return .primaryKey(keyColumns.map(\.column.name)) }
        // An INTEGER PRIMARY KEY is the rowid itself, so it needs no index; every other primary key has one.
        if keyColumns.count == 1, !hasKeyIndex { return .integerPrimaryKey(keyColumns[0].column.name) }
        let taken = Set(columns.map { $0.column.name.lowercased() })
        guard let alias = ["rowid", "oid", "_rowid_"].first(where: { !taken.contains($0) }) else {
            throw SystemError(
                .unsupported,
                """
                The rows of the table “\(table)” can't be told apart: it has no INTEGER PRIMARY KEY, and its columns \
                hide rowid, oid and _rowid_. Give it an INTEGER PRIMARY KEY, or exempt it from rewinding.
                """)
        }
        return .rowid(alias: alias)
    }

    private struct DescribedColumn {
        let column: Table.Column
        let positionInKey: Int
        let isGenerated: Bool
    }

    private static func columns(of table: String, _ connection: SQLiteConnection) throws -> [DescribedColumn] {
        let list = try connection.prepare(
            "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid")
        try list.bind(table, at: 1)
        var columns: [DescribedColumn] = []
        while try list.step() {
            let isNotNull = list.int64(2) != 0 && !list.isNull(3)
            let column = Table.Column(
                name: list.string(0), declaredType: list.string(1),
                replacementForNull: isNotNull ? list.string(3) : nil)
            columns.append(
                DescribedColumn(column: column, positionInKey: Int(list.int64(4)), isGenerated: list.int64(5) != 0))
        }
        return columns
    }

    private static func indexNames(
        of table: String, _ connection: SQLiteConnection
    ) throws -> [(name: String, isPrimaryKey: Bool)] {
        let list = try connection.prepare(
            "SELECT name, origin = 'pk' FROM pragma_index_list(?) WHERE \"unique\" = 1 ORDER BY name")
        try list.bind(table, at: 1)
        var names: [(String, Bool)] = []
        while try list.step() { names.append((list.string(0), list.int64(1) != 0)) }
        return names
    }

    private static func uniqueIndex(
        _ name: String, of table: String, _ connection: SQLiteConnection
    ) throws -> UniqueIndex {
        let sql = try connection.definition(of: name, type: "index")
        let definition = sql.flatMap(IndexDefinition.init(parsing:))
        let list = try connection.prepare(
            "SELECT name, cid, coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno")
        try list.bind(name, at: 1)
        var terms: [UniqueIndex.Term] = []
        while try list.step() {
            var operand = UniqueIndex.Term.Operand.column(list.string(0))
            if list.int64(1) < 0 {
                guard let definition, definition.terms.indices.contains(terms.count) else {
                    throw notUnderstood(index: name, table: table)
                }
                operand = .expression(definition.terms[terms.count])
            }
            terms.append(UniqueIndex.Term(operand: operand, collation: list.string(2)))
        }
        return UniqueIndex(terms: terms, condition: definition?.condition)
    }

    private static func notUnderstood(index: String, table: String) -> SystemError {
        SystemError(
            .unsupported,
            """
            The definition of the unique index “\(index)” on the table “\(table)” is not understood, so rows that \
            REPLACE removes would go unseen. Exempt the table from rewinding, or report the index to Rewind.
            """)
    }
}

extension SQLiteConnection {
    func exists(table: String) throws(SQLiteError) -> Bool {
        try definition(of: table, type: "table") != nil
    }

    /// The statement that made a table or index, `nil` when there is none (an automatic index has no statement).
    func definition(of name: String, type: String) throws(SQLiteError) -> String? {
        let find = try statement("SELECT sql FROM sqlite_master WHERE name = ? AND type = ?")
        try find.bind(name, at: 1)
        try find.bind(type, at: 2)
        defer { find.reset() }
        guard try find.step(), !find.isNull(0) else { return nil }
        return find.string(0)
    }
}
