/// One alteration of a system's content, and what it is in words.
struct ContentMutant: Sendable {
    let system: Int
    let changes: ChangeSet
    /// The column, or the table and what became of its row: mutants of one place are alike.
    let place: String
    /// Such as “changed orders.amount from 100 to 101”.
    let what: String
}

/// The values that an exploration has seen, by where they stood: what a cell could have held as well.
struct SeenValues: Sendable {
    struct Column: Hashable, Sendable {
        let system: Int
        let table: String
        let index: Int
    }

    private var values: [Column: [Value]] = [:]
    /// The largest whole number that was a key, so that beyond it there is room for another row.
    private(set) var largestKey: Int64 = 0

    /// Values kept of each column.
    private static let count = 12
    /// States that are looked at.
    private static let states = 20_000

    init(in graph: Graph) {
        for node in graph.nodes.prefix(Self.states) {
            for (system, changes) in node.changes.enumerated() {
                for change in changes.rows { add(change, system) }
            }
        }
    }

    private mutating func add(_ change: RowChange, _ system: Int) {
        for case .integer(let number) in change.key.cells { largestKey = max(largestKey, number) }
        for row in [change.before, change.after] {
            for (index, value) in (row?.cells ?? []).enumerated() where value != .null {
                let column = Column(system: system, table: change.table, index: index)
                let known = values[column, default: []]
                if known.count < Self.count && !known.contains(value) { values[column] = known + [value] }
            }
        }
    }

    /// What else was seen there, in the order of discovery.
    func others(than value: Value, in column: Column) -> [Value] { (values[column] ?? []).filter { $0 != value } }

    /// Texts that were seen in other columns that take any.
    func texts(besides column: Column, of schemas: [Schema]) -> [Value] {
        let columns = values.keys.filter { other in
            other != column && schemas[other.system].tables[other.table]?.takesAnyText(other.index) == true
        }
        .sorted { ($0.system, $0.table, $0.index) < ($1.system, $1.table, $1.index) }
        var found: [Value] = []
        for column in columns {
            for value in values[column] ?? [] {
                if case .text = value, !found.contains(value) { found.append(value) }
            }
        }
        return found
    }
}

extension Schema.Table {
    func takesAnyText(_ index: Int) -> Bool { columns.indices.contains(index) && columns[index].takesAnyText }
}

/// Makes mutants of what the path to a state has changed.
struct ContentMutants: Sendable {
    let systems: [String]
    let schemas: [Schema]
    let seen: SeenValues

    /// All mutants of a state, given its difference from the root.
    func all(of difference: [ChangeSet]) -> [ContentMutant] {
        difference.enumerated().flatMap { system, changes in
            changes.rows.flatMap { mutants(of: $0, in: system) }
        }
    }

    /// Tables that the path changed and that can't be altered, as `db.orders`.
    func leftAlone(of difference: [ChangeSet]) -> Set<String> {
        Set(
            difference.enumerated().flatMap { system, changes in
                changes.tables.filter { schemas[system].tables[$0]?.key == nil }.map { "\(systems[system]).\($0)" }
            })
    }

    private func mutants(of change: RowChange, in system: Int) -> [ContentMutant] {
        guard let table = schemas[system].tables[change.table], let key = table.key else { return [] }
        func mutant(_ what: String, _ altered: RowChange, of place: String? = nil) -> ContentMutant {
            ContentMutant(
                system: system, changes: ChangeSet(squashing: [altered]), place: "\(system): \(place ?? what)",
                what: what + suffix(system))
        }
        guard let row = change.after else {
            let back = RowChange(table: change.table, key: change.key, before: nil, after: change.before)
            return [mutant("put a removed row of \(change.table) back", back)]
        }
        let removed = RowChange(table: change.table, key: change.key, before: row, after: nil)
        var mutants = [mutant("removed a row of \(change.table)", removed)]
        if let double = double(of: row, change, key) {
            mutants.append(mutant("doubled a row of \(change.table)", double))
        }
        let cells = row.cells
        guard cells.count == table.columns.count else { return mutants }
        for index in cells.indices where !key.contains(index) {
            let column = SeenValues.Column(system: system, table: change.table, index: index)
            for value in alternatives(to: cells[index], in: column, table.columns[index]) {
                var altered = cells
                altered[index] = value
                let name = table.columns[index].name
                let what =
                    "changed \(change.table).\(name) from \(shown(cells[index], name)) to \(shown(value, name))"
                let change = RowChange(table: change.table, key: change.key, before: row, after: Row(altered))
                mutants.append(mutant(what, change, of: "\(change.table).\(name)"))
            }
        }
        return mutants
    }

