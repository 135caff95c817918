/// From a walk that has ended to its result.
extension Walker {
    /// Looks once more at what was found: compares what was merged, sends requests again, replays violations.
    mutating func conclude() async -> [Violation] {
        var isDone = false
        while !isDone {
            do {
                try await lookAgain()
                isDone = true
            } catch {
                isDone = await !goOn(after: error)
            }
        }
        return await confirmFindings().sorted { $0.rule.severity > $1.rule.severity }
    }

    private mutating func lookAgain() async throws {
        if walk.with({ $0.hasFailed }) { return }
        if walk.with({ $0.exploredAllWithinDepth }) { try await compareMergedStates() }
        walk.with { $0.judgeArrowsIfAllWasExplored() }
        try await raceWherePossible()
        try await repeatEarlyTransitions()
    }
}

extension Walk {
    fileprivate var exploredAllWithinDepth: Bool {
        if case .frontierEmpty = stopReason { true } else { false }
    }

    /// Beyond a limit, or behind what was found wrong, there may be a state in which an arrow can be walked.
    fileprivate mutating func judgeArrowsIfAllWasExplored() {
        if case .frontierEmpty(nil) = stopReason, findings.isEmpty, !arrowsWereJudged { judgeArrowsNeverWalked() }
    }

    /// Says that a system could not be returned to the root.
    mutating func noteNotReturned(_ message: String) {
        if case .failed(let reason) = stopReason {
            stopReason = .failed("\(reason) And \(message)")
        } else {
            stopReason = .failed(message)
        }
    }

    func result(violations: [Violation]) -> ExplorationResult {
        var statistics = statistics
        statistics.states = graph.fingerprints.count
        statistics.frontier = stepsLeft
        statistics.elapsed = ContinuousClock.now - started
        statistics.workers = workers
        // A verdict of violated has no reasons of its own: what else could not be decided is warned of.
        let verdict = verdict(violations)
        return ExplorationResult(
            verdict: verdict, stopReason: stopReason ?? .interrupted, violations: violations,
            warnings: warnings + (verdict == .violated ? undecided(violations) : []), coverage: coverage,
            invariants: exploration.invariants.map {
                CheckCount(
                    name: $0.name, severity: $0.severity, description: $0.description,
                    timesChecked: timesChecked[$0.name, default: 0])
            },
            laws: exploration.laws.map {
                CheckCount(
                    name: $0.name, severity: $0.severity, description: $0.statement,
                    timesChecked: $0.name == Law.rewindingIsFaithful.name
                        ? statistics.verifications.count + statistics.repetitions : timesChecked[$0.name, default: 0])
            },
            races: races.counts, learnedVolatile: experiments.learned.sorted(), statistics: statistics,
            strategy: strategy, seed: seed, states: graph.fingerprints.sorted(), graph: stateGraph)
    }

    private func verdict(_ violations: [Violation]) -> Verdict {
        if case .failed(let reason)? = stopReason { return .notDecided([reason] + undecided(violations)) }
        if violations.contains(where: \.isConfirmed) { return .violated }
        let reasons = undecided(violations)
        if !reasons.isEmpty { return .notDecided(reasons) }
        if statistics.transitions == 0 { return .notDecided(["No step was taken, so nothing was tried."]) }
        switch stopReason {
        case .frontierEmpty(nil) where !merged.isEmpty:
            return .held(.within("the states that the narrowed identity tells apart"))
        case .frontierEmpty(nil): return .held(.everything)
        case .frontierEmpty(let depth?): return .held(.within("depth \(depth)"))
        case .stepLimit(let steps): return .held(.within("\(steps) steps"))
        case .timeLimit(let time): return .held(.within("\(time)"))
        case .violationLimit: return .notDecided(["It ended with a violation that could not be confirmed."])
        default: return .notDecided(["It was interrupted."])
        }
    }

    var hasFailed: Bool {
        if case .failed? = stopReason { true } else { false }
    }

