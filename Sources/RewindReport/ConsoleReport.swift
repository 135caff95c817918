import Rewind

/// The result as text for a terminal or a CI log: verdict first, then what was found, then what was covered.
public struct ConsoleReport: Sendable {
    private let result: ResultDocument
    private let style: TextStyle
    private let isKept: Bool

    /// - Parameters:
    ///   - isColored: whether to use ANSI colors; give `false` for anything that is not a terminal.
    ///   - exploration: its name, when the run is kept, so that violations are shown with the ids to replay them by.
    public init(
        _ result: ExplorationResult, isColored: Bool = false, keptAs exploration: String? = nil,
        redaction: Redaction = .standard
    ) {
        self.init(
            ResultDocument(result, exploration: exploration ?? "", redaction: redaction), isColored: isColored,
            isKept: exploration != nil)
    }

    /// - Parameter isKept: whether violations can be replayed by their ids.
    public init(_ result: ResultDocument, isColored: Bool = false, isKept: Bool) {
        self.result = result
        self.isKept = isKept
        style = TextStyle(isColored: isColored)
    }

    /// The whole report, with a line break at its end.
    public var text: String {
        let sections = [verdict] + result.violations.map(violation) + [coverage, checks, footnotes]
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    // MARK: Verdict

    private var verdict: [String] {
        let counts = result.statistics
        var lines = [headline]
        lines += result.reasons.map { "  • " + $0 }
        lines.append(
            "  \(grouped(counts.states)) states, \(grouped(counts.transitions)) transitions, "
                + "\(grouped(counts.invariantsChecked)) invariant checks; depth \(counts.depth), "
                + "\(grouped(counts.frontier)) steps left")
        if result.endedBy != .failure { lines.append("  It ended because \(result.stopReason).") }
        lines.append("  \(result.strategy), seed \(result.seed), \(timing)")
        if counts.lawRequests > 0 {
            let seconds = fixed(counts.lawRequestMilliseconds / 1000, digits: 2)
            lines.append("  The laws sent \(counted(counts.lawRequests, "request")) of their own, in \(seconds) s")
        }
        if let workers = counts.workers { lines.append("  " + text(of: workers)) }
        if let known = counts.knownTransitions {
            lines.append(
                "  It went on from an earlier walk: \(grouped(known)) of the transitions were known and not taken again."
            )
        }
        return lines
    }

    private func text(of workers: [StatisticsDocument.WorkerDocument]) -> String {
        let shares = workers.map { grouped($0.transitions) }.joined(separator: " + ")
        let replaced = workers.reduce(0) { $0 + $1.replacements }
        return "\(workers.count) workers took \(shares) steps"
            + (replaced > 0
                ? "; \(counted(replaced, "world")) died and \(replaced == 1 ? "was" : "were") replaced" : "")
    }

    private var headline: String {
        switch result.verdict {
        case .held where result.extent == "everything":
            style.good("HELD") + "  Nothing is wrong in any reachable state."
        case .held:
            style.good("HELD") + "  Nothing is wrong within \(result.extent ?? "the limits"); more was left to explore."
        case .violated:
            style.bad("VIOLATED") + "  " + counted(result.violations.count, "violation") + " found."
        case .notDecided:
            style.doubtful("NOT DECIDED")
        }
    }

    private var timing: String {
        let seconds = result.statistics.elapsedMilliseconds / 1000
        let taken = result.statistics.transitions - (result.statistics.knownTransitions ?? 0)
        let rate = seconds > 0 ? Double(taken) / seconds : 0
        return "\(fixed(seconds, digits: 2)) s, \(grouped(Int(rate))) transitions/s"
    }

    // MARK: Violations

    private func violation(_ violation: ViolationDocument) -> [String] {
        var lines = ["\(style.bad("✗")) [\(violation.severity)] \(style.strong(violation.name))"]
        lines.append("    \(violation.message)")
        lines.append("    Path: " + violation.path.joined(separator: " → "))
        lines += StepText(violation.steps.last).lines
        if let why = violation.notReproduced {
            lines.append("    \(style.doubtful("Not reproduced.")) \(why)")
        } else {
            lines.append("    Confirmed: replayed from the root, it occurred again.")
        }
        if isKept { lines.append("    Again: rewind replay \(violation.id)") }
        return lines
    }

    // MARK: Coverage

    /// The matrix of states and actions, actions downwards: their names are long and there are more of them.
    private var coverage: [String] {
        let cells = result.coverage
        let count = cells.dropFirst().firstIndex { $0.action == cells.first?.action } ?? cells.count
        let actions = cells.prefix(count).map(\.action)
        let rows = stride(from: 0, to: cells.count, by: max(1, count)).map {
            Array(cells[$0..<min(cells.count, $0 + count)])
        }
        let width = (actions + ["action"]).map(\.count).max() ?? 6
        let columns = rows.map { max($0.first?.state.count ?? 0, 8) }
        var lines = [style.strong("Coverage") + "  ✓ accepted  · refused  ! against the diagram  – not tried"]
        let heads = zip(rows, columns).map { pad($0.first?.state ?? "", to: $1) }
        lines.append("  " + pad("", to: width) + "  " + heads.joined(separator: "  "))
        for action in actions.indices {
            let texts = zip(rows, columns).map { pad(text(of: $0[action]), to: $1) }
            lines.append("  " + pad(actions[action], to: width) + "  " + texts.joined(separator: "  "))
        }
        return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    }

    private func text(of cell: CoverageDocument) -> String {
        if cell.attempts == 0 { return "–" }
        var parts: [String] = []
        if cell.accepted > 0 { parts.append("✓\(cell.accepted)") }
        if cell.refused > 0 { parts.append("·\(cell.refused)") }
        if cell.failed > 0 { parts.append("✗\(cell.failed)") }
        if cell.isAgainstDiagram { parts.append("!") }
        return parts.joined(separator: " ")
    }

    // MARK: Checks and notes

    private var checks: [String] {
        let width = result.checks.map(\.name.count).max() ?? 0
        return [style.strong("Checked")]
            + result.checks.map { "  \(pad($0.name, to: width))  \(grouped($0.timesChecked))×" } + races
    }

    private var races: [String] {
        (result.races ?? []).map { race in
            "  \(race.name)  \(counted(race.rounds, "round")) in \(counted(race.places, "place")), against "
                + "\(counted(race.orders, "order"))"
        }
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
