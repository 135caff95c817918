import CPostgres

/// The rows that a statement returned, in memory, each value in PostgreSQL's text form.
public final class PostgresResult {
    let handle: OpaquePointer

    /// Takes the result over.
    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { PQclear(handle) }

    public var rowCount: Int { Int(PQntuples(handle)) }
    public var columnCount: Int { Int(PQnfields(handle)) }

    /// How many rows the statement inserted, updated, deleted or returned; 0 when it tells none.
    public var affectedRowCount: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    /// The object id of a column's type.
    public func type(_ column: Int) -> UInt32 { PQftype(handle, Int32(column)) }

    public func isNull(_ row: Int, _ column: Int) -> Bool { PQgetisnull(handle, Int32(row), Int32(column)) != 0 }

    /// A value's bytes, valid as long as the result; empty for NULL.
    public func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        let count = Int(PQgetlength(handle, Int32(row), Int32(column)))
        return UnsafeRawBufferPointer(start: PQgetvalue(handle, Int32(row), Int32(column)), count: count)
    }

    /// A value's text; empty for NULL.
    public func string(_ row: Int, _ column: Int) -> String {
        String(decoding: bytes(row, column), as: UTF8.self)
    }

    /// A value's text, or `nil` for NULL.
    public func optionalString(_ row: Int, _ column: Int) -> String? {
        isNull(row, column) ? nil : string(row, column)
    }

    /// A value as a number; 0 for NULL and for what is none.
    public func int64(_ row: Int, _ column: Int) -> Int64 {
        var number: UInt64 = 0
        var isNegative = false
        for byte in bytes(row, column) {
            if byte == UInt8(ascii: "-") { isNegative = true; continue }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return 0 }
            number = number &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
        }
        return Int64(bitPattern: isNegative ? 0 &- number : number)
    }

    public func bool(_ row: Int, _ column: Int) -> Bool { bytes(row, column).first == UInt8(ascii: "t") }
}