    private func suffix(_ system: Int) -> String { systems.count > 1 ? " in \(systems[system])" : "" }

    /// The same row under another key; `nil` where no other key can be told.
    private func double(of row: Row, _ change: RowChange, _ key: [Int]) -> RowChange? {
        var (keyCells, cells) = (change.key.cells, row.cells)
        guard let last = keyCells.last else { return nil }
        switch last {
        // Far beyond what was seen, for the root's rows are not known.
        case .integer: keyCells[keyCells.count - 1] = .integer(seen.largestKey + 1_000_000)
        case .text(let text): keyCells[keyCells.count - 1] = .text(text + "2")
        default: return nil
        }
        if let position = key.last {
            guard key.count == keyCells.count, cells.indices.contains(position), cells[position] == last else {
                return nil
            }
            cells[position] = keyCells[keyCells.count - 1]
        }
        return RowChange(table: change.table, key: Row(keyCells), before: nil, after: Row(cells))
    }

    /// What a cell could have held, the likeliest to be noticed first.
    private func alternatives(to value: Value, in place: SeenValues.Column, _ column: Schema.Column) -> [Value] {
        var found: [Value] = []
        switch value {
        case .null: return Array(seen.others(than: value, in: place).prefix(3))
        case .integer(let number): found = Self.numbers(besides: number).map(Value.integer)
        case .real(let number): found = [.real(number + 1), .real(-number), .real(number - 1)]
        case .text(let text):
            found = Array(seen.others(than: value, in: place).prefix(6))
            if let neighbours = Self.decimals(besides: text) { found += neighbours.map(Value.text) }
            if column.takesAnyText {
                found += [.text("")] + seen.texts(besides: place, of: schemas).prefix(8)
            } else if text == "t" || text == "f" {
                found.append(.text(text == "t" ? "f" : "t"))
            }
        case .blob: break
        }
        if case .text = value {} else { found += seen.others(than: value, in: place).prefix(4) }
        found.append(.null)
        var distinct: [Value] = []
        for other in found where other != value && !distinct.contains(other) { distinct.append(other) }
        return distinct
    }

    /// Numbers near one, and those that books often get wrong: nothing, twice as much, the other sign.
    static func numbers(besides number: Int64) -> [Int64] {
        let near = [number.addingReportingOverflow(1), number.subtractingReportingOverflow(1)]
        let far = [number.multipliedReportingOverflow(by: 2), number.multipliedReportingOverflow(by: -1)]
        let possible = (near + far).filter { !$0.overflow }.map(\.partialValue) + [0]
        var found: [Int64] = []
        for other in possible where other != number && !found.contains(other) { found.append(other) }
        return found
    }

    /// A decimal text like `100.00` one unit more and with the other sign, with as many digits behind the point;
    /// `nil` for any other text.
    static func decimals(besides text: String) -> [String]? {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text[...]).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let whole = Int64(parts[0]), whole < .max, !parts[1].isEmpty,
            parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }),
            parts[0].utf8.count == 1 || !parts[0].hasPrefix("0")
        else { return nil }
        let sign = isNegative ? "-" : ""
        var found = ["\(sign)\(whole + 1).\(parts[1])"]
        if text.contains(where: { ("1"..."9").contains($0) }) {
            found.append((isNegative ? "" : "-") + parts.joined(separator: "."))
        }
        return found
    }

    /// A value for a sentence, without secrets and not too long.
    private func shown(_ value: Value, _ column: String) -> String {
        let text =
            switch value {
            case .null: "null"
            case .integer(let number): String(number)
            case .real(let number): String(number)
            case .text(let text): AuditText.quoted(text)
            case .blob(let bytes): "\(bytes.count) bytes"
            }
        return Redaction.standard.value(text, named: column)
    }
}

/// How mutants are put into words.
enum AuditText {
    /// A text in quotes. Of a long one only its length is told: it may be a token under a name that does not say so.
    static func quoted(_ text: String) -> String {
        text.count > 24 ? "a text of \(text.count) characters" : "“\(Redaction.standard.text(text))”"
    }
}
