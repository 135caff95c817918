/// Why bytes are not JSON, and at which byte.
package struct JSONSyntaxError: Error, CustomStringConvertible {
    package let offset: Int
    package let problem: String

    package var description: String { "the body is not JSON (\(problem) at byte \(offset))" }
}

extension JSON {
    /// Reads a JSON text of UTF-8 bytes. Foundation's readers keep neither a number's digits nor an object's order.
    package init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

/// A strict reader of RFC 8259, by descent. Linear in the bytes.
private struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    /// How deep arrays and objects may nest: a limit for the thread's stack.
    static let deepest = 512

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONSyntaxError) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw unexpected() }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSON {
        skipSpace()
        guard depth <= Self.deepest else { throw failure("nested deeper than \(Self.deepest)") }
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSON {
        position += 1
        var members: [JSON.Member] = []
        if try closes(UInt8(ascii: "}"), first: true) { return .object(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw unexpected() }
            let name = try string()
            skipSpace()
            guard peek == UInt8(ascii: ":") else { throw unexpected() }
            position += 1
            members.append(JSON.Member(name, try value(depth: depth + 1)))
        } while try !closes(UInt8(ascii: "}"), first: false)
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSON {
        position += 1
        var elements: [JSON] = []
        if try closes(UInt8(ascii: "]"), first: true) { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth + 1))
        } while try !closes(UInt8(ascii: "]"), first: false)
        return .array(elements)
    }

    /// Takes the closing bracket (true), or between elements the comma (false).
    private mutating func closes(_ bracket: UInt8, first: Bool) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        if peek == bracket {
            position += 1
            return true
        }
        if first { return false }
        guard peek == UInt8(ascii: ",") else { throw unexpected() }
        position += 1
        return false
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[position...].starts(with: letters) else { throw unexpected() }
        position += letters.count
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSON {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        if peek == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw unexpected() }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if peek == UInt8(ascii: "\"") {
            position += 1
            return try text(bytes[start..<(position - 1)], at: start)
        }
        var content = Array(bytes[start..<position])
        while peek != UInt8(ascii: "\"") {
            guard let byte = peek, byte >= 0x20 else { throw unexpected() }
            position += 1
            if byte == UInt8(ascii: "\\") { content += try escape() } else { content.append(byte) }
        }
        position += 1
        return try text(content[...], at: start)
    }

    private func text(_ content: ArraySlice<UInt8>, at start: Int) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw JSONSyntaxError(offset: start, problem: "a string that is not UTF-8")
        }
        return text
    }

    private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
        guard let byte = peek else { throw unexpected() }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try escapedCharacter()).utf8)
        default:
            position -= 1
            throw unexpected()
        }
    }

    /// The character of `\uXXXX`, or of two that are a surrogate pair. A lone surrogate is no character.
    private mutating func escapedCharacter() throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try hexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
            throw failure("half a surrogate pair")
        }
        position += 2
        let second = try hexDigits()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw failure("half a surrogate pair") }
        return scalar
    }

    private mutating func hexDigits() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected()
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func failure(_ problem: String) -> JSONSyntaxError { JSONSyntaxError(offset: position, problem: problem) }

    private func unexpected() -> JSONSyntaxError {
        guard let byte = peek else { return failure("it ends too early") }
        guard (0x21...0x7E).contains(byte) else { return failure("an unexpected byte") }
        return failure("an unexpected “\(Character(Unicode.Scalar(byte)))”")
    }
}
