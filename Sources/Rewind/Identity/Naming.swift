/// Which values count as generated, and when they get their names.
extension Canonicalizer {
    func name(newValuesIn changes: ChangeSet, system: Int, into names: inout Names) {
        for change in changes.rows {
            guard let after = change.after else { continue }
            let reading = reading(of: change.table, system: system)
            if reading.isPlain { continue }
            let before = change.before?.cells
            var column = 0
            after.forEachCell { cell in
                defer { column += 1 }
                switch reading.column(column) {
                case .volatile(let space):
                    if case .null = cell { return }
                    if let before, before[column] == cell.value { return }
                    names.add(volatileFingerprint(of: cell, space: space), space: space)
                case .identifier(let space, own: true):
                    guard case .integer(let number) = cell, before == nil,
                        wasGenerated(number, table: change.table, counters: changes.counters)
                    else { return }
                    names.add(numberFingerprint(number, space: space), space: space)
                default: break
                }
            }
        }
    }

    /// A number was generated, not chosen, when the table's counter passed it in the same step.
    private func wasGenerated(_ number: Int64, table: String, counters: [RowChange]) -> Bool {
        let key = Row([.text(table)])
        guard let counter = counters.first(where: { $0.key == key }),
            case .integer(let last)? = counter.after?.cells.first
        else { return false }
        if case .integer(let first)? = counter.before?.cells.first { return first < number && number <= last }
        return number <= last
    }

    func name(newValuesIn context: ContextCells, into names: inout Names) {
        if rules.learned.isEmpty { return }
        var index = 0
        context.row.forEachCell { cell in
            defer { index += 1 }
            if case .null = cell { return }
            guard let value = generatedValue(cell, property: context.names[index]) else { return }
            names.add(value, space: space(named: context.names[index]))
        }
    }

    /// The fingerprint under which a context property's value is named, when the property was learned to be volatile.
    func generatedValue(_ cell: Row.Cell, property: String) -> Fingerprint? {
        rules.learned.contains(property) ? volatileFingerprint(of: cell, space: space(named: property)) : nil
    }
}
