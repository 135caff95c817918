import PostgresDriver
import Rewind

/// One look at the log: what came to it since the look before, at one instant.
struct LogReading {
    /// Entries of tables that are recorded, in the order in which they were written.
    private(set) var entries: [LogEntry] = []
    /// Changes of the schema, as “ALTER TABLE public.orders”.
    private(set) var definitions: [String] = []
    /// What had been committed.
    let snapshot: Snapshot
    /// Whether no transaction of the server's was under way, so that all that was written can be seen.
    let isQuiet: Bool
    /// The number of the last entry; `nil` when there is none.
    var last: Int64? { numbers.last }
    /// The numbers of the entries that can be seen.
    private var numbers: [Int64] = []

    /// Whether all that was written to the log can be seen, or was rolled back, whatever else is under way. To be asked
    /// ahead of ``select``, in one transaction.
    static let isAtRest = "SELECT rewind.is_at_rest()"

    /// Entries after `$1`, each beside the snapshot; without entries, the snapshot alone. To be the first statement of
    /// its transaction.
    ///
    /// A snapshot does not list the transactions under way that are younger than the newest one that ended. But if none
    /// is listed and the counter of transactions, which `age` reads once the snapshot is taken, has come no further
    /// than the snapshot, there is none.
    static let select = """
        SELECT s.snapshot, s.is_quiet, l.seq, l.tbl, l.old, l.new FROM (SELECT pg_current_snapshot()::text AS snapshot,
        pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot())
        AND age(pg_snapshot_xmax(pg_current_snapshot())::xid) = 0 AS is_quiet) s LEFT JOIN rewind.log l ON l.seq > $1
        """

    /// Everything, whoever has seen it.
    static let selectAll = "SELECT '', false, seq, tbl, old, new FROM rewind.log ORDER BY seq"

    /// Takes what ``select`` returned.
    /// - Parameter tables: by number.
    init(_ result: PostgresResult, tables: [Table?]) {
        snapshot = Snapshot(text: result.rowCount > 0 ? result.string(0, 0) : "")
        isQuiet = result.rowCount > 0 && result.bool(0, 1)
        let rows = (0..<result.rowCount).filter { !result.isNull($0, 2) }
        for row in rows.sorted(by: { result.int64($0, 2) < result.int64($1, 2) }) {
            numbers.append(result.int64(row, 2))
            let number = Int(result.int64(row, 3))
            if number == Installation.definitionEntry {
                definitions.append(result.string(row, 4))
            } else if tables.indices.contains(number), let table = tables[number] {
                let (old, new) = (Self.image(result, row, 4, table), Self.image(result, row, 5, table))
                let isWhole = (old == nil) == result.isNull(row, 4) && (new == nil) == result.isNull(row, 5)
                if isWhole { entries.append(LogEntry(table: number, old: old, new: new)) } else { alter(table) }
            }
        }
    }

    var isEmpty: Bool { numbers.isEmpty }

    private static func image(_ result: PostgresResult, _ row: Int, _ column: Int, _ table: Table) -> Row? {
        if result.isNull(row, column) { return nil }
        return RowText.fittingRow(result.bytes(row, column), numeric: table.numericColumns)
    }

    /// Notes what event triggers tell only where our role is a superuser's.
    private mutating func alter(_ table: Table) {
        let sentence = "the columns of “\(table.name)” are others"
        if !definitions.contains(sentence) { definitions.append(sentence) }
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

/// What becomes of each row, whatever the order of its changes.
///
/// Triggers of the API's can have a later change of a row logged ahead of an earlier one: they run between the entries
/// of one statement. So can an update that passes keys on from row to row. But each content in between was come to and
/// left, once each; what was only left is the first, and what was only come to is the last.
func chained(_ changes: [RowChange]) -> [RowChange] {
    struct Identity: Hashable {
        let table: String
        let key: Row
    }
    if changes.count < 2 { return changes }
    var places: [Identity: Int] = [:]
    var ofRows: [[RowChange]] = []
    for change in changes {
        let identity = Identity(table: change.table, key: change.key)
        if let place = places[identity] {
            ofRows[place].append(change)
        } else {
            places[identity] = ofRows.count
            ofRows.append([change])
        }
    }
    return ofRows.compactMap(net)
}

/// All that became of one row.
private func net(_ changes: [RowChange]) -> RowChange? {
    if changes.count == 1 { return changes[0] }
    var left = changes.map(\.before)
    var reached: [Row?] = []
    for after in changes.map(\.after) {
        if let place = left.firstIndex(of: after) { left.remove(at: place) } else { reached.append(after) }
    }
    guard let before = left.first, let after = reached.last else { return nil }
    return RowChange(table: changes[0].table, key: changes[0].key, before: before, after: after)
}

/// Which transactions had ended at an instant.
/// <https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT>
struct Snapshot: Equatable {
    let text: String
}
