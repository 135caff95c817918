import Rewind
import SQLiteDriver

extension Recording {
    /// How the columns are to be read, by what the schema declares of them.
    func schema() throws -> Schema { try inspection.schema(connection) }
}

extension Inspection {
    /// How the columns are to be read, by what the schema declares of them.
    func schema(_ connection: SQLiteConnection) throws -> Schema {
        var schema = Schema()
        for table in tables {
            let namespaces = try identifiers(in: table, connection)
            schema.tables[table.name] = Schema.Table(
                columns: table.columns.map { column in
                    let role = namespaces[column.name].map(Schema.Role.identifier(namespace:))
                    return Schema.Column(
                        column.name, role ?? (column.isTimestamp ? .timestamp : .plain),
                        takesAnyText: column.takesAnyText)
                }, key: table.keyPositions)
        }
        return schema
    }

    /// The columns that hold row numbers, each with the table whose rows they number. A key that refers to another
    /// table's key takes that table's numbers.
    private func identifiers(in table: Table, _ connection: SQLiteConnection) throws -> [String: String] {
        var namespaces: [String: String] = [:]
        if case .integerPrimaryKey(let name) = table.key { namespaces[name] = table.name }
        for reference in try Self.foreignKeys(of: table, connection) {
            let parent = tables.first { $0.name.lowercased() == reference.parent.lowercased() }
            guard let parent, case .integerPrimaryKey(let key) = parent.key,
                reference.parentColumn.map({ $0.lowercased() == key.lowercased() }) ?? true,
                let column = table.columns.first(where: { $0.name.lowercased() == reference.column.lowercased() })
            else { continue }
            namespaces[column.name] = parent.name
        }
        return namespaces
    }

    private struct ForeignKey {
        let column: String
        let parent: String
        let parentColumn: String?
    }

    /// The foreign keys of one column.
    private static func foreignKeys(of table: Table, _ connection: SQLiteConnection) throws -> [ForeignKey] {
        let list = try connection.prepare(
            """
            SELECT "from", "table", "to" FROM pragma_foreign_key_list(?) GROUP BY id HAVING count(*) = 1 ORDER BY id
            """)
        try list.bind(table.name, at: 1)
        var found: [ForeignKey] = []
        while try list.step() {
            found.append(
                ForeignKey(
                    column: list.string(0), parent: list.string(1),
                    parentColumn: list.isNull(2) ? nil : list.string(2)))
        }
        return found
    }
}

extension Table {
    /// Where the cells of the key stand among those of a row; empty when it is a rowid that no column shows.
    fileprivate var keyPositions: [Int]? {
        if case .rowid = key { return [] }
        let positions = keyNames.compactMap { name in columns.firstIndex { $0.name == name } }
        return positions.count == keyNames.count ? positions : nil
    }
}

extension Table.Column {
    /// Whether its affinity leaves texts as they are
    /// (<https://sqlite.org/datatype3.html#determination_of_column_affinity>).
    fileprivate var takesAnyText: Bool {
        let type = declaredType.uppercased()
        return type.isEmpty || !type.contains("INT") && ["CHAR", "CLOB", "TEXT", "BLOB"].contains { type.contains($0) }
    }

    /// Whether the system sets it to the time, as far as its type and name tell.
    var isTimestamp: Bool {
        let type = declaredType.uppercased()
        return type.contains("DATE") || type.contains("TIME") || Schema.Column.isNamedLikeTimestamp(name)
    }
}
