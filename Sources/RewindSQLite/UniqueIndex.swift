/// What makes two rows conflict: equal values in each term, for rows that the condition includes.
struct UniqueIndex: Sendable, Hashable {
    let terms: [Term]
    /// The condition of a partial index.
    let condition: String?

    struct Term: Sendable, Hashable {
        enum Operand: Sendable, Hashable {
            case column(String)
            case expression(String)
        }

        let operand: Operand
        let collation: String
    }

    /// The columns whose change can make a conflict, or `nil` when it may be any.
    var columnsThatDecide: [String]? {
        guard condition == nil else { return nil }
        var columns: [String] = []
        for term in terms {
            guard case .column(let name) = term.operand else { return nil }
            columns.append(name)
        }
        return columns
    }
}

/// The parts of a `CREATE INDEX` statement that no PRAGMA tells: its expressions and its condition.
struct IndexDefinition {
    /// The indexed terms as written, without ASC or DESC.
    let terms: [String]
    let condition: String?

    /// - Returns: `nil` when the text is not understood.
    init?(parsing sql: String) {
        let tokens = Self.tokens(of: sql)
        guard let on = tokens.firstIndex(where: { $0.isWord("ON") }),
            let open = tokens[on...].firstIndex(where: { $0.text == "(" }),
            let close = Self.closing(tokens, from: open)
        else { return nil }
        terms = Self.split(tokens[(open + 1)..<close]).map { Self.text(of: Self.withoutOrder($0), in: sql) }
        let rest = tokens[(close + 1)...].drop { !$0.isWord("WHERE") }.dropFirst()
        condition = rest.isEmpty ? nil : Self.text(of: rest, in: sql)
    }

    struct Token {
        let text: Substring

        func isWord(_ word: String) -> Bool { text.uppercased() == word }
    }

    private static func text(of tokens: ArraySlice<Token>, in sql: String) -> String {
        guard let first = tokens.first, let last = tokens.last else { return "" }
        return String(sql[first.text.startIndex..<last.text.endIndex])
    }

    private static func withoutOrder(_ term: ArraySlice<Token>) -> ArraySlice<Token> {
        guard let last = term.last, last.isWord("ASC") || last.isWord("DESC") else { return term }
        return term.dropLast()
    }

    private static func closing(_ tokens: [Token], from open: Int) -> Int? {
        var depth = 0
        for index in open..<tokens.count {
            if tokens[index].text == "(" { depth += 1 }
            if tokens[index].text == ")" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    private static func split(_ tokens: ArraySlice<Token>) -> [ArraySlice<Token>] {
        var terms: [ArraySlice<Token>] = []
        var depth = 0
        var start = tokens.startIndex
        for index in tokens.indices {
            if tokens[index].text == "(" { depth += 1 }
            if tokens[index].text == ")" { depth -= 1 }
            guard depth == 0, tokens[index].text == "," else { continue }
            terms.append(tokens[start..<index])
            start = index + 1
        }
        return terms + [tokens[start...]]
    }

    /// Words, quoted things as a whole, and single characters of punctuation; blanks and comments are left out.
    private static func tokens(of sql: String) -> [Token] {
        var tokens: [Token] = []
        var rest = sql[...]
        while let first = rest.first {
            let end = endOfToken(startingWith: first, in: rest)
            if !first.isWhitespace && !rest.hasPrefix("--") && !rest.hasPrefix("/*") {
                tokens.append(Token(text: rest[..<end]))
            }
            rest = rest[end...]
        }
        return tokens
    }

    private static func endOfToken(startingWith first: Character, in rest: Substring) -> String.Index {
        if rest.hasPrefix("--") { return rest.firstIndex(where: \.isNewline) ?? rest.endIndex }
        if rest.hasPrefix("/*") { return rest.firstRange(of: "*/")?.upperBound ?? rest.endIndex }
        if first == "[" { return rest.firstIndex(of: "]").map(rest.index(after:)) ?? rest.endIndex }
        // A doubled quote inside ends one token and starts the next: together they still cover the text.
        if "'\"`".contains(first) {
            return rest.dropFirst().firstIndex(of: first).map(rest.index(after:)) ?? rest.endIndex
        }
        if first.isLetter || first.isNumber || first == "_" {
            return rest.firstIndex { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "$" } ?? rest.endIndex
        }
        return rest.index(after: rest.startIndex)
    }
}
