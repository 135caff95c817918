import ExactJSON
import Rewind
import RewindHTTP

/// An invariant that can be checked.
struct CompiledInvariant: Sendable {
    private enum Check: Sendable {
        case expression(CompiledExpression)
        case noRow(CompiledTemplate, system: String?)
        case answer(CompiledRequest, CompiledExpectation)
    }

    private let part: InvariantPart
    private let condition: CompiledExpression?
    private let check: Check

    init(_ part: InvariantPart, in setting: FileSetting) throws(FileError) {
        self.part = part
        let (variables, engine) = (setting.initial.variables, setting.engine)
        let scope = NameScope(variables)
        condition = try part.condition.map { expression throws(FileError) in
            try CompiledExpression(expression, in: scope, engine)
        }
        switch part.check {
        case .expression(let expression): check = .expression(try CompiledExpression(expression, in: scope, engine))
        case .noRow(let query, let system):
            check = .noRow(try CompiledTemplate(query, in: scope), system: system?.value)
        case .answer(let request, let expected):
            check = .answer(
                try CompiledRequest(request, in: scope, setting.headers),
                try CompiledExpectation(expected, variables, engine))
        }
    }

    /// For the explorer.
    var invariant: Invariant<FileContext> {
        let invariant = Invariant(explaining: part.name.value, part.severity, part.description) {
            try await problem($0)
        }
        guard let condition else { return invariant }
        return invariant.when { condition.mayBeTrue(in: ScopedValues(context: $0)) }
    }

    /// What is wrong, or `nil`.
    private func problem(_ run: Run<FileContext>) async throws -> String? {
        var values = ScopedValues(context: run.context)
        try condition?.requireValue(in: values)
        switch check {
        case .expression(let expression): return try expression.problem(in: values)
        case .noRow(let template, let system):
            let (sql, parameters) = template.query(values)
            return Self.problem(rows: try await run.world.queryable(named: system).rows(sql, parameters))
        case .answer(let request, let expected):
            let reply = try await run.api.send(request.formed(values))
            values.answer = reply
            return try expected.problem(reply, values)
        }
    }

    private static func problem(rows: [[Value]]) -> String? {
        if rows.isEmpty { return nil }
        let first = rows.prefix(3).map { row in "(" + row.map(\.shown).joined(separator: ", ") + ")" }
        let more = rows.count > 3 ? " and \(rows.count - 3) more" : ""
        return
            "The query gave \(rows.count == 1 ? "a row" : "\(rows.count) rows"): \(first.joined(separator: ", "))\(more)."
    }
}

/// `expect`, with what it names found.
private struct CompiledExpectation: Sendable {
    let statuses: [StatusPattern]
    let json: [(path: JSONPath, value: CompiledValue)]
    let check: CompiledExpression?

    init(_ part: AnswerPart, _ variables: FileContext.Variables, _ engine: ExpressionEngine) throws(FileError) {
        statuses = part.statuses
        var json: [(path: JSONPath, value: CompiledValue)] = []
        for entry in part.json {
            json.append((entry.path.value, try CompiledValue(entry.value, in: NameScope(variables))))
        }
        self.json = json
        check = try part.check.map { expression throws(FileError) in
            try CompiledExpression(expression, in: NameScope(variables, hasAnswer: true), engine)
        }
    }

    func problem(_ reply: Reply, _ values: ScopedValues) throws -> String? {
        if !statuses.contains(where: { $0.matches(reply.status) }) {
            let expected = statuses.map(\.text).joined(separator: " or ")
            return "\(reply.summary), and \(expected) was expected."
        }
        let body = json.isEmpty ? nil : try reply.json.value
        for entry in json {
            let expected = try entry.value.json(values)
            let observed = body.flatMap(entry.path.value)
            if let observed, observed.isSame(as: expected) { continue }
            let seen = observed.map { "\(entry.path) is \($0.shown)" } ?? "there is no \(entry.path)"
            return "\(reply.request) answered \(reply.status), and \(seen) where \(expected.shown) was expected."
        }
        return try check?.problem(in: values)
    }
}

extension CompiledExpression {
    /// What is wrong when it must be true; `nil` when it is.
    /// - Throws: ``ExpressionFailure``, also when it is null.
    fileprivate func problem(in values: ScopedValues) throws -> String? {
        guard let holds = try isTrue(in: values) else {
            throw ExpressionFailure(source, "it is null (\(inputs(in: values))), which is neither true nor false")
        }
        if holds { return nil }
        let inputs = inputs(in: values)
        return "“\(source.text)” is not true" + (inputs.isEmpty ? "." : ": \(inputs).")
    }
}

extension StatusPattern {
    /// As files write it.
    fileprivate var text: String {
        switch self {
        case .exactly(let status): "\(status)"
        case .class(let hundreds): "\(hundreds)xx"
        }
    }
}

extension Value {
    fileprivate var shown: String {
        switch self {
        case .null: "null"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): JSON.string(text).shown
        case .blob(let bytes): "\(bytes.count) bytes"
        }
    }
}
