/// Which values count as generated, and when they get their names.
extension Canonicalizer {
    func name(newValuesIn changes: ChangeSet, system: Int, into names: inout Names) {
        for change in changes.rows {
            guard let after = change.after else { continue }
            let reading = reading(of: change.table, system: system)
            if reading.isPlain { continue }
            let before = change.before?.cells
            let generated = generatedNumbers(of: change, in: changes)
            var column = 0
            after.forEachCell { cell in
                defer { column += 1 }
                switch reading.column(column) {
                case .volatile(let space):
                    if case .null = cell { return }
                    if let before, column < before.count, before[column] == cell.value { return }
                    let value = volatileFingerprint(of: cell, space: space)
                    if !rules.chosen.contains(value) { names.add(value, space: space) }
                case .identifier(let space, own: true):
                    guard case .integer(let number) = cell, generated?.contains(number) == true else { return }
                    names.add(numberFingerprint(number, space: space), space: space)
                default: break
                }
            }
        }
    }

    /// The numbers that the counter of an inserted row's table gave out in this step.
    ///
    /// A counter also follows a number that was chosen, and then leaps over others. So numbers count as generated only
    /// when each one that the counter passed is that of a new row; otherwise they are compared by value.
    private func generatedNumbers(of change: RowChange, in changes: ChangeSet) -> ClosedRange<Int64>? {
        let key = Row([.text(change.table)])
        guard change.before == nil, let counter = changes.counters.first(where: { $0.key == key }),
            case .integer(let last)? = counter.after?.cells.first
        else { return nil }
        var first: Int64 = 0
        if case .integer(let number)? = counter.before?.cells.first { first = number }
        let inserted = changes.rows.count { $0.table == change.table && $0.before == nil }
        return first < last && Int64(inserted) == last - first ? first + 1...last : nil
    }

    func name(newValuesIn context: ContextCells, into names: inout Names) {
        if rules.learned.isEmpty { return }
        var index = 0
        context.row.forEachCell { cell in
            defer { index += 1 }
            if case .null = cell { return }
            guard let value = generatedValue(cell, property: context.names[index]), !rules.chosen.contains(value)
            else { return }
            names.add(value, space: space(named: context.names[index]))
        }
    }

    /// The fingerprint under which a context property's value is named, when the property was learned to be volatile.
    func generatedValue(_ cell: Row.Cell, property: String) -> Fingerprint? {
        rules.learned.contains(property) ? volatileFingerprint(of: cell, space: space(named: property)) : nil
    }
}
