import Rewind

/// The result as text for a terminal or a CI log: verdict first, then what was found, then what was covered.
public struct ConsoleReport: Sendable {
    private let result: ExplorationResult
    private let style: TextStyle
    private let redaction: Redaction
    private let keptExploration: String?

    /// - Parameters:
    ///   - isColored: whether to use ANSI colors; give `false` for anything that is not a terminal.
    ///   - exploration: its name, when the run is kept, so that violations are shown with the ids to replay them by.
    public init(
        _ result: ExplorationResult, isColored: Bool = false, keptAs exploration: String? = nil,
        redaction: Redaction = .standard
    ) {
        self.result = result
        keptExploration = exploration
        self.redaction = redaction
        style = TextStyle(isColored: isColored)
    }

    /// The whole report, with a line break at its end.
    public var text: String {
        let sections = [verdict] + result.violations.map(violation) + [coverage, checks, footnotes]
        let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
        return redaction.sentence(text)
    }

    // MARK: Verdict

    private var verdict: [String] {
        let counts = result.statistics
        var lines = [headline]
        if case .notDecided(let reasons) = result.verdict { lines += reasons.map { "  • " + $0 } }
        lines.append(
            "  \(grouped(counts.states)) states, \(grouped(counts.transitions)) transitions, "
                + "\(grouped(result.invariantsChecked)) invariant checks; depth \(counts.depth), "
                + "\(grouped(counts.frontier)) steps left")
        if case .failed = result.stopReason {
        } else {
            lines.append("  It ended because \(result.stopReason.description).")
        }
        lines.append("  \(result.strategy.rawValue), seed \(result.seed), \(timing)")
        if counts.lawRequests.count > 0 {
            let seconds = fixed(counts.lawRequests.total.seconds, digits: 2)
            let requests = counted(counts.lawRequests.count, "request")
            lines.append("  The laws sent \(requests) of their own, in \(seconds) s")
        }
        if counts.workers.count > 1 { lines.append("  " + workers) }
        return lines
    }

    private var workers: String {
        let workers = result.statistics.workers
        let shares = workers.map { grouped($0.transitions) }.joined(separator: " + ")
        let replaced = workers.reduce(0) { $0 + $1.replacements }
        return "\(workers.count) workers took \(shares) steps"
            + (replaced > 0
                ? "; \(counted(replaced, "world")) died and \(replaced == 1 ? "was" : "were") replaced" : "")
    }

    private var headline: String {
        switch result.verdict {
        case .held(.everything):
            style.good("HELD") + "  Nothing is wrong in any reachable state."
        case .held(.within(let limit)):
            style.good("HELD") + "  Nothing is wrong within \(limit); more was left to explore."
        case .violated:
            style.bad("VIOLATED") + "  " + counted(result.violations.count, "violation") + " found."
        case .notDecided:
            style.doubtful("NOT DECIDED")
        }
    }

    private var timing: String {
        let seconds = result.statistics.elapsed.seconds
        let rate = seconds > 0 ? Double(result.transitions) / seconds : 0
        return "\(fixed(seconds, digits: 2)) s, \(grouped(Int(rate))) transitions/s"
    }

    // MARK: Violations

    private func violation(_ violation: Violation) -> [String] {
        var lines = ["\(style.bad("✗")) [\(violation.rule.severity.rawValue)] \(style.strong(violation.rule.name))"]
        lines.append("    \(violation.message)")
        lines.append("    Path: " + violation.counterexample.path.joined(separator: " → "))
        lines += StepText(redaction: redaction).lines(of: violation.counterexample.steps.last)
        switch violation.confirmation {
        case .confirmed: lines.append("    Confirmed: replayed from the root, it occurred again.")
        case .notReproduced(let why): lines.append("    \(style.doubtful("Not reproduced.")) \(why)")
        }
        if let keptExploration { lines.append("    Again: rewind replay \(violation.id(in: keptExploration))") }
        return lines
    }

    // MARK: Coverage

    /// The matrix of states and actions, actions downwards: their names are long and there are more of them.
    private var coverage: [String] {
        let coverage = result.coverage
        let names = coverage.actions.map { $0 }
        let width = (names + ["action"]).map(\.count).max() ?? 6
        let columns = coverage.states.map { max($0.count, 8) }
        var lines = [style.strong("Coverage") + "  ✓ accepted  · refused  ! against the diagram  – not tried"]
        let heads = zip(coverage.states, columns).map { pad($0, to: $1) }
        lines.append("  " + pad("", to: width) + "  " + heads.joined(separator: "  "))
        for action in names.indices {
            let cells = coverage.states.indices.map { pad(cell(state: $0, action: action), to: columns[$0]) }
            lines.append("  " + pad(names[action], to: width) + "  " + cells.joined(separator: "  "))
        }
        return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    }

    private func cell(state: Int, action: Int) -> String {
        let seen = result.coverage.observed(state: state, action: action)
        if seen.attempts == 0 { return "–" }
        var parts: [String] = []
        if seen.accepted > 0 { parts.append("✓\(seen.accepted)") }
        if seen.refused > 0 { parts.append("·\(seen.refused)") }
        if seen.failed > 0 { parts.append("✗\(seen.failed)") }
        if isAgainstDiagram(seen, result.coverage.expected(state: state, action: action)) { parts.append("!") }
        return parts.joined(separator: " ")
    }

    private func isAgainstDiagram(_ seen: Coverage.Cell, _ expected: Coverage.Expectation) -> Bool {
        switch expected {
        case .open: false
        case .refused: seen.accepted > 0
        case .accepted(let targets): !seen.targets.isSubset(of: targets) || seen.accepted == 0
        }
    }

    // MARK: Checks and notes

    private var checks: [String] {
        let all = result.invariants + result.laws
        let width = all.map(\.name.count).max() ?? 0
        return [style.strong("Checked")] + all.map { "  \(pad($0.name, to: width))  \(grouped($0.timesChecked))×" }
    }

    private var footnotes: [String] {
        var lines = result.warnings.map { style.doubtful("Warning:") + " " + $0 }
        if !result.learnedVolatile.isEmpty {
            lines.append(
                "Differs from run to run, compared by order of appearance: \(result.learnedVolatile.joined(separator: ", "))"
            )
        }
        return lines
    }
}
