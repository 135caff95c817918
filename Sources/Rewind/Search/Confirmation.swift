/// Replays what was found from the root, so that nothing is reported that does not happen again.
extension Walk {
    mutating func confirmFindings() async -> [Violation] {
        var violations: [Violation] = []
        for finding in findings.found { violations.append(await confirm(finding)) }
        return violations
    }

    /// Replays the shortest path known; if the violation does not occur on it, the path on which it was seen.
    private mutating func confirm(_ finding: Findings.Finding) async -> Violation {
        let last = finding.step.map { [$0] } ?? []
        let seen = graph.lineage(of: finding.source).compactMap { graph[$0].arrival } + last
        let shortest = graph.shortestPath(to: finding.source) + last
        var replay = await replay(shortest, expecting: finding)
        if replay.confirmation != .confirmed && shortest != seen {
            replay = await self.replay(seen, expecting: finding)
        }
        return Violation(
            rule: finding.rule, message: replay.message ?? finding.message,
            counterexample: Counterexample(steps: replay.steps), confirmation: replay.confirmation)
    }

    private struct Replay {
        var steps: [Counterexample.Step] = []
        /// What was seen this time.
        var message: String?
        var confirmation: Violation.Confirmation = .notReproduced("It did not occur. \(Faithfulness.usualCauses)")
    }

    private mutating func replay(_ path: [StepID], expecting finding: Findings.Finding) async -> Replay {
        var replay = Replay()
        do {
            try await position.move(to: 0, in: graph)
            var current: NodeID = 0
            var flaws = path.isEmpty ? try await invariantsBroken(in: contexts[0], where: { _ in "no step" }) : []
            for (index, step) in path.enumerated() {
                let execution = try await execute(step, from: current)
                replay.steps.append(counterexampleStep(step, execution))
                guard execution.canBePlaced || index == path.count - 1 else {
                    replay.confirmation = .notReproduced("On replay, \(label(step)) was \(describe(execution)).")
                    return replay
                }
                if index == path.count - 1 {
                    let edge = Edge(source: current, step: step, kind: 0)
                    flaws = try await flawsOfLastStep(execution, edge: edge, expecting: finding)
                } else {
                    current = try stay(after: execution, edge: Edge(source: current, step: step, kind: 0))
                }
            }
            if let flaw = flaws.first(where: { $0.rule == finding.rule && $0.place == finding.place }) {
                replay.message = flaw.message
                replay.confirmation = .confirmed
            }
        } catch {
            replay.confirmation = .notReproduced((error as? NotDecided)?.reason ?? String(describing: error))
        }
        return replay
    }

    private mutating func flawsOfLastStep(
        _ execution: Execution<Context>, edge: Edge, expecting finding: Findings.Finding
    ) async throws -> [Flaw] {
        if finding.rule.name == "arrow_never_walked", execution.outcome == .refused {
            return [Flaw(rule: finding.rule, message: finding.message, place: finding.place)]
        }
        let flaws = execution.canBePlaced ? judge(execution, edge: edge) : lawsBroken(by: execution)
        return flaws + (try await invariantsBroken(in: execution.context, where: { $0.label(edge.step) }))
    }

    private func counterexampleStep(_ step: StepID, _ execution: Execution<Context>) -> Counterexample.Step {
        let action = exploration.actions[step.action]
        return Counterexample.Step(
            action: action.name, argument: action.variants[step.variant].label, outcome: execution.outcome,
            exchanges: execution.exchanges, changes: named(execution.changes))
    }
}
