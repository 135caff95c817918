extension JSONPath {
    /// Reads `$.refunds[0].id` and `$['odd name']`.
    /// - Throws: ``FileError`` at the character that does not fit.
    init(parsing text: SourceText) throws(FileError) {
        var parser = JSONPathParser(text: text)
        self.init(steps: try parser.steps(), description: text.string)
    }
}

/// A reader of the part of RFC 9535 that names one value.
private struct JSONPathParser {
    let text: SourceText
    private var index = 0

    init(text: SourceText) { self.text = text }

    mutating func steps() throws(FileError) -> [JSONPath.Step] {
        guard peek == "$" else { throw failure("A JSON path begins with “$”, such as $.id or $.items[0].id") }
        index += 1
        var steps: [JSONPath.Step] = []
        while let next = peek {
            index += 1
            switch next {
            case ".": steps.append(.member(try member()))
            case "[":
                steps.append(try bracket())
                guard peek == "]" else { throw failure("Expected “]” in the JSON path") }
                index += 1
            default:
                index -= 1
                throw failure("Expected “.name” or “[” in the JSON path, not “\(next)”")
            }
        }
        return steps
    }

    private mutating func member() throws(FileError) -> String {
        let start = index
        while let next = peek, next == "_" || next.value >= 0x80 || Self.isLetter(next) || Self.isDigit(next) {
            index += 1
        }
        let name = text[start..<index].string
        guard let first = name.unicodeScalars.first, !Self.isDigit(first) else {
            index = start
            throw failure("Expected a name after “.” in the JSON path; an odd one is written ['odd-name']")
        }
        guard peek != "-" else {
            throw failure("A name with “-” is written ['\(name)-…'] in a JSON path")
        }
        return name
    }

    private mutating func bracket() throws(FileError) -> JSONPath.Step {
        guard let quote = peek, quote == "'" || quote == "\"" else { return .element(try element()) }
        index += 1
        var name = String.UnicodeScalarView()
        while let next = peek, next != quote {
            index += 1
            guard next == "\\" else {
                name.append(next)
                continue
            }
            guard let escaped = peek, escaped == quote || escaped == "\\" else {
                throw failure("Only a quote and “\\” are written with “\\” in a JSON path")
            }
            name.append(escaped)
            index += 1
        }
        guard peek == quote else { throw failure("No “\(quote)” ends the name in the JSON path") }
        index += 1
        return .member(String(name))
    }

    private mutating func element() throws(FileError) -> Int {
        let start = index
        if peek == "-" { index += 1 }
        while let next = peek, Self.isDigit(next) { index += 1 }
        let digits = text[start..<index].string
        guard let number = Int32(digits), String(number) == digits else {
            index = start
            throw failure("Expected a whole number or a quoted name in “[]” of the JSON path")
        }
        return Int(number)
    }

    private var peek: Unicode.Scalar? { index < text.characters.count ? text.characters[index].scalar : nil }

    private func failure(_ message: String) -> FileError { FileError(message + ".", at: text.position(at: index)) }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
