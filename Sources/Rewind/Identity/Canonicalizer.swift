/// Computes what a state is, as opposed to what its bytes happen to be.
///
/// Generated values are replaced by their names (`Names`), points in time are left out. The fingerprint of the content is
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

    private let systems: [String]
    private let schemas: [Schema]
    private(set) var rules: ReadingRules
    private var tables: [[String: TableReading]]

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
                for (column, kind) in zip(schema.tables[table]?.columns ?? [], reading.columns) where kind == .leftOut {
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
        var names = source.names
        for (system, changes) in steps.enumerated() { name(newValuesIn: changes, system: system, into: &names) }
        name(newValuesIn: context, into: &names)
        let removesRows = steps.contains { $0.rows.contains { $0.after == nil } }
        if names != source.names || (removesRows && !names.isEmpty) {
            return identity(of: whole(), context: context, names: names)
        }
        var content = source.content
        for (system, changes) in steps.enumerated() { content += contribution(of: changes, system: system, names: names) }
        return StateIdentity(content: content, context: fingerprint(of: context, names: names), names: names)
    }

    /// The identity of a state from its whole difference to the root, ranking the names that are still in use.
    func identity(of whole: [ChangeSet], context: ContextCells, names: Names) -> StateIdentity {
        var inUse: Set<Fingerprint> = []
        for (system, changes) in whole.enumerated() {
            for change in changes.rows {
                guard let after = change.after else { continue }
                forEachValue(of: after, reading: reading(of: change.table, system: system)) { inUse.insert($0) }
            }
        }
        context.row.forEachCell { cell in
            if let value = textFingerprint(of: cell) { inUse.insert(value) }
        }
        let kept = names.keeping(inUse.contains)
        let content = whole.enumerated().reduce(Fingerprint.zero) { sum, system in
            sum + contribution(of: system.element, system: system.offset, names: kept)
        }
        return StateIdentity(content: content, context: fingerprint(of: context, names: kept), names: kept)
    }

    /// All generated values of a path, from the change sets of its steps.
    func names(along path: [(changes: [ChangeSet], context: ContextCells)]) -> Names {
        path.reduce(into: Names()) { names, step in
            for (system, changes) in step.changes.enumerated() { name(newValuesIn: changes, system: system, into: &names) }
            name(newValuesIn: step.context, into: &names)
        }
    }

    // MARK: Naming

    private func name(newValuesIn changes: ChangeSet, system: Int, into names: inout Names) {
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
        guard let counter = counters.first(where: { $0.key == key }), case .integer(let last)? = counter.after?.cells.first
        else { return false }
        if case .integer(let first)? = counter.before?.cells.first { return first < number && number <= last }
        return number <= last
    }

    private func name(newValuesIn context: ContextCells, into names: inout Names) {
        if rules.learned.isEmpty { return }
        var index = 0
        context.row.forEachCell { cell in
            defer { index += 1 }
            guard rules.learned.contains(context.names[index]), let value = textFingerprint(of: cell) else { return }
            names.add(value, space: space(named: context.names[index]))
        }
    }

    // MARK: Fingerprints

    private func contribution(of changes: ChangeSet, system: Int, names: Names) -> Fingerprint {
        changes.rows.reduce(into: .zero) { sum, change in
            let reading = reading(of: change.table, system: system)
            if let after = change.after { sum += fingerprint(of: after, reading: reading, names: names) }
            if let before = change.before { sum -= fingerprint(of: before, reading: reading, names: names) }
        }
    }

    private func fingerprint(of row: Row, reading: TableReading, names: Names) -> Fingerprint {
        if reading.isPlain && names.isEmpty {
            return row.packed.withUnsafeBytes { Fingerprint(of: $0, seed: reading.seed) }
        }
        var canonical = Row(reservingBytes: row.packed.count)
        var column = 0
        row.forEachCell { cell in
            canonical.append(canonicalCell: cell, name: name(of: cell, reading.column(column), names))
            column += 1
        }
        return canonical.packed.withUnsafeBytes { Fingerprint(of: $0, seed: reading.seed) }
    }

    private func name(of cell: Row.Cell, _ reading: ColumnReading, _ names: Names) -> CanonicalName {
        switch reading {
        case .leftOut: return .leftOut
        case .asIs: return .byValue
        case .identifier(let space, _):
            guard case .integer(let number) = cell else { return .byValue }
            return CanonicalName(names.name(of: numberFingerprint(number, space: space)))
        case .volatile(let space):
            return CanonicalName(names.name(of: volatileFingerprint(of: cell, space: space)))
        case .plain:
            if names.isEmpty { return .byValue }
            return CanonicalName(textFingerprint(of: cell).flatMap(names.name(of:)))
        }
    }

    /// What a context adds to a state's fingerprint.
    func fingerprint(of context: ContextCells, names: Names) -> Fingerprint {
        var sum = Fingerprint.zero
        var index = 0
        context.row.forEachCell { cell in
            defer { index += 1 }
            let property = context.names[index]
            var canonical = Row(reservingBytes: 24)
            canonical.append(canonicalCell: cell, name: name(of: cell, property: property, names))
            sum += canonical.packed.withUnsafeBytes { Fingerprint(of: $0, seed: Fingerprint.seed(named: property)) }
        }
        return sum
    }

    private func name(of cell: Row.Cell, property: String, _ names: Names) -> CanonicalName {
        if rules.ignored.contains(property) { return .leftOut }
        if rules.comparedAsIs.contains(property) { return .byValue }
        switch cell {
        case .text(let bytes) where looksLikeTimestamp(bytes): return .leftOut
        case .text, .blob: return CanonicalName(textFingerprint(of: cell).flatMap(names.name(of:)))
        case .integer(let number) where !names.isEmpty && property.lowercased().hasSuffix("id"):
            return CanonicalName(nameOfNumber(number, names))
        default: return .byValue
        }
    }

    /// In a context, an id does not say what it is the id of: it stands for whatever has that number.
    private func nameOfNumber(_ number: Int64, _ names: Names) -> UInt64? {
        var combined: UInt64?
        for name in names.living where name.value == numberFingerprint(number, space: name.space) {
            combined = (combined ?? 0) &* 0x9E37_79B9_7F4A_7C15 &+ name.name &+ 1
        }
        return combined
    }

    private func forEachValue(of row: Row, reading: TableReading, _ body: (Fingerprint) -> Void) {
        var column = 0
        row.forEachCell { cell in
            defer { column += 1 }
            switch (reading.column(column), cell) {
            case (.identifier(let space, _), .integer(let number)): body(numberFingerprint(number, space: space))
            case (.volatile(let space), _): body(volatileFingerprint(of: cell, space: space))
            default: if let value = textFingerprint(of: cell) { body(value) }
            }
        }
    }

    private func reading(of table: String, system: Int) -> TableReading {
        tables[system][table] ?? TableReading(system: systems[system], table: table, schema: nil, rules: rules)
    }
}

