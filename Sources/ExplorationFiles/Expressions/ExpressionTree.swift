/// An expression as far as it has to be understood: what stands in parentheses, and between `CASE` and `END`.
indirect enum ExpressionTree: Sendable {
    case token(ExpressionToken)
    /// The opening and closing parenthesis, or `CASE` and `END`, and what is between.
    case group(ExpressionToken, [ExpressionTree], ExpressionToken)

    /// The token, if it is one.
    var token: ExpressionToken? {
        guard case .token(let token) = self else { return nil }
        return token
    }

    /// What is in the parentheses, if it is a pair of them.
    var parenthesised: [ExpressionTree]? {
        guard case .group(let open, let inner, _) = self, open.isSymbol("(") else { return nil }
        return inner
    }

    /// Puts tokens in order.
    /// - Parameter isName: whether a word is a variable's name, and so no keyword.
    static func parse(
        _ tokens: [ExpressionToken], isName: (ExpressionToken) -> Bool
    ) throws(TokenFailure) -> [ExpressionTree] {
        var levels: [(open: ExpressionToken, items: [ExpressionTree])] = []
        var items: [ExpressionTree] = []
        for token in tokens {
            let opensCase = token.keyword == "CASE" && !isName(token)
            let closesCase = token.keyword == "END" && !isName(token)
            if token.isSymbol("(") || opensCase {
                levels.append((token, items))
                items = []
            } else if token.isSymbol(")") || closesCase {
                guard let level = levels.popLast(), level.open.isSymbol("(") == token.isSymbol(")") else {
                    throw TokenFailure(message: "“\(token.text)” closes nothing", offset: token.offset)
                }
                items = level.items + [.group(level.open, items, token)]
            } else {
                items.append(.token(token))
            }
        }
        if let open = levels.last?.open {
            throw TokenFailure(message: "“\(open.text)” is never closed", offset: open.offset)
        }
        return items
    }
}

/// SQL that is written from an expression, with the place in the expression that each part of it comes from.
struct MappedSQL: Sendable {
    private(set) var text = ""
    private var length = 0
    private var origins: [(output: Int, input: Int)] = []

    init(_ text: String = "") { append(text) }

    mutating func append(_ more: String, from origin: Int? = nil) {
        if let origin { origins.append((length, origin)) }
        text += more
        length += more.utf8.count
    }

    mutating func append(_ more: MappedSQL) {
        origins += more.origins.map { ($0.output + length, $0.input) }
        text += more.text
        length += more.length
    }

    /// The byte of the expression that a byte of the SQL comes from.
    func origin(of output: Int) -> Int? { origins.last { $0.output <= output }?.input }
}
