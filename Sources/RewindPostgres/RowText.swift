import Rewind

/// Rows in PostgreSQL's text form of a composite value, such as `(1,"a b",)`.
///
/// Under the settings of ``SessionSettings`` it is exact: the same guarantee that pg_dump relies on.
/// <https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX>
enum RowText {
    /// Packs a row's text.
    /// - Parameter numeric: for each column, whether it is a whole number.
    static func row(_ text: UnsafeRawBufferPointer, numeric: [Bool]) -> Row { read(text, numeric).row }

    /// The same; `nil` when it has another number of columns.
    static func fittingRow(_ text: UnsafeRawBufferPointer, numeric: [Bool]) -> Row? {
        let (row, end) = read(text, numeric)
        return numeric.isEmpty ? (text.count == 2 ? row : nil) : (end == text.count ? row : nil)
    }

    /// The row, and where its last field's comma or parenthesis ends.
    private static func read(_ text: UnsafeRawBufferPointer, _ numeric: [Bool]) -> (row: Row, end: Int) {
        var reader = Reader(text: text)
        var row = Row(reservingBytes: text.count + 5 * numeric.count)
        for isNumeric in numeric { reader.appendField(to: &row, isNumeric: isNumeric) }
        return (row, reader.offset)
    }

    /// Spells a row as the server does, byte for byte (`record_out`).
    static func text(of row: Row) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(row.packed.count)
        bytes.append(UInt8(ascii: "("))
        var isFirst = true
        row.forEachCell { cell in
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            switch cell {
            case .null: break
            case .integer(let number): bytes.append(contentsOf: String(number).utf8)
            case .real(let number): bytes.append(contentsOf: String(number).utf8)
            case .text(let text), .blob(let text): writeField(text, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: ")"))
        return bytes
    }

    private static func writeField(_ text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        guard text.isEmpty || text.contains(where: needsQuotes) else { return bytes.append(contentsOf: text) }
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
            UInt8(ascii: " "), 9...13:
            true
        default: false
        }
    }

    private struct Reader {
        let text: UnsafeRawBufferPointer
        /// Behind the opening parenthesis or the comma before the next field.
        var offset = 1

        mutating func appendField(to row: inout Row, isNumeric: Bool) {
            defer { offset += 1 }
            guard offset < text.count else { return row.appendNull() }
            if text[offset] == UInt8(ascii: "\"") { return appendQuoted(to: &row) }
            let start = offset
            while offset < text.count, text[offset] != UInt8(ascii: ","), text[offset] != UInt8(ascii: ")") {
                offset += 1
            }
            let field = UnsafeRawBufferPointer(rebasing: text[start..<offset])
            if field.isEmpty {
                row.appendNull()
            } else if isNumeric, let number = RowText.number(field) {
                row.append(number)
            } else {
                row.appendText(field)
            }
        }

        private mutating func appendQuoted(to row: inout Row) {
            var field: [UInt8] = []
            offset += 1
            while offset < text.count {
                let byte = text[offset]
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    // Doubled, or the end.
                    guard offset + 1 < text.count, text[offset + 1] == byte else { break }
                    offset += 1
                }
                field.append(byte)
                offset += 1
            }
            offset += 1
            field.withUnsafeBytes { row.appendText($0) }
        }
    }

    /// A whole number that fits 64 bits, or `nil`.
    static func number(_ text: UnsafeRawBufferPointer) -> Int64? {
        var magnitude: UInt64 = 0
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = isNegative ? text.dropFirst() : text[...]
        guard !digits.isEmpty else { return nil }
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tenfold, overflows) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carries) = tenfold.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !overflows, !carries else { return nil }
            magnitude = sum
        }
        if !isNegative { return Int64(exactly: magnitude) }
        return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
}
