import Rewind

/// One kind of thing that the sandbox keeps, as a value and as the row of a table.
///
/// The row has every stored property, so that a thing made from its row is equal to the thing itself.
protocol SandboxRecord: Hashable, Sendable {
    /// The table's name in change sets.
    static var table: String { get }
    /// The table's columns, one for each stored property.
    static var columns: [SandboxColumn<Self>] { get }
    /// What tells it from others of its kind.
    var id: String { get }
    /// One to be filled from a row.
    init()
}

/// One stored property as a column.
struct SandboxColumn<Record>: Sendable {
    let name: String
    /// By default a column named like a point in time is one: only whether it is set counts.
    let role: Schema.Role
    let read: @Sendable (Record) -> Value
    /// False if the value is none of the property's.
    let write: @Sendable (inout Record, Value) -> Bool

    static func of<Cell: SandboxCell>(
        _ name: String, _ property: WritableKeyPath<Record, Cell> & Sendable, comparedByValue: Bool? = nil
    ) -> SandboxColumn {
        let isTime = !(comparedByValue ?? !Schema.Column.isNamedLikeTimestamp(name))
        return SandboxColumn(
            name: name, role: isTime ? .timestamp : .plain,
            read: { $0[keyPath: property].cell },
            write: { record, value in
                guard let value = Cell(cell: value) else { return false }
                record[keyPath: property] = value
                return true
            })
    }
}

/// What one cell can hold.
protocol SandboxCell: Sendable {
    var cell: Value { get }
    init?(cell: Value)
}

extension SandboxCell where Self: RawRepresentable, RawValue == String {
    var cell: Value { .text(rawValue) }
    init?(cell: Value) {
        guard case .text(let text) = cell else { return nil }
        self.init(rawValue: text)
    }
}

extension String: SandboxCell {
    var cell: Value { .text(self) }
    init?(cell: Value) {
        guard case .text(let text) = cell else { return nil }
        self = text
    }
}

extension Int64: SandboxCell {
    var cell: Value { .integer(self) }
    init?(cell: Value) {
        guard case .integer(let number) = cell else { return nil }
        self = number
    }
}

extension Bool: SandboxCell {
    var cell: Value { .integer(self ? 1 : 0) }
    init?(cell: Value) {
        guard case .integer(let number) = cell else { return nil }
        self = number != 0
    }
}

extension SandboxInstant: SandboxCell {
    var cell: Value { .integer(milliseconds) }
    init?(cell: Value) {
        guard case .integer(let number) = cell else { return nil }
        self.init(milliseconds: number)
    }
}

extension Optional: SandboxCell where Wrapped: SandboxCell {
    var cell: Value { map(\.cell) ?? .null }
    init?(cell: Value) {
        if case .null = cell { self = .none; return }
        guard let wrapped = Wrapped(cell: cell) else { return nil }
        self = wrapped
    }
}

extension SandboxRecord {
    /// The row, packed.
    var row: Row { Row(Self.columns.map { $0.read(self) }) }

    /// The thing that a row stands for; nothing if it is no row of this table.
    init?(row: Row) {
        self.init()
        let cells = row.cells
        guard cells.count == Self.columns.count else { return nil }
        for (column, cell) in zip(Self.columns, cells) {
            guard column.write(&self, cell) else { return nil }
        }
    }

    /// How the row's cells are to be read when states are compared.
    static var schema: Schema.Table {
        // Every table's first column is the id.
        Schema.Table(columns: columns.map { Schema.Column($0.name, $0.role, takesAnyText: true) }, key: [0])
    }
}
