import PostgresDriver
import Rewind

/// One look at the log: what is in it beyond what was read, and which transactions were under way, at one instant.
struct LogReading {
    /// Entries of tables that are recorded, in the order in which they were written.
    private(set) var entries: [LogEntry] = []
    /// Changes of the schema, as “ALTER TABLE public.orders”.
    private(set) var definitions: [String] = []
    /// The numbers of all entries.
    private(set) var sequences: [Int64] = []
    let snapshot: Snapshot

    /// Entries after `$1`, each beside the snapshot; without entries, the snapshot alone.
    static let select = """
        SELECT s.snapshot, l.seq, l.tbl, l.old, l.new FROM (SELECT pg_current_snapshot()::text AS snapshot) s
        LEFT JOIN rewind.log l ON l.seq > $1
        """

    /// Takes what ``select`` returned.
    /// - Parameters:
    ///   - known: entries to pass over.
    ///   - tables: by number.
    init(_ result: PostgresResult, known: Set<Int64> = [], tables: [Table?]) {
        snapshot = Snapshot(text: result.string(0, 0))
        let rows = (0..<result.rowCount).filter { !result.isNull($0, 1) }
        for row in rows.sorted(by: { result.int64($0, 1) < result.int64($1, 1) }) {
            let sequence = result.int64(row, 1)
            if known.contains(sequence) { continue }
            sequences.append(sequence)
            let number = Int(result.int64(row, 2))
            if number == Installation.definitionEntry {
                definitions.append(result.string(row, 3))
            } else if tables.indices.contains(number), let table = tables[number] {
                entries.append(
                    LogEntry(
                        table: number, old: Self.image(result, row, 3, table), new: Self.image(result, row, 4, table)))
            }
        }
    }

    private static func image(_ result: PostgresResult, _ row: Int, _ column: Int, _ table: Table) -> Row? {
        if result.isNull(row, column) { return nil }
        return RowText.row(result.bytes(row, column), numeric: table.numericColumns)
    }
}

/// What happened to one row.
struct LogEntry {
    let table: Int
    let old: Row?
    let new: Row?

    /// The entry as changes: two when the row got another key.
    func changes(of table: Table, _ copies: inout CopyCounts) -> [RowChange] {
        guard table.hasKey else { return copies.changes(self, of: table) }
        let (oldKey, newKey) = (old.map(table.key(of:)), new.map(table.key(of:)))
        if let oldKey, oldKey == newKey {
            return [RowChange(table: table.name, key: oldKey, before: old, after: new)]
        }
        let left = oldKey.map { RowChange(table: table.name, key: $0, before: old, after: nil) }
        let came = newKey.map { RowChange(table: table.name, key: $0, before: nil, after: new) }
        return [left, came].compactMap { $0 }
    }
}

extension CopyCounts {
    fileprivate mutating func changes(_ entry: LogEntry, of table: Table) -> [RowChange] {
        if entry.old == entry.new { return [] }
        let left = entry.old.map { row in
            RowChange(table: table.name, key: delete(row, table: table.number), before: row, after: nil)
        }
        let came = entry.new.map { row in
            RowChange(table: table.name, key: insert(row, table: table.number), before: nil, after: row)
        }
        return [left, came].compactMap { $0 }
    }
}

/// Which transactions had ended at an instant.
/// <https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT>
struct Snapshot: Equatable {
    let text: String

    /// Whether a transaction that may have written was under way, in whichever database of the server.
    var hasTransactionsInFlight: Bool { text.last.map { $0 != ":" } ?? false }
}
