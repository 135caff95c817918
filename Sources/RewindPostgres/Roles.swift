import Rewind

extension Inspection {
    /// How the columns are to be read, by what the catalog says of them.
    /// - Parameter isOrdered: whether moves are ordinary statements, so that the schema's own triggers and references
    ///   act.
    func schema(isOrdered: Bool) -> Schema {
        var schema = Schema()
        for table in tables {
            let namespaces = identifiers(in: table)
            schema.tables[table.name] = Schema.Table(
                columns: table.columns.map { column in
                    let role = namespaces[column.name].map(Schema.Role.identifier(namespace:))
                    return Schema.Column(
                        column.name, role ?? (column.isTimestamp ? .timestamp : .plain),
                        takesAnyText: column.takesAnyText)
                }, key: isOrdered || !table.cellsAreIndependent ? nil : table.key)
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

extension Table.Column {
    /// Whether it is a text of any length; a shorter one is refused what does not fit.
    fileprivate var takesAnyText: Bool {
        let plain = type.hasPrefix("pg_catalog.") ? type.dropFirst("pg_catalog.".count) : type[...]
        return plain == "text" || plain.hasPrefix("character varying")
    }
}

extension Table {
    /// Whether rows are found by a key, and no cell is computed from others.
    fileprivate var cellsAreIndependent: Bool { hasKey && !columns.contains(where: \.isGenerated) }

    /// The column that numbers the rows, if one alone does.
    var numberColumn: String? {
        guard key.count == 1, columns[key[0]].isWholeNumber else { return nil }
        return columns[key[0]].name
    }
}
