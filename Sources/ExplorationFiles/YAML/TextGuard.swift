/// What is refused before the YAML parser sees it, with its place: what the parser would report at no place.
enum TextGuard {
    static let mostBytes = 1 << 20

    /// The text of a file's bytes.
    /// - Throws: ``FileError`` where they are no UTF-8, or far too many.
    static func text(of bytes: [UInt8], file: String) throws(FileError) -> String {
        let start = SourcePosition(file: file, line: 1, column: 1)
        guard bytes.count <= mostBytes else {
            throw FileError("The file is larger than \(mostBytes >> 20) MiB: is it an exploration file?", at: start)
        }
        // The parser counts a byte order mark as a column.
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: content, as: UTF8.self) else {
            throw FileError("The file is no UTF-8 from here on.", at: firstInvalid(in: content, file))
        }
        try check(text, file: file)
        return text
    }

    /// - Throws: ``FileError`` at the first character that YAML does not allow.
    private static func check(_ text: String, file: String) throws(FileError) {
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars {
            guard isAllowed(scalar) else {
                let code = String(scalar.value, radix: 16, uppercase: true)
                throw FileError(
                    "YAML does not allow the character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code).",
                    at: SourcePosition(file: file, line: line, column: column))
            }
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static func firstInvalid(in bytes: ArraySlice<UInt8>, _ file: String) -> SourcePosition {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var line = 1
        var column = 1
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return SourcePosition(file: file, line: line, column: column)
    }
}
