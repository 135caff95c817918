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
        let question = finding.question
        var replay = await replay(shortest, asking: question)
        if !replay.isBroken && shortest != seen { replay = await self.replay(seen, asking: question) }
        var (message, confirmation) = (finding.message, Violation.Confirmation.confirmed)
        switch replay.ending {
        case .broken(let flaw): message = flaw.message
        case .held:
            let rounds = replay.rounds.map { " in \($0) rounds. It may be seldom; more --rounds may show it." }
            confirmation = .notReproduced("It did not occur\(rounds ?? ". \(Faithfulness.usualCauses)")")
        case .stopped(let what): confirmation = .notReproduced("On replay, \(what)")
        case .failed(let reason): confirmation = .notReproduced(reason)
        }
        return Violation(
            rule: finding.rule, message: message, counterexample: Counterexample(steps: replay.steps),
            confirmation: confirmation)
    }
}

extension Findings.Finding {
    /// Whether the same occurs again.
    fileprivate var question: ReplayQuestion {
        ReplayQuestion(
            isSought: { [rule, place] in $0.rule == rule && $0.place == place },
            flawOfRefusal: rule == .arrowNeverWalked ? Flaw(rule: rule, message: message, place: place) : nil)
    }
}

extension Replay {
    var isBroken: Bool {
        if case .broken = ending { true } else { false }
    }
}
