import PostgresDriver
import Rewind

extension PostgresConnection {
    /// Runs a query for an invariant.
    /// - Throws: `SystemError` of kind `.unsupported` for a statement that is no query.
    func rows(_ sql: String, _ parameters: [Value]) throws -> [[Value]] {
        let result = try run(statement(sql), PostgresParameters(parameters))
        guard result.columnCount > 0 else {
            throw SystemError(.unsupported, "Only queries can be asked of the database, and this is none: \(sql)")
        }
        return (0..<result.rowCount).map { row in
            (0..<result.columnCount).map { result.value(row, $0) }
        }
    }
}

extension PostgresParameters {
    init(_ values: [Value]) {
        self.init()
        for value in values {
            switch value {
            case .null: append(nil as String?)
            case .blob(let bytes):
                append("\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
            default: append(bytes: value.bytes)
            }
        }
    }
}

extension PostgresResult {
    /// A value as invariants see it; numbers of types are those of `pg_type.dat`.
    fileprivate func value(_ row: Int, _ column: Int) -> Value {
        if isNull(row, column) { return .null }
        switch type(column) {
        case 16: return .integer(bool(row, column) ? 1 : 0)
        case 20, 21, 23, 26, 1700:
            return RowText.number(bytes(row, column)).map(Value.integer) ?? .text(string(row, column))
        case 700, 701: return .real(Double(string(row, column)) ?? .nan)
        case 17: return .blob(hexadecimal(bytes(row, column).dropFirst(2)))
        default: return .text(string(row, column))
        }
    }

    private func hexadecimal(_ digits: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        stride(from: digits.startIndex, to: digits.endIndex, by: 2).compactMap { start in
            UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16)
        }
    }
}
