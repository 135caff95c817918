import Rewind

/// Things of one kind by their ids, which remember what they were when they were last asked what changed.
///
/// Equality is that of the things; the memory is no part of it.
public struct SandboxTable<Record: Hashable & Sendable>: Sendable, Equatable, Sequence {
    private(set) var records: [String: Record] = [:]
    /// What each thing that was touched had been; nothing is remembered unless it is recorded.
    private var originals: [String: Record?] = [:]
    private(set) var isRecorded = false

    /// How many there are.
    public var count: Int { records.count }

    /// Whether there is none.
    public var isEmpty: Bool { records.isEmpty }

    /// All of them, in no particular order.
    public func makeIterator() -> Dictionary<String, Record>.Values.Iterator { records.values.makeIterator() }

    /// The one with that id.
    public internal(set) subscript(id: String) -> Record? {
        get { records[id] }
        set {
            if isRecorded && originals[id] == nil { originals.updateValue(records[id], forKey: id) }
            records[id] = newValue
        }
    }

    public static func == (a: SandboxTable, b: SandboxTable) -> Bool { a.records == b.records }
}

extension SandboxTable where Record: SandboxRecord {
    /// Keeps it, instead of another with its id.
    mutating func put(_ record: Record) { self[record.id] = record }

    /// Remembers, from now on, what changes.
    mutating func record(_ isRecorded: Bool) {
        self.isRecorded = isRecorded
        originals = [:]
    }

    /// The things of another table instead of these; what differs counts as changed.
    mutating func replace(with other: SandboxTable) {
        guard isRecorded else { records = other.records; return }
        for id in Set(records.keys).union(other.records.keys) where records[id] != other.records[id] {
            self[id] = other.records[id]
        }
    }

    /// What changed since this was last asked.
    mutating func takeChanges() -> [RowChange] {
        if originals.isEmpty { return [] }
        defer { originals.removeAll(keepingCapacity: true) }
        return originals.sorted { $0.key < $1.key }.compactMap { id, original in
            let current = records[id]
            if current == original { return nil }
            return RowChange(
                table: Record.table, key: Row([.text(id)]), before: original?.row, after: current?.row)
        }
    }

    /// Takes over one row, without remembering that it changed.
    /// - Returns: whether the change starts from what is here, and ends with a row of this table.
    mutating func apply(_ change: RowChange) -> Bool {
        guard case .text(let id)? = change.key.cells.first, records[id]?.row == change.before else { return false }
        guard let row = change.after else { records[id] = nil; return true }
        guard let record = Record(row: row), record.id == id, record.row == row else { return false }
        records[id] = record
        return true
    }

    var fingerprint: Fingerprint {
        records.values.reduce(into: .zero) { $0 += Fingerprint(table: Record.table, row: $1.row) }
    }
}