extension TableReading {
    fileprivate func column(_ index: Int) -> ColumnReading { index < columns.count ? columns[index] : .plain }
}

/// What stands for a cell in a canonical row.
private enum CanonicalName {
    case byValue
    case leftOut
    case named(UInt64)

    init(_ name: UInt64?) { self = name.map(CanonicalName.named) ?? .byValue }
}

extension Row {
    fileprivate mutating func append(canonicalCell cell: Cell, name: CanonicalName) {
        switch name {
        case .leftOut: appendNull()
        case .named(let number): withUnsafeBytes(of: number.littleEndian) { append(marker: $0) }
        case .byValue:
            switch cell {
            case .null: appendNull()
            case .integer(let number): append(number)
            case .real(let number): append(number)
            case .text(let bytes): appendText(bytes)
            case .blob(let bytes): appendBlob(bytes)
            }
        }
    }
}

private let numberSeed: UInt64 = 0x6E75_6D62_6572_0000
private let textSeed = Fingerprint.seed(named: "text")

private func numberFingerprint(_ number: Int64, space: UInt32) -> Fingerprint {
    withUnsafeBytes(of: number) { Fingerprint(of: $0, seed: numberSeed ^ UInt64(space)) }
}

/// Texts and bytes are unique by themselves: an id that was generated in one table is known again in another.
private func textFingerprint(of cell: Row.Cell) -> Fingerprint? {
    switch cell {
    case .text(let bytes), .blob(let bytes): Fingerprint(of: bytes, seed: textSeed)
    case .null, .integer, .real: nil
    }
}

private func volatileFingerprint(of cell: Row.Cell, space: UInt32) -> Fingerprint {
    switch cell {
    case .text, .blob: textFingerprint(of: cell) ?? .zero
    case .integer(let number): numberFingerprint(number, space: space)
    case .real(let number): numberFingerprint(Int64(bitPattern: number.bitPattern), space: space)
    case .null: .zero
    }
}

/// Whether the text starts like an ISO 8601 point in time: `2026-11-21T02:44` or with a blank for the `T`.
private func looksLikeTimestamp(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 16 else { return false }
    let pattern: StaticString = "dddd-dd-dd?dd:dd"
    return pattern.withUTF8Buffer { pattern in
        zip(pattern, bytes).allSatisfy { expected, byte in
            switch expected {
            case UInt8(ascii: "d"): (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            case UInt8(ascii: "?"): byte == UInt8(ascii: "T") || byte == UInt8(ascii: " ")
            default: byte == expected
            }
        }
    }
}
