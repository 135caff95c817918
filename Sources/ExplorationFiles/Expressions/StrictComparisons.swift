/// Writes an expression so that a comparison of a text with a number fails.
///
/// SQLite finds every text greater than every number, and equal to none, without a word. So each comparison becomes a call of
/// a function of ours, which looks at both: `refunded <= amount + 1` becomes `rewind_at_most(refunded, amount + 1)`. What is
/// compared follows from the precedence of operators (<https://sqlite.org/lang_expr.html>): those of comparisons are told
/// apart here, those that bind tighter need not be.
struct StrictComparisons {
    /// Whether a word is a variable's name, and so no keyword.
    let isName: (ExpressionToken) -> Bool
    /// How a token is written.
    let spelling: (ExpressionToken) -> String

    private static let orders = [
        "<": "rewind_less", "<=": "rewind_at_most", ">": "rewind_more", ">=": "rewind_at_least",
    ]
    private static let equalities = [
        "=": "rewind_equal", "==": "rewind_equal", "<>": "rewind_unequal", "!=": "rewind_unequal",
    ]
    /// What ends a comparison to the left and right, being of lower precedence, or no operator at all.
    private static let boundaries: Set<String> = [
        "AND", "OR", "WHEN", "THEN", "ELSE", "SELECT", "FROM", "WHERE", "GROUP", "BY", "ORDER", "HAVING", "LIMIT",
        "OFFSET", "AS", "ON", "USING", "UNION", "ALL", "EXCEPT", "INTERSECT", "DISTINCT", "VALUES", "WITH", "JOIN",
        "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER", "NATURAL", "ASC", "DESC", "NULLS", "ESCAPE", "PARTITION",
    ]
    private static let matchers: Set<String> = ["LIKE", "GLOB", "REGEXP", "MATCH"]

    /// One level of parentheses.
    func write(_ items: [ExpressionTree]) -> MappedSQL {
        var sql = MappedSQL()
        var comparison: [ExpressionTree] = []
        var betweens = 0
        for (index, item) in items.enumerated() {
            let word = keyword(item)
            if word == "BETWEEN" { betweens += 1 }
            let belongsToBetween = word == "AND" && betweens > 0
            if belongsToBetween { betweens -= 1 }
            let isBoundary = word.map { Self.boundaries.contains($0) || $0 == "NOT" } ?? isComma(item)
            if isBoundary && !belongsToBetween && !isInsideOperation(items, index) {
                sql.append(comparing(comparison))
                comparison = []
                sql.append(writeItem(item))
            } else {
                comparison.append(item)
            }
        }
        sql.append(comparing(comparison))
        return sql
    }

    private func isComma(_ item: ExpressionTree) -> Bool { item.token?.isSymbol(",") == true }

    /// Whether a word that would end a comparison is a part of `IS NOT`, `IS NOT DISTINCT FROM` or `NOT IN`.
    private func isInsideOperation(_ items: [ExpressionTree], _ index: Int) -> Bool {
        let previous = index > 0 ? keyword(items[index - 1]) : nil
        switch keyword(items[index]) {
        case "NOT":
            if previous == "IS" { return true }
            guard index > 0, index + 1 < items.count, let next = keyword(items[index + 1]) else { return false }
            return next == "IN" || next == "BETWEEN" || next == "NULL" || Self.matchers.contains(next)
        case "DISTINCT": return previous == "IS" || previous == "NOT" && isInsideOperation(items, index - 1)
        case "FROM": return previous == "DISTINCT" && isInsideOperation(items, index - 1)
        default: return false
        }
    }

    // MARK: = <> IS IN BETWEEN LIKE, which bind alike, from left to right

    private func comparing(_ items: [ExpressionTree]) -> MappedSQL {
        var rest = items[...]
        var left = ordering(takeOperand(&rest))
        while !rest.isEmpty {
            let operation = takeOperation(&rest)
            switch operation.kind {
            case .call(let function): left = call(function, left, ordering(takeOperand(&rest)))
            case .matching: left = infix(left, operation.tokens, ordering(takeOperand(&rest)))
            case .suffix: left = infix(left, operation.tokens, MappedSQL())
            case .identical(let function): left = identical(left, function, operation.tokens, takeOperand(&rest))
            case .among(let isNegated): left = among(left, isNegated, operation.tokens, takeOperand(&rest))
            case .between(let isNegated):
                var bounds = takeOperand(&rest).split(whereSeparator: { keyword($0) == "AND" }).map(Array.init)
                if bounds.count != 2 { bounds = [bounds.first ?? [], []] }
                let inside = call("rewind_between", left, ordering(bounds[0]), ordering(bounds[1]))
                left = isNegated ? negated(inside) : inside
            }
        }
        return left
    }

    private enum Operation {
        case call(String)
        case identical(String)
        case among(isNegated: Bool)
        case between(isNegated: Bool)
        case matching, suffix
    }

