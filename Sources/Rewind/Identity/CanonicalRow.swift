/// Rows and contexts with generated values replaced by their names.
extension Canonicalizer {
    func contribution(of changes: ChangeSet, system: Int, names: Names) -> Fingerprint {
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
        case .presence:
            if case .null = cell { return .byValue }
            return .present
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
        if let value = generatedValue(cell, property: property) { return CanonicalName(names.name(of: value)) }
        switch cell {
        case .text(let bytes) where looksLikeTimestamp(bytes): return .present
        case .text, .blob: return CanonicalName(textFingerprint(of: cell).flatMap(names.name(of:)))
        case .integer(let number) where !names.isEmpty && namesAnID(property):
            return CanonicalName(nameOfNumber(number, names))
        default: return .byValue
        }
    }

    /// Whether a property by that name holds an id (`id`, `orderID`, `order_id`), and no amount (`paid`).
    private func namesAnID(_ property: String) -> Bool {
        [".id", "_id", "ID", "Id"].contains { property.hasSuffix($0) }
    }

    /// In a context, an id does not say what it is the id of: it stands for whatever has that number.
    private func nameOfNumber(_ number: Int64, _ names: Names) -> UInt64? {
        var combined: UInt64?
        for name in names.living where name.value == numberFingerprint(number, space: name.space) {
            combined = (combined ?? 0) &* 0x9E37_79B9_7F4A_7C15 &+ name.name &+ 1
        }
        return combined
    }

    /// Calls the closure with everything in a row that may have a name.
    func forEachValue(of row: Row, reading: TableReading, _ body: (Fingerprint) -> Void) {
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
}

extension TableReading {
    func column(_ index: Int) -> ColumnReading { index < columns.count ? columns[index] : .plain }
}

/// What stands for a cell in a canonical row.
private enum CanonicalName {
    case byValue
    case leftOut
    /// Some value, whichever.
    case present
    case named(UInt64)

    init(_ name: UInt64?) { self = name.map(CanonicalName.named) ?? .byValue }
}

extension Row {
    fileprivate mutating func append(canonicalCell cell: Cell, name: CanonicalName) {
        switch name {
        case .leftOut: appendNull()
        case .present: append(marker: UnsafeRawBufferPointer(start: nil, count: 0))
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
