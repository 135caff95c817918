import Rewind
import SQLiteDriver

extension RestoreReport {
    init(path: String) { self.init(database: path, counterNoun: "counter") }
}

/// Brings a database back to its root from what is written in it alone.
///
/// The position says what rows were at the root, and the log what rows were since; the first that names a row is right.
/// Each such row is made what it was, whatever it is now, so restoring does not depend on how the run ended.
struct Restoration {
    private let connection: SQLiteConnection
    private var report: RestoreReport
    /// By number; `nil` where the table is no longer the one that was recorded.
    private var tables: [Table?] = []

    /// Restores, and takes Rewind's tables and triggers out. To be called inside a transaction, on a connection
    /// without triggers.
    /// - Returns: what was done, problems included; it throws only when SQLite does.
    static func undo(path: String, _ connection: SQLiteConnection) throws -> RestoreReport {
        var restoration = Restoration(path: path, connection)
        try restoration.findTables()
        try restoration.restoreRows()
        try restoration.restoreCounters()
        try restoration.verify()
        try Installation.remove(connection)
        return restoration.report
    }

    private init(path: String, _ connection: SQLiteConnection) {
        self.connection = connection
        report = RestoreReport(path: path)
    }

    private mutating func findTables() throws {
        let recorded = try Definitions(connection, from: "_rewind_definitions")
        let defined = try Definitions(connection)
        report.problems = recorded.differences(to: defined)
        let select = try connection.prepare("SELECT name FROM _rewind_tables ORDER BY number")
        var names: [String] = []
        while try select.step() { names.append(select.string(0)) }
        let unchanged = names.filter { name in
            let entry = Definitions.Name(type: "table", name: name)
            return recorded.statements[entry] == defined.statements[entry]
        }
        let found = try Inspection(connection, only: Set(unchanged)).tables
        tables = names.map { name in found.first { $0.name == name } }
    }

    private mutating func restoreRows() throws {
        var undo = UndoLog()
        let shape = try recordedShape()
        try undo.read(from: "_rewind_position", shape: shape, tables: tables, connection)
        try undo.read(from: "_rewind_log", shape: shape, tables: tables, connection)
        var access: [Int: TableAccess] = [:]
        var missing: [(access: TableAccess, key: Row, row: Row)] = []
        for (key, before) in undo.rows {
            guard let table = tables[key.table] else { continue }
            let rows = try access[key.table] ?? TableAccess(table, connection)
            access[key.table] = rows
            let now = try rows.row(key.key)
            if now == before { continue }
            report.rows[table.name, default: 0] += 1
            if now != nil { _ = try rows.delete(key.key) }
            if let before { missing.append((rows, key.key, before)) }
        }
        for (rows, key, row) in missing {
            if try !rows.insertIfFree(key, row) {
                report.problems.append("a row of “\(rows.table.name)” is in the way of one that was there")
            }
        }
    }

    /// The log's width when it was made, which the tables may have outgrown.
    private func recordedShape() throws -> LogShape {
        let select = try connection.prepare("SELECT name FROM pragma_table_info('_rewind_log')")
        var names: [String] = []
        while try select.step() { names.append(select.string(0)) }
        return LogShape(
            keyWidth: names.count { $0.hasPrefix("k") && $0 != "kind" }, imageWidth: names.count { $0.hasPrefix("c") })
    }

    private mutating func restoreCounters() throws {
        guard try connection.exists(table: "_rewind_counters"), try connection.exists(table: Counters.table) else {
            return
        }
        let root = try Counters(connection, from: "_rewind_counters")
        let changes = try Counters(connection).changes(to: root)
        try Counters.write(changes, connection)
        report.counters = changes.count
    }

    /// Reads the content: nothing says that all writers were recorded.
    private mutating func verify() throws {
        let select = try connection.prepare("SELECT number, fingerprint FROM _rewind_tables ORDER BY number")
        while try select.step() {
            let number = Int(select.int64(0))
            guard tables.indices.contains(number), let table = tables[number] else { continue }
            if try table.fingerprint(connection).description != select.string(1) {
                report.problems.append(
                    "“\(table.name)” is not as it was; a writer with triggers switched off changed it")
            }
        }
    }
}

extension Table {
    /// The fingerprint of all rows. Cost follows the content.
    func fingerprint(_ connection: SQLiteConnection) throws(SQLiteError) -> Fingerprint {
        let select = try connection.statement(selectAll)
        defer { select.reset() }
        var sum = Fingerprint.zero
        while try select.step() { sum += Fingerprint(table: name, row: Row(select, 0..<columns.count)) }
        return sum
    }
}