    private func isOperation(_ item: ExpressionTree) -> Bool {
        if let token = item.token, token.kind == .symbol { return Self.equalities[token.text] != nil }
        guard let word = keyword(item) else { return false }
        return ["IS", "IN", "NOT", "BETWEEN", "ISNULL", "NOTNULL"].contains(word) || Self.matchers.contains(word)
    }

    private func takeOperand(_ rest: inout ArraySlice<ExpressionTree>) -> [ExpressionTree] {
        let end = rest.firstIndex(where: isOperation) ?? rest.endIndex
        defer { rest = rest[end...] }
        return Array(rest[..<end])
    }

    private func takeOperation(
        _ rest: inout ArraySlice<ExpressionTree>
    ) -> (kind: Operation, tokens: [ExpressionTree]) {
        var tokens: [ExpressionTree] = [rest.removeFirst()]
        func takes(_ words: String...) -> Bool {
            guard rest.count >= words.count, zip(rest, words).allSatisfy({ keyword($0) == $1 }) else { return false }
            tokens += rest.prefix(words.count)
            rest = rest.dropFirst(words.count)
            return true
        }
        if let symbol = tokens[0].token, let function = Self.equalities[symbol.text] {
            return (.call(function), tokens)
        }
        switch keyword(tokens[0]) {
        case "IS":
            if takes("NOT", "DISTINCT", "FROM") { return (.identical("rewind_is"), tokens) }
            if takes("DISTINCT", "FROM") || takes("NOT") { return (.identical("rewind_is_not"), tokens) }
            return (.identical("rewind_is"), tokens)
        case "NOT":
            if takes("IN") { return (.among(isNegated: true), tokens) }
            if takes("BETWEEN") { return (.between(isNegated: true), tokens) }
            if takes("NULL") { return (.suffix, tokens) }
            if let next = rest.first, Self.matchers.contains(keyword(next) ?? "") { tokens.append(rest.removeFirst()) }
            return (.matching, tokens)
        case "IN": return (.among(isNegated: false), tokens)
        case "BETWEEN": return (.between(isNegated: false), tokens)
        case "ISNULL", "NOTNULL": return (.suffix, tokens)
        default: return (.matching, tokens)
        }
    }

    /// `IS NULL`, `IS TRUE` and `IS FALSE` ask for no comparison.
    private func identical(
        _ left: MappedSQL, _ function: String, _ tokens: [ExpressionTree], _ right: [ExpressionTree]
    ) -> MappedSQL {
        if right.count == 1, ["NULL", "TRUE", "FALSE"].contains(keyword(right[0])) {
            return infix(left, tokens, write(right))
        }
        return call(function, left, ordering(right))
    }

    /// A list is compared member by member; a query, as SQLite does it.
    private func among(
        _ left: MappedSQL, _ isNegated: Bool, _ tokens: [ExpressionTree], _ right: [ExpressionTree]
    ) -> MappedSQL {
        guard right.count == 1, let list = right[0].parenthesised, let first = list.first,
            !["SELECT", "VALUES", "WITH"].contains(keyword(first))
        else { return infix(left, tokens, ordering(right)) }
        let inside = call("rewind_among", left, write(list))
        return isNegated ? negated(inside) : inside
    }

    // MARK: < <= > >=

    private func ordering(_ items: [ExpressionTree]) -> MappedSQL {
        func function(_ item: ExpressionTree) -> String? {
            guard let token = item.token, token.kind == .symbol else { return nil }
            return Self.orders[token.text]
        }
        var rest = items[...]
        func takeOperand() -> MappedSQL {
            let end = rest.firstIndex { function($0) != nil } ?? rest.endIndex
            defer { rest = rest[end...] }
            return rest[..<end].reduce(into: MappedSQL()) { $0.append(writeItem($1)) }
        }
        var left = takeOperand()
        while let name = rest.popFirst().flatMap(function) { left = call(name, left, takeOperand()) }
        return left
    }

    // MARK: Writing

    private func keyword(_ item: ExpressionTree) -> String? {
        guard let token = item.token, !isName(token) else { return nil }
        return token.keyword
    }

    private func writeItem(_ item: ExpressionTree) -> MappedSQL {
        var sql = MappedSQL(" ")
        switch item {
        case .token(let token): sql.append(spelling(token), from: token.offset)
        case .group(let open, let inner, let close):
            sql.append(open.text, from: open.offset)
            sql.append(write(inner))
            sql.append(" " + close.text, from: close.offset)
        }
        return sql
    }

    private func call(_ function: String, _ arguments: MappedSQL...) -> MappedSQL {
        var sql = MappedSQL(" \(function)(")
        for (index, argument) in arguments.enumerated() {
            if index > 0 { sql.append(",") }
            sql.append(argument)
        }
        sql.append(")")
        return sql
    }

    private func infix(_ left: MappedSQL, _ operation: [ExpressionTree], _ right: MappedSQL) -> MappedSQL {
        var sql = left
        for item in operation { sql.append(writeItem(item)) }
        sql.append(right)
        return sql
    }

    private func negated(_ condition: MappedSQL) -> MappedSQL {
        var sql = MappedSQL(" (NOT")
        sql.append(condition)
        sql.append(")")
        return sql
    }
}
