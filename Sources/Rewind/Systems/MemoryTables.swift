import Synchronization

/// Tables in this process's memory, as the state of a mock or of an API that runs in the test itself.
///
/// ```swift
/// let tables = MemoryTables(name: "db", schema: Schema(tables: ["orders": .init(columns: [.init("status")])]))
/// tables.set(table: "orders", key: 7, to: [.text("paid")])
/// ```
public final class MemoryTables: RewindableSystem {
    private struct RowKey: Hashable {
        let table: String
        let key: Row
    }

    private struct State {
        /// Each with its key as first cell, so that equal rows under two keys are told apart.
        var rows: [RowKey: Row] = [:]
        var log: [RowChange] = []
        /// The rows at `begin`, shared with `rows` until the first change.
        var root: [RowKey: Row] = [:]
    }

    public let name: String
    private let columns: Schema
    private let state = Mutex(State())

    /// - Parameter schema: of the cells of each table; the key comes before them, as a column `key` compared by value.
    public init(name: String = "memory", schema: Schema = Schema()) {
        self.name = name
        columns = Schema(tables: schema.tables.mapValues { .init(columns: [.init("key")] + $0.columns, key: [0]) })
    }

    /// The row's cells, or `nil` when there is no such row.
    public func get(table: String, key: Int64) -> [Value]? {
        state.withLock { $0.rows[RowKey(table: table, key: Row([.integer(key)]))] }.map { Array($0.cells.dropFirst()) }
    }

    /// Inserts or replaces a row, or removes it when `cells` is `nil`.
    public func set(table: String, key: Int64, to cells: [Value]?) {
        let row = cells.map { Row([.integer(key)] + $0) }
        let key = RowKey(table: table, key: Row([.integer(key)]))
        state.withLock { state in
            state.log.append(RowChange(table: table, key: key.key, before: state.rows[key], after: row))
            state.rows[key] = row
        }
    }

    /// How many rows a table has.
    public func count(table: String) -> Int {
        state.withLock { $0.rows.keys.count { $0.table == table } }
    }

    public func begin() async {
        state.withLock {
            $0.log = []
            $0.root = $0.rows
        }
    }

    public func capture() async -> ChangeSet {
        state.withLock { state in
            if state.log.isEmpty { return .empty }
            let changes = ChangeSet(squashing: state.log)
            state.log.removeAll(keepingCapacity: true)
            return changes
        }
    }

    public func apply(_ changes: ChangeSet) async {
        state.withLock { state in
            for change in changes.rows { state.rows[RowKey(table: change.table, key: change.key)] = change.after }
        }
    }

    public func end() async {
        state.withLock {
            $0.rows = $0.root
            $0.log = []
        }
    }

    public func schema() async -> Schema { columns }

    public func contentFingerprint() async -> Fingerprint {
        state.withLock { state in
            state.rows.reduce(into: .zero) { $0 += Fingerprint(table: $1.key.table, row: $1.value) }
        }
    }
}
