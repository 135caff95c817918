import SQLiteDriver
import Synchronization

/// A SQLite file, over one connection that is used by one request at a time.
final class SQLiteDatabase: SQLDatabase {
    private let connection: Mutex<SQLiteSession>
    private let isCopyable: Bool

    /// - Parameter isCopyable: whether the file may be replaced between requests.
    /// - Throws: `MigrationError`, or `SQLiteError` for what is no database of the service.
    init(path: String, isCopyable: Bool = false) throws {
        let opened = try SQLiteConnection(path: path)
        let journal = isCopyable ? "DELETE" : "WAL"
        try opened.execute("PRAGMA journal_mode = \(journal); PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")
        try Migrations(in: .sqlite).run(on: opened)
        connection = Mutex(SQLiteSession(opened))
        self.isCopyable = isCopyable
    }

    func withConnection<R: Sendable>(_ body: @Sendable (any SQLConnection) throws -> R) throws -> R {
        try connection.withLock { session in
            if isCopyable { try session.forgetContent() }
            return try body(session)
        }
    }
}

/// What the connection is asked. Keeps nothing in memory but compiled statements, which SQLite renews when the schema
/// changes. Within a transaction no other connection can write, so nothing has to be locked by itself.
private final class SQLiteSession: SQLConnection {
    private let connection: SQLiteConnection
    /// By their text before it was translated.
    private var statements: [String: SQLiteStatement] = [:]

    init(_ connection: sending SQLiteConnection) { self.connection = connection }

    /// Gives up the pages it holds. SQLite takes a replaced file for the one it knows if as many changes were made to both.
    func forgetContent() throws { try connection.execute("PRAGMA shrink_memory") }

    func run(_ sql: String, _ values: [SQLValue]) throws -> SQLResult {
        let statement = try prepared(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() {
            switch value {
            case .null: try statement.bindNull(at: index + 1)
            case .integer(let number): try statement.bind(number, at: index + 1)
            case .text(let text): try statement.bind(text, at: index + 1)
            }
        }
        var rows: [SQLRow] = []
        while try statement.step() {
            rows.append(SQLRow(cells: (0..<statement.columnCount).map { Self.cell(statement, $0) }))
        }
        return SQLResult(rows: rows, changes: connection.changes)
    }

    func transaction<R>(_ body: () throws -> R) throws -> R {
        try connection.transaction(.immediate, body)
    }

    private func prepared(_ sql: String) throws -> SQLiteStatement {
        if let known = statements[sql] { return known }
        let statement = try connection.prepare(Self.translated(sql))
        statements[sql] = statement
        return statement
    }

    /// SQLite takes `$1` for a name and counts by first appearance; `?1` is a number.
    private static func translated(_ sql: String) -> String {
        sql.replacing("$", with: "?").replacing(" FOR UPDATE", with: "")
    }

    private static func cell(_ row: SQLiteStatement, _ column: Int) -> SQLValue {
        switch row.type(column) {
        case .integer: .integer(row.int64(column))
        case .null: .null
        case .text, .real, .blob: .text(row.string(column))
        }
    }
}

extension Migrations {
    /// Takes the steps that the database has not taken yet, all or none.
    ///
    /// - Throws: `MigrationError` if the database is newer than this program.
    fileprivate func run(on connection: SQLiteConnection) throws {
        try connection.transaction {
            let version = try connection.prepare("PRAGMA user_version")
            _ = try version.step()
            let steps = try due(after: Int(version.int64(0)))
            version.reset()
            guard !steps.isEmpty else { return }
            for step in steps { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(self.steps.count)")
        }
    }
}