    private func undecided(_ violations: [Violation]) -> [String] {
        var reasons = findings.failures.map { failure in
            "\(failure.what) failed\(failure.count > 1 ? " \(failure.count) times" : ""): \(failure.message)"
        }
        for violation in violations {
            guard case .notReproduced(let why) = violation.confirmation else { continue }
            reasons.append("\(violation.rule.name) was violated once, and not when its path was replayed. \(why)")
        }
        if case .interrupted? = stopReason {
            reasons.append("It was interrupted.")
        } else if !hasFailed, exploration.actions.indices.allSatisfy({ coverage.total(action: $0).attempts == 0 }) {
            reasons.append("Nothing was tried: no action could be formed, or a limit came first.")
        }
        if !isLimited { reasons += neverAccepted }
        return reasons
    }

    /// Whether a limit ended the walk, so that what was not seen may lie beyond it.
    private var isLimited: Bool {
        switch stopReason {
        case .stepLimit, .timeLimit, .violationLimit, .frontierEmpty(.some): true
        default: false
        }
    }

    private var neverAccepted: [String] {
        exploration.actions.enumerated().compactMap { index, action in
            let seen = coverage.total(action: index)
            guard seen.attempts > 0 && seen.accepted == 0 && !action.isForbidden else { return nil }
            let tries = "\(seen.attempts) \(seen.attempts == 1 ? "try" : "tries")"
            return "\(action.name) was never accepted (\(tries)): what follows it was not explored."
        }
    }

    private var warnings: [String] {
        var warnings = merged.warnings + (isLimited ? neverAccepted : [])
        if systems.isEmpty && statistics.requests.count > 0 {
            warnings.append(
                "No system was rewound: each path went on with what the ones before it had left behind. Name the API's "
                    + "database, or read findings and states with that in mind.")
        }
        for (index, action) in exploration.actions.enumerated() where coverage.total(action: index).attempts == 0 {
            let wasSkipped = coverage.total(action: index).skipped > 0
            warnings.append(
                "\(action.name) was never sent: "
                    + (wasSkipped ? "it was skipped each time." : "its precondition held in no state reached."))
        }
        for invariant in exploration.invariants where timesChecked[invariant.name] == nil {
            warnings.append("\(invariant.name) was never checked: it applied to no state reached.")
        }
        for (action, difference) in experiments.unstable.sorted(by: { $0.key < $1.key }) {
            warnings.append("\(action) is not repeatable. \(difference)")
        }
        for law in exploration.laws where isVacuous(law) {
            warnings.append("The law \(law.name) was never checked: there was never \(law.needs).")
        }
        if probed.isExhausted {
            warnings.append(
                "Laws sent requests of their own after \(ProbedKinds.maximum) kinds of step, and no more after that.")
        }
        for (law, reason) in exploration.lawsSwitchedOff.sorted(by: { $0.key < $1.key }) {
            warnings.append("The law \(law) is switched off: \(reason)")
        }
        return warnings + raceWarnings + arrowsNeverTried + changesNeverSeen + (resumption?.warnings ?? [])
    }

    /// Whether a law that was asked for never had anything to look at.
    private func isVacuous(_ law: Law) -> Bool {
        guard exploration.lawSelection != .fast, case .probing = law.method else { return false }
        return timesChecked[law.name] == nil
    }

    private var arrowsNeverTried: [String] {
        guard let machine = exploration.stateMachine else { return [] }
        return machine.arrows.compactMap { arrow in
            guard let action = exploration.actions.firstIndex(where: { $0.name == arrow.action }) else { return nil }
            let cell = coverage.observed(state: arrow.from, action: action)
            let target = machine.stateNames[arrow.to]
            if cell.targets.contains(target) || cell.refused > 0 && arrowsWereJudged {
                return nil
            }
            return "The arrow \(machine.stateNames[arrow.from]) → \(target) (\(arrow.action)) was not walked."
        }
    }

    /// An API that accepts requests while nothing changes is likely to use another database.
    private var changesNeverSeen: [String] {
        guard !systems.isEmpty, graph.nodes.allSatisfy({ $0.changes.allSatisfy { !$0.changesContent } }),
            exploration.actions.indices.contains(where: { coverage.total(action: $0).accepted > 0 })
        else { return [] }
        let names = systems.joined(separator: ", ")
        return ["Requests were accepted, and nothing ever changed in \(names). Does the API use another database?"]
    }
}
