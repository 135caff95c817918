/// A word of an expression, as SQLite's tokenizer parts them.
struct ExpressionToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A name or a keyword without quotes.
        case word
        /// A name in quotes of some kind.
        case quotedName
        case string
        case number
        /// `?1`, `:name`, `@name` or `$name`.
        case parameter
        /// An operator, a parenthesis or a comma.
        case symbol
    }

    let kind: Kind
    let text: String
    /// Where it begins, in bytes of the expression's UTF-8.
    let offset: Int

    /// The word in capitals, for comparing with keywords.
    var keyword: String? { kind == .word ? text.uppercased() : nil }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

    /// The name that a quoted name stands for.
    var name: String? {
        guard kind == .quotedName, let quote = text.first else { return nil }
        let inner = text.dropFirst().dropLast()
        return quote == "[" ? String(inner) : String(inner).replacing("\(quote)\(quote)", with: "\(quote)")
    }
}

/// Something that is no token.
struct TokenFailure: Error {
    let message: String
    let offset: Int
}

/// Parts an expression into tokens; comments and blanks are left out.
struct ExpressionTokenizer {
    private let bytes: [UInt8]
    private var position = 0

    /// The longest first.
    private static let symbols = [
        "->>", "->", "<<", ">>", "<=", ">=", "<>", "!=", "==", "||", "<", ">", "=", "+", "-", "*", "/", "%", "&", "|",
        "~", "(", ")", ",", ".", ";",
    ].map { Array($0.utf8) }

    init(_ text: String) { bytes = Array(text.utf8) }

    static func tokens(of text: String) throws(TokenFailure) -> [ExpressionToken] {
        var tokenizer = ExpressionTokenizer(text)
        var tokens: [ExpressionToken] = []
        while let token = try tokenizer.next() { tokens.append(token) }
        return tokens
    }

    private mutating func next() throws(TokenFailure) -> ExpressionToken? {
        try skipBlanks()
        guard position < bytes.count else { return nil }
        let start = position
        let kind = try takeToken(bytes[start])
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return ExpressionToken(kind: kind, text: text, offset: start)
    }

    private mutating func takeToken(_ first: UInt8) throws(TokenFailure) -> ExpressionToken.Kind {
        let second = position + 1 < bytes.count ? bytes[position + 1] : 0
        switch first {
        case UInt8(ascii: "'"):
            try takeQuoted(until: first)
            return .string
        case UInt8(ascii: "\""), UInt8(ascii: "`"):
            try takeQuoted(until: first)
            return .quotedName
        case UInt8(ascii: "["):
            try takeQuoted(until: UInt8(ascii: "]"))
            return .quotedName
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            guard second == UInt8(ascii: "'") else { break }
            position += 1
            try takeQuoted(until: second)
            return .string
        case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "#"):
            position += 1
            take(while: Self.isInWord)
            return .parameter
        case _ where Self.isDigit(first) || first == UInt8(ascii: ".") && Self.isDigit(second):
            takeNumber()
            return .number
        default: break
        }
        if Self.isInWord(first) {
            take(while: Self.isInWord)
            return .word
        }
        guard let symbol = Self.symbols.first(where: { bytes[position...].starts(with: $0) }) else {
            let character = String(decoding: bytes[position...].prefix(1), as: UTF8.self)
            throw TokenFailure(message: "“\(character)” means nothing here", offset: position)
        }
        position += symbol.count
        return .symbol
    }

    /// A quote that is doubled stands for itself.
    private mutating func takeQuoted(until quote: UInt8) throws(TokenFailure) {
        let start = position
        position += 1
        while position < bytes.count {
            let isDoubled = quote != UInt8(ascii: "]") && position + 1 < bytes.count && bytes[position + 1] == quote
            if bytes[position] == quote && !isDoubled {
                position += 1
                return
            }
            position += bytes[position] == quote ? 2 : 1
        }
        throw TokenFailure(message: "the quote that is opened here is never closed", offset: start)
    }

    /// `12`, `0x1F`, `1.5`, `1e-3`; what follows at once, such as a letter, is SQLite's to complain of.
    private mutating func takeNumber() {
        take { Self.isInWord($0) || $0 == UInt8(ascii: ".") }
        let isExponent = [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[position - 1])
        let isSigned = position < bytes.count && [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position])
        guard isExponent, isSigned, position + 1 < bytes.count, Self.isDigit(bytes[position + 1]) else { return }
        position += 1
        take(while: Self.isDigit)
    }

    private mutating func take(while isPart: (UInt8) -> Bool) {
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
    }

    private mutating func skipBlanks() throws(TokenFailure) {
        while position < bytes.count {
            let rest = bytes[position...]
            if [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(bytes[position]) {
                position += 1
            } else if rest.starts(with: Array("--".utf8)) {
                take { $0 != 0x0A }
            } else if rest.starts(with: Array("/*".utf8)) {
                let start = position
                position += 2
                while position < bytes.count, !bytes[position...].starts(with: Array("*/".utf8)) { position += 1 }
                guard position < bytes.count else {
                    throw TokenFailure(message: "the comment that is opened here is never closed", offset: start)
                }
                position += 2
            } else {
                return
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isInWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80 || byte == 0x5F
    }
}
