import CSQLite

/// A value that a function in SQL is given, or gives.
public enum SQLiteValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLiteConnection {
    /// What a function computes from its arguments. What it throws, as text, is the statement's error.
    public typealias Function = (_ arguments: [SQLiteValue]) throws -> SQLiteValue

    /// Adds a function to the connection's SQL, whose result depends on nothing but its arguments.
    /// - Parameter argumentCount: `nil` for any number.
    /// - Throws: ``SQLiteError`` when SQLite does not take the name.
    public func addFunction(
        _ name: String, argumentCount: Int?, _ body: @escaping Function
    ) throws(SQLiteError) {
        let box = FunctionBox(body)
        callbacks["\(name)/\(argumentCount ?? -1)"] = box
        let code = sqlite3_create_function_v2(
            handle, name, Int32(argumentCount ?? -1), SQLITE_UTF8 | SQLITE_DETERMINISTIC,
            Unmanaged.passUnretained(box).toOpaque(), callFunction, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, nil) }
    }
}

private final class FunctionBox {
    let body: SQLiteConnection.Function

    init(_ body: @escaping SQLiteConnection.Function) { self.body = body }
}

private func callFunction(
    _ context: OpaquePointer?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?
) {
    guard let data = sqlite3_user_data(context) else { return sqlite3_result_null(context) }
    let box = Unmanaged<FunctionBox>.fromOpaque(data).takeUnretainedValue()
    do {
        give(try box.body((0..<Int(count)).map { SQLiteValue(values?[$0]) }), to: context)
    } catch {
        sqlite3_result_error(context, "\(error)", -1)
    }
}

private func give(_ result: SQLiteValue, to context: OpaquePointer?) {
    switch result {
    case .null: sqlite3_result_null(context)
    case .integer(let number): sqlite3_result_int64(context, number)
    case .real(let number): sqlite3_result_double(context, number)
    case .text(var text): text.withUTF8 { rewind_sqlite3_result_text(context, $0.baseAddress, UInt64($0.count)) }
    case .blob(let bytes):
        bytes.withUnsafeBytes { rewind_sqlite3_result_blob(context, $0.baseAddress, UInt64($0.count)) }
    }
}

extension SQLiteValue {
    fileprivate init(_ value: OpaquePointer?) {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(sqlite3_value_double(value))
        case SQLITE_TEXT:
            let start = sqlite3_value_text(value)
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
            self = .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_value_blob(value)
            self = .blob(Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))))
        default: self = .null
        }
    }
}

extension SQLiteStatement {
    /// The cell as it is stored.
    public func value(_ column: Int) -> SQLiteValue {
        switch type(column) {
        case .integer: .integer(int64(column))
        case .real: .real(double(column))
        case .text: .text(string(column))
        case .blob: .blob(Array(bytes(column)))
        case .null: .null
        }
    }
}
