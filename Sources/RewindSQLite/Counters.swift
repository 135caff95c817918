import Rewind
import SQLiteDriver

/// The AUTOINCREMENT counters: SQLite keeps them in a table of its own, on which no trigger can be.
struct Counters {
    static let table = "sqlite_sequence"

    /// Each table's counter, both as rows of one cell.
    private var values: [Row: Row] = [:]

    /// Reads all counters. Cost follows the number of AUTOINCREMENT tables.
    init(_ connection: SQLiteConnection, from table: String = Counters.table) throws(SQLiteError) {
        let select = try connection.statement("SELECT name, seq FROM \(table)")
        defer { select.reset() }
        while try select.step() { values[Row(select, 0..<1)] = Row(select, 1..<2) }
    }

    /// No counters at all.
    init() {}

    /// What changed from these counters to those.
    func changes(to next: Counters) -> [RowChange] {
        if values == next.values { return [] }
        var changes: [RowChange] = []
        for (key, value) in next.values where values[key] != value {
            changes.append(RowChange(table: Self.table, key: key, before: values[key], after: value))
        }
        for (key, value) in values where next.values[key] == nil {
            changes.append(RowChange(table: Self.table, key: key, before: value, after: nil))
        }
        return changes.sorted { $0.key.packed.lexicographicallyPrecedes($1.key.packed) }
    }

    /// Takes changes over, once their transaction is committed.
    mutating func commit(_ changes: [RowChange]) {
        for change in changes { values[change.key] = change.after }
    }

    /// Sets the counters to what the changes lead to.
    static func write(_ changes: [RowChange], _ connection: SQLiteConnection) throws(SQLiteError) {
        for change in changes {
            guard let after = change.after else {
                let delete = try connection.statement("DELETE FROM sqlite_sequence WHERE name = ?")
                try change.key.bind(to: delete, from: 1)
                try delete.run()
                continue
            }
            let update = try connection.statement("UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1")
            try change.key.bind(to: update, from: 1)
            try after.bind(to: update, from: 2)
            try update.run()
            if connection.changes > 0 { continue }
            let insert = try connection.statement("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)")
            try change.key.bind(to: insert, from: 1)
            try after.bind(to: insert, from: 2)
            try insert.run()
        }
    }
}
