import SQLiteDriver

/// Everything a database holds, exact to the byte: definitions, rows with their numbers, AUTOINCREMENT counters. What
/// Rewind puts into it would show as well.
func dump(_ path: String) throws -> [String] {
    let connection = try SQLiteConnection(path: path)
    var all = try lines(of: "SELECT type, name, tbl_name, sql FROM sqlite_master", label: "schema", connection)
    all += try lines(of: "PRAGMA user_version", label: "version", connection)
    let tables = try connection.prepare(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name <> 'sqlite_schema'")
    while try tables.step() {
        let name = tables.string(0)
        let columns = tables.int64(1) == 0 && name != "sqlite_sequence" ? "rowid, *" : "*"
        all += try lines(of: "SELECT \(columns) FROM \"\(name)\"", label: name, connection)
    }
    return all.sorted()
}

private func lines(of sql: String, label: String, _ connection: SQLiteConnection) throws -> [String] {
    let select = try connection.prepare(sql)
    var lines: [String] = []
    while try select.step() {
        lines.append(label + ": " + (0..<select.columnCount).map { cell(select, $0) }.joined(separator: " | "))
    }
    return lines
}

private func cell(_ statement: SQLiteStatement, _ column: Int) -> String {
    switch statement.type(column) {
    case .null: "null"
    case .integer: "\(statement.int64(column))"
    case .real: "real \(statement.double(column).bitPattern)"
    case .text: "text \(statement.string(column)) \(Array(statement.bytes(column)))"
    case .blob: "blob \(Array(statement.bytes(column)))"
    }
}

extension SQLiteConnection {
    /// The only cell of the only row.
    func number(_ sql: String) throws -> Int64 {
        let statement = try prepare(sql)
        return try statement.step() ? statement.int64(0) : 0
    }
}
