/// From an audit that has ended to its result.
extension AuditResult {
    init<Context>(_ ending: AuditEnding<Context>, after exploration: ExplorationResult) {
        let tally = ending.tally
        let wasAudited = tally.mutantCount > 0 || ending.reasons.isEmpty
        let audited = AuditedRules(ending: ending, result: exploration)
        rules = wasAudited ? audited.all : []
        actions = AuditedAction.all(of: tally.exploration, in: exploration)
        arrowsNeverWalked = tally.exploration.arrowsNeverWalked(in: exploration.coverage)
        mutants = tally.mutants
        mutantsRefused = tally.mutantsRefused
        tablesLeftAlone = tally.tablesLeftAlone.sorted()
        seed = exploration.seed
        elapsed = ending.elapsed
        self.exploration = exploration
        if case .violated = exploration.verdict {
            conclusion = .violated
        } else if !ending.reasons.isEmpty {
            conclusion = .notDecided(ending.reasons)
        } else if case .failed(let reason) = exploration.stopReason {
            conclusion = .notDecided([reason])
        } else {
            let isAlive =
                !rules.contains(where: \.isDead) && actions.allSatisfy { $0.problem == nil }
                && arrowsNeverWalked.isEmpty
            conclusion = isAlive ? .everythingCanFire : .somethingIsDead
        }
    }
}

/// What is said of each rule.
private struct AuditedRules<Context: ExplorationContext> {
    let ending: AuditEnding<Context>
    let result: ExplorationResult

    private var tally: AuditTally<Context> { ending.tally }

    /// Dead ones first, most severe first.
    var all: [AuditedRule] {
        let rules = invariants + laws + diagram
        let dead = rules.filter(\.isDead).enumerated().sorted {
            ($0.element.rule.severity, $1.offset) > ($1.element.rule.severity, $0.offset)
        }
        return dead.map(\.element) + rules.filter { !$0.isDead }
    }

    private var invariants: [AuditedRule] {
        tally.exploration.invariants.map { invariant in
            let times = result.invariants.first { $0.name == invariant.name }?.timesChecked ?? 0
            return audited(invariant.rule, times) { count in
                if times == 0 {
                    return .dead("It was never checked: its condition held in none of \(result.statesVisited) states.")
                }
                if count.judged == 0 {
                    return .notApplicable(
                        "nothing could be altered: no system is rewound, and the tester knows nothing")
                }
                return .dead("It noticed none of \(count.judged) mutants.")
            }
        }
    }

    private var laws: [AuditedRule] {
        tally.exploration.laws.map { law in
            let times = result.laws.first { $0.name == law.name }?.timesChecked ?? 0
            if law.name == Law.rewindingIsFaithful.name {
                let standing = ending.faithfulness ?? .notApplicable("the audit did not come to it")
                return AuditedRule(
                    rule: law.rule, timesChecked: times, mutantsJudged: standing.isNotApplicable ? 0 : 1,
                    noticed: standing.isFiring ? [.content: 1] : [:], standing: standing)
            }
            return audited(law.rule, times) { count in
                if let lack = lack(law) { return .notApplicable(lack) }
                return .dead("It noticed none of \(count.judged) mutants.")
            }
        }
    }

    /// What the exploration lacks for a law to have anything to say.
    private func lack(_ law: Law) -> String? {
        if case .probing = law.method { return "not audited, for it judges requests of its own" }
        if !tally.sawRequest { return "no step sent a request" }
        switch law.name {
        case Law.refusalChangesNothing.name where !tally.sawRefusal:
            return "no request that could change something was refused"
        case Law.safeMethodsChangeNothing.name where !tally.sawSafeRequest:
            return "no step or check sends safe requests alone"
        default: return nil
        }
    }

    private var diagram: [AuditedRule] {
        let exploration = tally.exploration
        let prohibitions = exploration.actions.filter(\.isForbidden).map { Violation.Rule.refused($0.name) }
        return ((exploration.stateMachine == nil ? [] : [.stateMachine]) + prohibitions).map { rule in
            let actions = exploration.actions.filter { rule == .stateMachine || rule == .refused($0.name) }
            return audited(rule, attempts(of: actions.map(\.name))) { count in
                if count.judged == 0 { return .notApplicable("no step that it judges was taken") }
                return .dead("It noticed none of \(count.judged) mutants.")
            }
        }
    }

    private func attempts(of names: [String]) -> Int {
        result.coverage.actions.indices.filter { names.contains(result.coverage.actions[$0]) }
            .reduce(0) { $0 + result.coverage.total(action: $1).attempts }
    }

    private func audited(
        _ rule: Violation.Rule, _ times: Int, silent: (AuditTally<Context>.Count) -> AuditedRule.Standing
    ) -> AuditedRule {
        let count = tally.count(of: rule)
        return AuditedRule(
            rule: rule, timesChecked: times, mutantsJudged: count.judged, noticed: count.noticed,
            standing: count.example.map { .canFire($0) } ?? silent(count))
    }
}

extension AuditedRule.Standing {
    fileprivate var isFiring: Bool {
        if case .canFire = self { true } else { false }
    }

    fileprivate var isNotApplicable: Bool {
        if case .notApplicable = self { true } else { false }
    }
}

extension AuditedAction {
    fileprivate static func all<Context>(
        of exploration: Exploration<Context>, in result: ExplorationResult
    ) -> [AuditedAction] {
        exploration.actions.enumerated().map { index, action in
            let seen = result.coverage.total(action: index)
            var problem: String?
            if seen.attempts == 0 {
                problem =
                    seen.skipped > 0
                    ? "It never ran: it was skipped each time."
                    : "It never ran: it could be formed in no state reached."
            } else if seen.accepted == 0 && !action.isForbidden {
                problem = "It was never accepted in \(seen.attempts) \(seen.attempts == 1 ? "try" : "tries")."
            }
            return AuditedAction(name: action.name, accepted: seen.accepted, refused: seen.refused, problem: problem)
        }
    }
}

extension Exploration {
    fileprivate func arrowsNeverWalked(in coverage: Coverage) -> [String] {
        guard let machine = stateMachine else { return [] }
        return machine.arrows.compactMap { arrow in
            guard let action = actions.firstIndex(where: { $0.name == arrow.action }) else { return nil }
            let target = machine.stateNames[arrow.to]
            if coverage.observed(state: arrow.from, action: action).targets.contains(target) { return nil }
            return "\(arrow.action): \(machine.stateNames[arrow.from]) → \(target)"
        }
    }
}
