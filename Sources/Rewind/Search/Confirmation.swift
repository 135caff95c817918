/// Replays what was found from the root, so that nothing is reported that does not happen again.
extension Walker {
    mutating func confirmFindings() async -> [Violation] {
        let paths = walk.with { ShortestPaths(in: $0.findings.count == 0 ? Graph() : $0.graph) }
        var violations: [Violation] = []
        for finding in walk.with({ $0.findings.found(by: paths) }) {
            violations.append(await confirm(finding, by: paths))
        }
        return violations
    }

    /// Replays the shortest path known; if the violation does not occur on it, the path on which it was seen.
    private mutating func confirm(_ finding: Findings.Finding, by paths: ShortestPaths) async -> Violation {
        let last = finding.step.map { [$0] } ?? []
        let seen =
            walk.with { walk in walk.graph.lineage(of: finding.source).compactMap { walk.graph[$0].arrival } } + last
        let shortest = paths.path(to: finding.source) + last
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
            try await move(to: 0)
            var current: NodeID = 0
            var flaws = path.isEmpty ? try await flawsOfState(walk.with { $0.contexts[0] }, after: "no step") : []
            for (index, step) in path.enumerated() {
                let execution = try await execute(step, from: current)
                replay.steps.append(counterexampleStep(step, execution))
                guard execution.canBePlaced || index == path.count - 1 else {
                    let outcome = walk.with { $0.describe(execution) }
                    replay.confirmation = .notReproduced("On replay, \(exploration.label(step)) was \(outcome).")
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
            replay.confirmation = .notReproduced(reason(of: error))
        }
        return replay
    }

    private mutating func flawsOfLastStep(
        _ execution: Execution<Context>, edge: Edge, expecting finding: Findings.Finding
    ) async throws -> [Flaw] {
        if finding.rule.name == "arrow_never_walked", execution.outcome == .refused {
            return [Flaw(rule: finding.rule, message: finding.message, place: finding.place)]
        }
        let flaws = walk.with { walk in
            execution.canBePlaced ? walk.judge(execution, edge: edge) : walk.lawsBroken(by: execution)
        }
        return flaws + (try await flawsOfState(execution.context, after: exploration.label(edge.step)))
    }

    private mutating func flawsOfState(_ context: Context, after path: String) async throws -> [Flaw] {
        let inspection = try await inspect(context)
        return walk.with { $0.flaws(in: inspection, after: { _ in path }) }
    }

    private func counterexampleStep(_ step: StepID, _ execution: Execution<Context>) -> Counterexample.Step {
        let action = exploration.actions[step.action]
        return Counterexample.Step(
            action: action.name, argument: action.variants[step.variant].label, outcome: execution.outcome,
            exchanges: execution.exchanges, changes: walk.with { $0.named(execution.changes) })
    }
}
