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
                    return Schema.Column(column.name, role ?? (column.isTimestamp ? .timestamp : .plain))
                })
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

extension Table.Column {
    /// Whether the system sets it to the time, as far as its type and name tell.
    var isTimestamp: Bool {
        let type = declaredType.uppercased()
        return type.contains("DATE") || type.contains("TIME") || Schema.Column.isNamedLikeTimestamp(name)
    }
}
