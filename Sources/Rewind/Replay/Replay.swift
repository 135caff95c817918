/// A path that was taken from the root again, and what came of it.
struct Replay: Sendable {
    enum Ending: Sendable {
        /// What was looked for is wrong after the last of the steps.
        case broken(Flaw)
        /// All steps were taken, and what was looked for did not occur.
        case held
        /// A step could not be formed or led nowhere. The text ends the sentence “On replay, …”.
        case stopped(String)
        /// The world did not allow to go on; a sentence.
        case failed(String)
    }

    /// The steps that were sent.
    var path: [StepID] = []
    var steps: [Counterexample.Step] = []
    var ending = Ending.held
    /// How often the race at the end of the path was run.
    var rounds: Int?
    /// Invariants that could not be checked on the way.
    var failedChecks: [(invariant: String, message: String)] = []
}

/// What a replay is to find out.
struct ReplayQuestion: Sendable {
    let isSought: @Sendable (Flaw) -> Bool
    /// What to find in a last step that is refused, for an arrow that should have been walked.
    var flawOfRefusal: Flaw?
    /// Otherwise only after the last one, as nobody looked in between when the path was found.
    var isAskedAfterEveryStep = false
    /// Otherwise the replay stops there.
    var leavesOutWhatCannotBeFormed = false
}

extension Walker {
    /// Takes a path from the root, and judges it. What the walk knows is used to go on, and not added to.
    mutating func replay(_ path: [StepID], asking question: ReplayQuestion) async -> Replay {
        var replay = Replay()
        do {
            try await follow(path, asking: question, &replay)
        } catch {
            replay.ending = .failed(reason(of: error))
        }
        return replay
    }

    private mutating func follow(
        _ path: [StepID], asking question: ReplayQuestion, _ replay: inout Replay
    ) async throws {
        try await move(to: 0)
        var current: NodeID = 0
        if path.isEmpty {
            let root = walk.context(of: 0)
            if let flaw = try await flaws(of: root, &replay).first(where: question.isSought) {
                replay.ending = .broken(flaw)
            }
        }
        for (index, step) in path.enumerated() {
            if exploration.race(named: step) != nil {
                guard index == path.count - 1 else {
                    return replay.ending = .stopped("\(exploration.label(step)) is not the last step, as it must be.")
                }
                return try await follow(race: step, from: current, asking: question, &replay)
            }
            let edge = Edge(source: current, step: step, kind: 0)
            guard exploration.actions[step.action].canBeFormed(walk.context(of: current)) else {
                if question.leavesOutWhatCannotBeFormed { continue }
                return replay.ending = .stopped("\(exploration.label(step)) could not be formed.")
            }
            let execution = try await execute(step, from: current)
            replay.path.append(step)
            replay.steps.append(counterexampleStep(step, execution))
            let isLast = index == path.count - 1
            var flaws: [Flaw] = []
            if isLast || question.isAskedAfterEveryStep {
                flaws = self.flaws(of: execution, edge: edge, asking: question)
                flaws += try await probe(edge, execution, asking: question, &replay)
            }
            if execution.canBePlaced && !isLast { current = try stay(after: execution, edge: edge) }
            if isLast || question.isAskedAfterEveryStep {
                flaws += try await self.flaws(of: execution.context, &replay)
                // What looking changed is not left for the next step.
                if !isLast { try await move(to: current) }
            }
            if let flaw = flaws.first(where: question.isSought) { return replay.ending = .broken(flaw) }
            guard execution.canBePlaced else {
                let what = walk.with { $0.describe(execution) }
                return replay.ending = .stopped("\(exploration.label(step)) was \(what).")
            }
        }
    }

    private func flaws(of execution: Execution<Context>, edge: Edge, asking question: ReplayQuestion) -> [Flaw] {
        if let flaw = question.flawOfRefusal, execution.outcome == .refused { return [flaw] }
        return walk.with { walk in
            execution.canBePlaced ? walk.judge(execution, edge: edge) : walk.lawsBroken(by: execution)
        }
    }

    private mutating func flaws(of context: Context, _ replay: inout Replay) async throws -> [Flaw] {
        let inspection = try await inspect(context)
        replay.failedChecks += inspection.failures
        let path = replay.steps.isEmpty ? "no step" : replay.steps.map(\.label).joined(separator: " → ")
        return walk.with { $0.flaws(in: inspection, after: { _ in path }) }
    }

    private func counterexampleStep(_ step: StepID, _ execution: Execution<Context>) -> Counterexample.Step {
        let action = exploration.actions[step.action]
        return Counterexample.Step(
            action: action.name, argument: action.variants[step.variant].label, outcome: execution.outcome,
            exchanges: execution.exchanges, changes: walk.with { $0.described(execution.changes) })
    }
}

extension Walk {
    /// With the names of the columns, for people.
    func described(_ changes: [ChangeSet]) -> [SystemChanges] { withColumns(named(changes)) }

    /// The same with the names of the columns.
    func withColumns(_ changes: [SystemChanges]) -> [SystemChanges] {
        zip(changes, schemas).map { system, schema in
            var system = system
            let tables = schema.tables.filter { system.changes.tables.contains($0.key) }
            system.columns = tables.mapValues { $0.columns.map(\.name) }
            return system
        }
    }
}
