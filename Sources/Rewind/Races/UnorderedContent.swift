/// Fingerprints of what several requests changed, in which it does not count which of them was given which number.
///
/// Two requests at the same time may draw their ids in one order and commit in the other, so that the ids of one table are
/// those of one serial order, and the ids of another table those of the other. So a value that was generated meanwhile is
/// known only by where it stands: by the rows it is in, and by what else stands there (color refinement: Weisfeiler &
/// Leman 1968). Contents that differ by names alone are always equal; that two which differ otherwise are taken for equal
/// is rare, and costs a finding, never a false one.
extension Canonicalizer {
    /// - Parameters:
    ///   - numbered: columns of texts that are handed out in the order of arrival, such as `RF-0001`.
    ///   - tables: those that do not take part.
    func unorderedFingerprint(
        of changes: [ChangeSet], numbered: Set<String> = [], leavingOut tables: Set<String> = []
    ) -> Fingerprint {
        let compared = changes.map { $0.leavingOut(tables: tables.union(rules.ignoredTables)) }
        var new: Set<Fingerprint> = []
        for (system, changes) in compared.enumerated() {
            for change in changes.rows { noteNewValues(of: change, system: system, numbered: numbered, in: &new) }
        }
        var (gained, lost): ([MarkedRow], [MarkedRow]) = ([], [])
        for (system, changes) in compared.enumerated() {
            for change in changes.rows {
                let reading = reading(of: change.table, system: system)
                if let after = change.after { gained.append(MarkedRow(after, reading, new: new)) }
                if let before = change.before { lost.append(MarkedRow(before, reading, new: new)) }
            }
        }
        let colors = Self.colors(of: new, in: gained)
        let sum = gained.reduce(Fingerprint.zero) { $0 + $1.fingerprint(coloring: colors) }
        return lost.reduce(sum) { $0 - $1.fingerprint(coloring: colors) }
    }

    private func noteNewValues(
        of change: RowChange, system: Int, numbered: Set<String>, in new: inout Set<Fingerprint>
    ) {
        guard let after = change.after else { return }
        let reading = reading(of: change.table, system: system)
        let before = change.before?.cells
        var column = 0
        after.forEachCell { cell in
            defer { column += 1 }
            if let before, column < before.count, before[column] == cell.value { return }
            switch (reading.column(column), cell) {
            case (_, .null): return
            case (.volatile(let space), _): new.insert(volatileFingerprint(of: cell, space: space))
            case (.identifier(let space, own: true), .integer(let number)) where before == nil:
                new.insert(numberFingerprint(number, space: space))
            case (.plain, .text):
                guard !numbered.isEmpty, let text = textFingerprint(of: cell) else { return }
                if numbered.contains(columnName(column, of: change.table, system: system)) { new.insert(text) }
            default: return
            }
        }
    }

    /// Each new value by where it stands. Every pass looks one row further.
    private static func colors(of new: Set<Fingerprint>, in rows: [MarkedRow]) -> [Fingerprint: Fingerprint] {
        var colors = Dictionary(uniqueKeysWithValues: new.map { ($0, Fingerprint.zero) })
        if new.count < 2 { return colors }
        for _ in 0..<min(4, new.count) {
            var next: [Fingerprint: Fingerprint] = [:]
            for row in rows {
                let whole = row.fingerprint(coloring: colors)
                for (column, mark) in row.marks.enumerated() {
                    guard case .new(let value) = mark else { continue }
                    let place = Row([.text(whole.description), .integer(Int64(column))])
                    next[value, default: .zero] += place.packed.withUnsafeBytes { Fingerprint(of: $0, seed: row.seed) }
                }
            }
            colors = next
        }
        return colors
    }

    /// Columns of texts with digits in rows that a request inserted otherwise than when it was sent at another time.
    func numberedColumns(_ first: [ChangeSet], _ second: [ChangeSet]) -> Set<String> {
        var found: Set<String> = []
        for (system, pair) in zip(first, second).enumerated() {
            for table in pair.0.tables {
                let (a, b) = (pair.0.insertedCells(of: table), pair.1.insertedCells(of: table))
                guard a.count == b.count else { continue }
                for (left, right) in zip(a, b) {
                    for (column, cells) in zip(left, right).enumerated() where cells.0 != cells.1 {
                        guard case (.text(let one), .text(let other)) = cells else { continue }
                        guard one.contains(where: \.isNumber), other.contains(where: \.isNumber) else { continue }
                        found.insert(columnName(column, of: table, system: system))
                    }
                }
            }
        }
        return found
    }
}

extension ChangeSet {
    fileprivate func insertedCells(of table: String) -> [[Value]] {
        rows.filter { $0.table == table && $0.before == nil }.compactMap { $0.after?.cells }
    }
}

/// A row whose new values are still without names.
private struct MarkedRow {
    enum Mark {
        case value(Value)
        case leftOut
        /// Some value, whichever.
        case present
        case new(Fingerprint)
    }

    let seed: UInt64
    private(set) var marks: [Mark] = []

    init(_ row: Row, _ reading: TableReading, new: Set<Fingerprint>) {
        seed = reading.seed
        var column = 0
        row.forEachCell { cell in
            marks.append(Self.mark(of: cell, reading.column(column), new))
            column += 1
        }
    }

    private static func mark(of cell: Row.Cell, _ reading: ColumnReading, _ new: Set<Fingerprint>) -> Mark {
        func named(_ value: Fingerprint?) -> Mark {
            if let value, new.contains(value) { return .new(value) }
            return .value(cell.value)
        }
        switch (reading, cell) {
        case (.leftOut, _): return .leftOut
        case (_, .null), (.asIs, _): return .value(cell.value)
        case (.presence, _): return .present
        case (.identifier(let space, _), .integer(let number)):
            return named(numberFingerprint(number, space: space))
        case (.volatile(let space), _): return named(volatileFingerprint(of: cell, space: space))
        case (.plain, .text(let bytes)) where looksLikeTimestamp(bytes): return .present
        case (.plain, _): return named(textFingerprint(of: cell))
        case (.identifier, _): return .value(cell.value)
        }
    }

    func fingerprint(coloring colors: [Fingerprint: Fingerprint]) -> Fingerprint {
        let cells = marks.flatMap { mark -> [Value] in
            switch mark {
            case .value(let value): [.integer(0), value]
            case .leftOut: [.integer(1)]
            case .present: [.integer(2)]
            case .new(let value): [.integer(3), .text((colors[value] ?? .zero).description)]
            }
        }
        return Row(cells).packed.withUnsafeBytes { Fingerprint(of: $0, seed: seed) }
    }
}
