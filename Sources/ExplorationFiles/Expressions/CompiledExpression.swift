import ExactJSON
import SQLiteDriver

/// An expression that was found to be one, with what it needs.
struct CompiledExpression: Sendable {
    let source: Expression
    private let sql: String
    /// The values it is over, in the order of its parameters.
    let names: [ScopedName]
    private let engine: ExpressionEngine

    /// - Parameter scope: the names that may stand in it.
    /// - Throws: ``FileError`` at the place of what can't be understood.
    init(_ source: Expression, in scope: NameScope, _ engine: ExpressionEngine) throws(FileError) {
        self.source = source
        self.engine = engine
        let writer = try ExpressionWriter(source, scope)
        names = writer.names
        sql = writer.strict.text
        try writer.requireUnderstood(by: engine)
    }

    /// - Throws: ``ExpressionFailure``.
    func value(in values: ScopedValues) throws -> SQLiteValue {
        do {
            let parameters = names.map { values[$0].asParameter }
            return try engine.withEvaluator { try $0.value(of: sql, parameters) }
        } catch let error as SQLiteError {
            throw ExpressionFailure(source, error.code == SQLiteError.interrupted ? "it takes too long" : error.message)
        }
    }

    /// Whether it is true; `nil` when it is null.
    /// - Throws: ``ExpressionFailure``, also when its value is neither.
    func isTrue(in values: ScopedValues) throws -> Bool? {
        switch try value(in: values) {
        case .null: return nil
        case .integer(let number): return number != 0
        case let other: throw ExpressionFailure(source, "it gives \(other.described), which is neither true nor false")
        }
    }

    /// “refunded is 20000, amount is 10000”; empty when it is over no values.
    func inputs(in values: ScopedValues) -> String {
        names.map { "\($0.text) is \(values[$0].shown)" }.joined(separator: ", ")
    }
}

/// An expression that gave no value.
struct ExpressionFailure: Error, CustomStringConvertible {
    let description: String

    init(_ expression: Expression, _ reason: String) {
        description = "\(expression.position): “\(expression.text)” gives no value: \(reason)."
    }
}

/// Writes the SQL of an expression.
private struct ExpressionWriter {
    let source: Expression
    let scope: NameScope
    let names: [ScopedName]
    /// As the user wrote it, for errors in SQLite's words.
    let plain: MappedSQL
    let strict: MappedSQL
    /// Where the expression ends in the SQL.
    private let end: Int

    init(_ source: Expression, _ scope: NameScope) throws(FileError) {
        self.source = source
        self.scope = scope
        let tokens: [ExpressionToken]
        let tree: [ExpressionTree]
        do throws(TokenFailure) {
            tokens = try ExpressionTokenizer.tokens(of: source.text)
            tree = try ExpressionTree.parse(tokens) { $0.kind == .word && scope[$0.text] != nil }
        } catch {
            throw FileError(
                "In the expression, \(error.message).", at: source.place(ofByte: error.offset))
        }
        try Self.refuse(tokens, source)
        let used = Self.namesUsed(tokens, scope)
        names = used.names
        // A variable may have a keyword's name, such as “order”.
        func spelling(_ token: ExpressionToken) -> String {
            used.offsets.contains(token.offset) && token.kind == .word ? Self.quoted(token.text) : token.text
        }
        let comparisons = StrictComparisons(
            isName: { $0.kind == .word && used.offsets.contains($0.offset) }, spelling: spelling)
        var plain = MappedSQL()
        for token in tokens { plain.append(" " + spelling(token), from: token.offset) }
        end = Self.beginning.utf8.count + plain.text.utf8.count + 1
        self.plain = Self.statement(plain, over: names)
        strict = Self.statement(comparisons.write(tree), over: names)
    }

    /// - Throws: ``FileError`` when SQLite does not understand it.
    func requireUnderstood(by engine: ExpressionEngine) throws(FileError) {
        do {
            let columns = try engine.withEvaluator { evaluator in
                let columns = try evaluator.check(plain.text)
                if columns == 1 { _ = try evaluator.check(strict.text) }
                return columns
            }
            if columns == 1 { return }
        } catch let error as SQLiteError {
            if error.message == "row value misused" { throw severalExpressions }
            let place = error.offset.flatMap(plain.origin).map(source.place(ofByte:)) ?? source.position
            throw FileError(explained(error), at: place)
        } catch {
            throw FileError("The expression can't be evaluated: \(error).", at: source.position)
        }
        throw severalExpressions
    }

