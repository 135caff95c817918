import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver

/// A database file of its own, gone with the value; the API under test is a connection to it.
final class TestDatabase: Sendable {
    let path: String
    private let folder: URL

    /// - Parameter setup: statements that make the content.
    init(_ setup: String = "", journalMode: String = "WAL") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("rewind-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("shop.db").path
        let connection = try SQLiteConnection(path: path)
        try connection.execute("PRAGMA journal_mode = \(journalMode); PRAGMA synchronous = OFF;" + setup)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A connection as the API would have one.
    func connect(_ settings: String = "PRAGMA foreign_keys = ON") throws -> SQLiteConnection {
        let connection = try SQLiteConnection(path: path)
        try connection.execute("PRAGMA synchronous = OFF;" + settings)
        return connection
    }

    /// All content and definitions but Rewind's own, exact to the byte: one line for each row.
    func dump() throws -> [String] { try TestDatabase.dump(path) }

    static func dump(_ path: String) throws -> [String] {
        let connection = try SQLiteConnection(path: path)
        var lines = try lines(
            of: "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE '\\_rewind%' ESCAPE '\\'",
            label: "schema", connection)
        let tables = try connection.prepare(
            """
            SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')
            AND name NOT LIKE '\\_rewind%' ESCAPE '\\' AND name <> 'sqlite_schema'
            """)
        while try tables.step() {
            let name = tables.string(0)
            let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
            let columns = tables.int64(1) == 0 && name != "sqlite_sequence" ? "rowid, *" : "*"
            lines += try Self.lines(of: "SELECT \(columns) FROM \(quoted)", label: name, connection)
        }
        return lines.sorted()
    }

    private static func lines(of sql: String, label: String, _ connection: SQLiteConnection) throws -> [String] {
        let select = try connection.prepare(sql)
        var lines: [String] = []
        while try select.step() {
            lines.append(label + ": " + (0..<select.columnCount).map { cell(select, $0) }.joined(separator: " | "))
        }
        return lines
    }

    private static func cell(_ statement: SQLiteStatement, _ column: Int) -> String {
        switch statement.type(column) {
        case .null: "null"
        case .integer: "\(statement.int64(column))"
        case .real: "real \(statement.double(column)) \(statement.double(column).bitPattern)"
        case .text: "text \(statement.string(column)) \(Array(statement.bytes(column)))"
        case .blob: "blob \(Array(statement.bytes(column)))"
        }
    }
}
