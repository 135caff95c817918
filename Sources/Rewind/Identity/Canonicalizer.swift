/// Computes what a state is, as opposed to what its bytes happen to be.
///
/// Generated values are replaced by their names (`Names`), points in time by a mark that there is one. The fingerprint of the content is
/// the sum over the rows that differ from the root, so a step costs what it changes; only when generated things come or
/// go are the names ranked anew and the sum taken over the whole difference from the root.
struct Canonicalizer: Sendable {
    /// What identifies a state, and what the next step needs to go on from it.
    struct StateIdentity: Sendable {
        /// The rows' part.
        var content: Fingerprint
        /// The context's part.
        var context: Fingerprint
        var names: Names

        static let root = StateIdentity(content: .zero, context: .zero, names: Names())
    }

    let systems: [String]
    let schemas: [Schema]
    private(set) var rules: ReadingRules
    private let tables: [[String: TableReading]]

    /// One schema for each system, in the same order.
    init(systems: [String], schemas: [Schema], rules: ReadingRules) {
        self.systems = systems
        self.schemas = schemas
        self.rules = rules
        tables = zip(systems, schemas).map { system, schema in
            Dictionary(
                uniqueKeysWithValues: schema.tables.map { name, table in
                    (name, TableReading(system: system, table: name, schema: table, rules: rules))
                })
        }
    }

    /// A canonicalizer that also takes these columns and context properties as volatile.
    func learning(_ names: Set<String>) -> Canonicalizer {
        var rules = rules
        rules.learned.formUnion(names.subtracting(rules.comparedAsIs))
        return Canonicalizer(systems: systems, schemas: schemas, rules: rules)
    }

    /// A canonicalizer that also compares these values as they are.
    func knowing(chosen: Set<Fingerprint>) -> Canonicalizer {
        var rules = rules
        rules.chosen.formUnion(chosen)
        return Canonicalizer(systems: systems, schemas: schemas, rules: rules)
    }

    /// `table.column`, as rules name it.
    func columnName(_ column: Int, of table: String, system: Int) -> String {
        let columns = schemas[system].tables[table]?.columns ?? []
        return "\(table).\(column < columns.count ? columns[column].name : String(column))"
    }

    /// Those of the columns and properties that are compared by value so far and may be compared otherwise.
    func notYetVolatile(_ names: Set<String>) -> Set<String> {
        var open = names.subtracting(rules.learned).subtracting(rules.ignored).subtracting(rules.comparedAsIs)
        for (schema, readings) in zip(schemas, tables) {
            for (table, reading) in readings {
                let columns = zip(schema.tables[table]?.columns ?? [], reading.columns)
                for (column, kind) in columns where kind == .leftOut || kind == .presence {
                    open.remove("\(table).\(column.name)")
                }
            }
        }
        return open
    }

    // MARK: States

    /// The identity after a step from `source`.
    /// - Parameter whole: the difference from the root to the new state; asked for only when generated things came or went.
    func identity(
        after steps: [ChangeSet], from source: StateIdentity, context: ContextCells, whole: () -> [ChangeSet]
    ) -> StateIdentity {
        let steps = compared(steps)
        var names = source.names
        for (system, changes) in steps.enumerated() { name(newValuesIn: changes, system: system, into: &names) }
        name(newValuesIn: context, into: &names)
        let removesRows = steps.contains { $0.rows.contains { $0.after == nil } }
        if names != source.names || (removesRows && !names.isEmpty) {
            return identity(of: whole(), context: context, names: names)
        }
        var content = source.content
        for (system, changes) in steps.enumerated() {
            content += contribution(of: changes, system: system, names: names)
        }
        return StateIdentity(content: content, context: fingerprint(of: context, names: names), names: names)
    }

    /// The identity of a state from its whole difference to the root, ranking the names that are still in use.
    func identity(of whole: [ChangeSet], context: ContextCells, names: Names) -> StateIdentity {
        let whole = compared(whole)
        var inUse: Set<Fingerprint> = []
        for (system, changes) in whole.enumerated() {
            for change in changes.rows {
                guard let after = change.after else { continue }
                forEachValue(of: after, reading: reading(of: change.table, system: system)) { inUse.insert($0) }
            }
        }
        var index = 0
        context.row.forEachCell { cell in
            if let value = generatedValue(cell, property: context.names[index]) ?? textFingerprint(of: cell) {
                inUse.insert(value)
            }
            index += 1
        }
        let kept = names.keeping(inUse.contains)
        let content = whole.enumerated().reduce(Fingerprint.zero) { sum, system in
            sum + contribution(of: system.element, system: system.offset, names: kept)
        }
        return StateIdentity(content: content, context: fingerprint(of: context, names: kept), names: kept)
    }

    /// Without the tables that do not take part.
    private func compared(_ changes: [ChangeSet]) -> [ChangeSet] {
        if rules.ignoredTables.isEmpty { return changes }
        return changes.map { $0.leavingOut(tables: rules.ignoredTables) }
    }

    /// How a table is read; one that appeared after the start is read by value.
    func reading(of table: String, system: Int) -> TableReading {
        tables[system][table] ?? TableReading(system: systems[system], table: table, schema: nil, rules: rules)
    }
}