    private var severalExpressions: FileError {
        FileError("This must be one expression, and is several: “\(source.text)”.", at: source.position)
    }

    private static func refuse(_ tokens: [ExpressionToken], _ source: Expression) throws(FileError) {
        func fail(_ message: String, at token: ExpressionToken?) -> FileError {
            FileError(message, at: token.map { source.place(ofByte: $0.offset) } ?? source.position)
        }
        guard let first = tokens.first else {
            throw fail("An expression is expected here, and there is none.", at: nil)
        }
        if let parameter = tokens.first(where: { $0.kind == .parameter }) {
            throw fail(
                "“\(parameter.text)” is no part of an expression. A variable is written as its name alone.",
                at: parameter)
        }
        if let end = tokens.first(where: { $0.isSymbol(";") }) {
            throw fail("An expression ends without “;”, and nothing can follow it.", at: end)
        }
        if let collation = tokens.first(where: { $0.keyword == "COLLATE" }) {
            throw fail("COLLATE is not understood here. Compare lower(…) with lower(…).", at: collation)
        }
        if first.keyword == "SELECT" {
            throw fail("An expression is expected, and this is a query. Put it in parentheses.", at: first)
        }
    }

    /// The names of the scope that stand where a name can, each once.
    private static func namesUsed(
        _ tokens: [ExpressionToken], _ scope: NameScope
    ) -> (names: [ScopedName], offsets: Set<Int>) {
        var names: [ScopedName] = []
        var offsets: Set<Int> = []
        for (index, token) in tokens.enumerated() {
            let isFunction = index + 1 < tokens.count && tokens[index + 1].isSymbol("(")
            let isPart =
                index > 0 && tokens[index - 1].isSymbol(".")
                || index + 1 < tokens.count && tokens[index + 1].isSymbol(".")
            let text = token.kind == .word && !isFunction ? token.text : token.name
            guard let text, !isPart, let name = scope[text] else { continue }
            offsets.insert(token.offset)
            if !names.contains(name) { names.append(name) }
        }
        return (names, offsets)
    }

    private static let beginning = "SELECT ("

    /// The values are the columns of a row, so that a query inside the expression can have columns of the same names.
    private static func statement(_ expression: MappedSQL, over names: [ScopedName]) -> MappedSQL {
        var sql = MappedSQL(beginning)
        sql.append(expression)
        sql.append(" )")
        if names.isEmpty { return sql }
        let columns = names.enumerated().map { "?\($0.offset + 1) AS \(quoted($0.element.text))" }
        sql.append(" FROM (SELECT \(columns.joined(separator: ", ")))")
        return sql
    }

    private static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    // MARK: What SQLite says

    private func explained(_ error: SQLiteError) -> String {
        let words = error.message
        if let name = words.dropping("no such column: ") {
            if let reason = scope.absent[name] { return reason }
            return "There is no variable “\(name)” here." + Suggestion.sentence(for: name, among: scope.texts)
        }
        if let name = words.dropping("no such function: ") {
            return "There is no function “\(name)”." + Suggestion.sentence(for: name, among: Self.functions)
        }
        if words.hasPrefix("not authorized") || words.hasPrefix("access to") || words.hasPrefix("no such table") {
            return "An expression sees only variables and JSON (\(words)). Queries of a database belong into `sql`."
        }
        if error.offset == end { return "The expression ends too early." }
        return "The expression is not understood: \(words)."
    }

    /// Those worth suggesting.
    private static let functions = [
        "minor", "abs", "coalesce", "count", "format", "ifnull", "iif", "instr", "json", "json_array",
        "json_array_length",
        "json_each", "json_extract", "json_insert", "json_object", "json_patch", "json_remove", "json_replace",
        "json_set", "json_type", "json_valid", "length", "lower", "ltrim", "max", "min", "nullif", "printf",
        "replace", "round", "rtrim", "sign", "substr", "sum", "total", "trim", "typeof", "upper",
    ]
}

extension Expression {
    /// Where in the file a byte of the text stands.
    fileprivate func place(ofByte offset: Int) -> SourcePosition {
        let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars.count
        if !places.isEmpty { return places[min(before, places.count - 1)] }
        return SourcePosition(file: position.file, line: position.line, column: position.column + before)
    }
}

extension String {
    /// What follows the beginning, if the text begins so.
    fileprivate func dropping(_ beginning: String) -> String? {
        hasPrefix(beginning) ? String(dropFirst(beginning.count)) : nil
    }
}

extension SQLiteError {
    /// SQLITE_INTERRUPT
    fileprivate static let interrupted: Int32 = 9
}
