import CSQLite

/// A connection to a database file.
///
/// It blocks the thread it is called on, and is for one thread at a time; nothing in it is locked.
///
/// ```swift
/// let connection = try SQLiteConnection(path: "shop.db")
/// try connection.execute("CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, name TEXT)")
/// let insert = try connection.statement("INSERT INTO item (name) VALUES (?)")
/// try insert.bind("pen", at: 1)
/// try insert.run()
/// ```
public final class SQLiteConnection {
    let handle: OpaquePointer
    private var cache: [String: SQLiteStatement] = [:]
    /// What SQLite calls back to, by what it is for.
    var callbacks: [String: AnyObject] = [:]

    /// What a connection may do, and whether it may make the file.
    public enum OpenFlags: Sendable {
        case readOnly, readWrite, readWriteCreate

        var bits: Int32 {
            switch self {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readWriteCreate: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        }
    }

    /// When a transaction takes its locks (<https://sqlite.org/lang_transaction.html>).
    public enum TransactionKind: String, Sendable {
        case deferred = "DEFERRED"
        case immediate = "IMMEDIATE"
        case exclusive = "EXCLUSIVE"
    }

    /// Opens a file. SQLite reads it only with the first statement, so a file that is no database is noticed then.
    /// - Throws: ``SQLiteError`` when the file can't be opened.
    public init(
        path: String, flags: OpenFlags = .readWriteCreate, busyTimeoutMilliseconds: Int = 5000
    ) throws(SQLiteError) {
        var opened: OpaquePointer?
        let bits = flags.bits | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, bits, nil)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: "\(message): \(path)")
        }
        handle = opened
        sqlite3_busy_timeout(handle, Int32(clamping: busyTimeoutMilliseconds))
    }

    deinit {
        cache.removeAll()
        // Statements someone still holds keep the handle alive until they go.
        sqlite3_close_v2(handle)
    }

    /// Runs one or several statements, ignoring what they return.
    /// - Throws: ``SQLiteError`` at the first statement that fails; those before it have run.
    public func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql) }
    }

    /// Compiles one statement.
    /// - Throws: ``SQLiteError`` when the text is no statement, or more than one.
    public func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        var compiled: OpaquePointer?
        var code = SQLITE_OK
        var hasTail = false
        var text = sql
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                var tail: UnsafePointer<CChar>?
                let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
                code = sqlite3_prepare_v3(handle, characters.baseAddress, Int32(bytes.count), flags, &compiled, &tail)
                hasTail = Self.hasStatement(after: tail, in: bytes)
            }
        }
        guard code == SQLITE_OK else { throw error(code, sql, offset: sqlite3_error_offset(handle)) }
        guard let compiled else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "the text is no statement", sql: sql)
        }
        let statement = SQLiteStatement(compiled, sql: sql)
        if hasTail { throw SQLiteError(code: SQLITE_MISUSE, message: "the text is more than one statement", sql: sql) }
        return statement
    }

    /// The statement of that text, compiled once per connection, reset and without values.
    ///
    /// Only one use of it can be under way at a time: asking again resets it.
    /// - Throws: ``SQLiteError`` as ``prepare(_:)``.
    public func statement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        if let cached = cache[sql] {
            cached.reset()
            cached.clearBindings()
            return cached
        }
        let statement = try prepare(sql)
        cache[sql] = statement
        return statement
    }

    /// Runs the closure in a transaction: committed when it returns, rolled back when it throws.
    /// - Throws: what the closure throws, or ``SQLiteError`` when beginning or committing fails.
    public func transaction<R>(_ kind: TransactionKind = .immediate, _ body: () throws -> R) throws -> R {
        try statement("BEGIN \(kind.rawValue)").run()
        do {
            let result = try body()
            try statement("COMMIT").run()
            return result
        } catch {
            // Some errors (disk full, for one) have rolled back already; then there is nothing left to do.
            if isInTransaction { try? statement("ROLLBACK").run() }
            throw error
        }
    }

    /// Rows that the last INSERT, UPDATE or DELETE changed, not counting those changed by triggers.
    public var changes: Int { Int(sqlite3_changes64(handle)) }

    /// The rowid of the last row inserted through this connection.
    public var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Whether a transaction is open.
    public var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Switches triggers on or off for this connection alone.
    /// - Throws: ``SQLiteError`` when SQLite was built without the switch.
    public func setTriggersEnabled(_ isEnabled: Bool) throws(SQLiteError) {
        let code = rewind_sqlite3_set_flag(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, isEnabled ? 1 : 0)
        guard code == SQLITE_OK else { throw error(code, nil) }
    }

    func error(_ code: Int32, _ sql: String?, offset: Int32 = -1) -> SQLiteError {
        SQLiteError(
            code: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql,
            offset: offset >= 0 ? Int(offset) : nil)
    }

    /// Whether anything but blanks, semicolons and comments follows.
    private static func hasStatement(after tail: UnsafePointer<CChar>?, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let tail, let start = text.baseAddress else { return false }
        let offset = UnsafeRawPointer(tail) - UnsafeRawPointer(start)
        let rest = String(decoding: text[offset...], as: UTF8.self)
        return rest.contains { !$0.isWhitespace && $0 != ";" }
            && !rest.drop { $0.isWhitespace || $0 == ";" }.hasPrefix("--")
    }
}
