import Rewind

extension Inspection {
    /// How the columns are to be read, by what the catalog says of them.
    var schema: Schema {
        var schema = Schema()
        for table in tables {
            let namespaces = identifiers(in: table)
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
    private func identifiers(in table: Table) -> [String: String] {
        var namespaces: [String: String] = [:]
        if let own = table.numberColumn { namespaces[own] = table.name }
        for reference in foreignKeys where reference.table == table.objectID {
            let parent = tables.first { $0.objectID == reference.parent }
            guard let parent, parent.numberColumn == reference.parentColumn else { continue }
            namespaces[reference.column] = parent.name
        }
        return namespaces
    }
}

extension Table {
    /// The column that numbers the rows, if one alone does.
    var numberColumn: String? {
        guard key.count == 1, columns[key[0]].isWholeNumber else { return nil }
        return columns[key[0]].name
    }
}
