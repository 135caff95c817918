import CSQLite

/// A compiled statement: bind values, step through its rows, read their columns.
///
/// Parameters count from 1 and columns from 0, as in SQLite. Until it is reset or has stepped past its last row, a
/// statement that reads holds a lock; ``run()`` resets by itself.
public final class SQLiteStatement {
    private let handle: OpaquePointer
    /// The text it was compiled from.
    public let sql: String

    /// How a cell is stored.
    public enum ColumnType: Sendable {
        case integer, real, text, blob, null
    }

    init(_ handle: OpaquePointer, sql: String) {
        self.handle = handle
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Binding
    // Each throws `SQLiteError` when there is no such parameter, or the statement has not been reset.

    /// Binds an integer.
    public func bind(_ value: Int64, at index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_int64(handle, Int32(index), value))
    }

    /// Binds a real number; SQLite takes a NaN for NULL.
    public func bind(_ value: Double, at index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_double(handle, Int32(index), value))
    }

    /// Binds text.
    public func bind(_ value: String, at index: Int) throws(SQLiteError) {
        var value = value
        let code = value.withUTF8 { bindText(code: UnsafeRawBufferPointer($0), at: index) }
        try check(code)
    }

    /// Binds NULL.
    public func bindNull(at index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_null(handle, Int32(index)))
    }

    /// Binds bytes as a blob; SQLite copies them.
    public func bindBlob(_ bytes: UnsafeRawBufferPointer, at index: Int) throws(SQLiteError) {
        // A null pointer would bind NULL.
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return try check(sqlite3_bind_zeroblob(handle, Int32(index), 0))
        }
        try check(rewind_sqlite3_bind_blob(handle, Int32(index), start, UInt64(bytes.count)))
    }

    /// Binds bytes as text, valid UTF-8 or not; SQLite copies them.
    public func bindText(_ bytes: UnsafeRawBufferPointer, at index: Int) throws(SQLiteError) {
        try check(bindText(code: bytes, at: index))
    }

    private func bindText(code bytes: UnsafeRawBufferPointer, at index: Int) -> Int32 {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return "".withCString { rewind_sqlite3_bind_text(handle, Int32(index), $0, 0) }
        }
        return rewind_sqlite3_bind_text(handle, Int32(index), start, UInt64(bytes.count))
    }

    /// The index of a named parameter, its `$`, `:` or `@` included; `nil` when there is none.
    public func parameterIndex(named name: String) -> Int? {
        let index = sqlite3_bind_parameter_index(handle, name)
        return index > 0 ? Int(index) : nil
    }

    /// Sets every parameter to NULL.
    public func clearBindings() { sqlite3_clear_bindings(handle) }

    // MARK: Running

    /// Goes to the next row.
    /// - Returns: `false` when there is none; the statement has then let go of its locks.
    /// - Throws: ``SQLiteError``, after resetting the statement.
    public func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let failure = error(code)
            sqlite3_reset(handle)
            throw failure
        }
    }

    /// Runs to the end, ignoring rows, and resets. Bound values stay.
    /// - Throws: ``SQLiteError``, after resetting the statement.
    public func run() throws(SQLiteError) {
        while try step() {}
        reset()
    }

    /// Goes back before the first row and lets go of locks. Bound values stay.
    public func reset() { sqlite3_reset(handle) }

    // MARK: Reading

    /// The cell as an integer, converted where it is none; 0 for NULL.
    public func int64(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

    /// The cell as a real number, converted where it is none; 0 for NULL.
    public func double(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

    /// The cell as text, with what is no UTF-8 repaired; empty for NULL.
    public func string(_ column: Int) -> String {
        guard let start = sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The bytes of a text (as UTF-8) or blob cell as they are stored, valid until the next step or reset.
    public func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        let isText = sqlite3_column_type(handle, Int32(column)) == SQLITE_TEXT
        let start =
            isText
            ? UnsafeRawPointer(sqlite3_column_text(handle, Int32(column))) : sqlite3_column_blob(handle, Int32(column))
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
    }

    /// Whether the cell is NULL.
    public func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

    /// How the cell is stored, whatever its column declares.
    public func type(_ column: Int) -> ColumnType {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// How many columns a row has; 0 for a statement that returns none.
    public var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// The name of a column: its alias, or how SQLite spells the expression.
    public func columnName(_ column: Int) -> String {
        sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? ""
    }

    /// Whether the statement leaves the database file as it is.
    public var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw error(code) }
    }

    private func error(_ code: Int32) -> SQLiteError {
        let database = sqlite3_db_handle(handle)
        return SQLiteError(code: code, message: database.map { String(cString: sqlite3_errmsg($0)) } ?? "", sql: sql)
    }
}
