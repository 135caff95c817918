import ExactJSON
import Rewind
import RewindHTTP

/// One request of an action, and what is made of its answer.
private struct CompiledStep: Sendable {
    let request: CompiledRequest
    let acceptance: CompiledExpression?
    let accepted: [StatusPattern]
    let refused: [StatusPattern]
    let saved: [(slot: Int, part: SavePart)]

    init(
        _ part: RequestPart, _ scope: NameScope, _ scopeWithAnswer: NameScope, _ setting: FileSetting
    ) throws(FileError) {
        request = try CompiledRequest(part, in: scope, setting.headers)
        acceptance = try part.acceptance.map { expression throws(FileError) in
            try CompiledExpression(expression, in: scopeWithAnswer, setting.engine)
        }
        (accepted, refused) = (part.accepted, part.refused)
        var saved: [(slot: Int, part: SavePart)] = []
        for save in part.saved { saved.append((try setting.initial.variables.require(save.name), save)) }
        self.saved = saved
    }

    /// What the answer says. One that is accepted is taken note of.
    func judge(_ reply: Reply, _ values: inout ScopedValues) throws -> Outcome {
        values.answer = reply
        if refused.contains(where: { $0.matches(reply.status) }) { return .refused }
        guard accepted.contains(where: { $0.matches(reply.status) }) else { return .failed(reply.summary) }
        if let acceptance, try acceptance.isTrue(in: values) != true { return .refused }
        for save in saved { values.context[save.slot] = try save.part.value(in: reply) }
        return .accepted
    }
}

/// An action that can be carried out.
struct CompiledAction: Sendable {
    /// One member of the argument domain: a value for each argument.
    struct Arguments: Sendable, CustomStringConvertible {
        let values: [JSON]

        /// Bare values, as in `partial_refund(25.00)`.
        var description: String { values.map { $0.asText ?? "null" }.joined(separator: ", ") }
    }

    private let part: ActionPart
    private let condition: CompiledExpression?
    private let steps: [CompiledStep]
    private let assignments: [(slot: Int, value: CompiledExpression)]
    /// What each variable begins as.
    private let initial: FileContext

    init(_ part: ActionPart, in setting: FileSetting) throws(FileError) {
        self.part = part
        initial = setting.initial
        let variables = initial.variables
        let names = part.arguments.map(\.name.value)
        let scope = NameScope(variables, arguments: names)
        let scopeWithAnswer = NameScope(variables, arguments: names, hasAnswer: true)
        condition = try part.condition.map { expression throws(FileError) in
            try CompiledExpression(expression, in: NameScope(variables, absentArguments: names), setting.engine)
        }
        var steps: [CompiledStep] = []
        for request in part.requests {
            steps.append(try CompiledStep(request, scope, scopeWithAnswer, setting))
        }
        self.steps = steps
        var assignments: [(slot: Int, value: CompiledExpression)] = []
        for assignment in part.assignments {
            let slot = try variables.require(assignment.name)
            assignments.append((slot, try CompiledExpression(assignment.value, in: scopeWithAnswer, setting.engine)))
        }
        self.assignments = assignments
    }

    /// For the explorer.
    var action: Action<FileContext> {
        let name = part.name.value
        var action =
            part.arguments.isEmpty
            ? Action(name) { run in try await perform(&run, Arguments(values: [])) }
            : Action(name, over: domain) { run, arguments in try await perform(&run, arguments) }
        if let condition { action = action.when { condition.mayBeTrue(in: ScopedValues(context: $0)) } }
        if let maximum = part.maximumPerPath { action = action.atMost(maximum.value) }
        return part.isAlwaysRefused ? action.alwaysRefused() : action
    }

    /// Every combination, the last argument changing first.
    private var domain: [Arguments] {
        let combinations = part.arguments.reduce([[]]) { combinations, argument in
            combinations.flatMap { begun in argument.values.map { begun + [JSON($0.value)] } }
        }
        return combinations.map { Arguments(values: $0) }
    }

    private func perform(_ run: inout Run<FileContext>, _ arguments: Arguments) async throws -> Outcome {
        try condition?.requireValue(in: ScopedValues(context: run.context))
        var values = ScopedValues(context: run.context, arguments: arguments.values)
        for step in steps {
            let reply = try await run.api.send(step.request.formed(values))
            let outcome = try step.judge(reply, &values)
            run.context = values.context
            guard outcome == .accepted else { return outcome }
        }
        for assignment in assignments {
            let value = try assignment.value.value(in: values)
            do {
                values.context[assignment.slot] = try JSON(value, replacing: initial[assignment.slot])
            } catch {
                throw ExpressionFailure(assignment.value.source, error.description)
            }
        }
        run.context = values.context
        return .accepted
    }
}

extension CompiledExpression {
    /// For conditions, which can't fail where they are asked: one that does counts as true, and what it guards fails by
    /// ``requireValue(in:)``.
    func mayBeTrue(in values: ScopedValues) -> Bool {
        do {
            return try isTrue(in: values) ?? false
        } catch {
            return true
        }
    }

    /// - Throws: ``ExpressionFailure``.
    func requireValue(in values: ScopedValues) throws { _ = try isTrue(in: values) }
}

extension FileContext.Variables {
    /// - Throws: ``FileError`` when there is no variable of that name.
    func require(_ name: Located<String>) throws(FileError) -> Int {
        if let slot = slot(of: name.value) { return slot }
        throw FileError(
            "There is no variable “\(name.value)” in `context`." + Suggestion.sentence(for: name.value, among: names),
            at: name.position)
    }
}
