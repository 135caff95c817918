import Rewind

/// What reports for CI are made of: each thing that was checked, what came of it, and where it is declared.
///
/// ```swift
/// let summary = RunSummary(result, exploration: "payments", redaction: redaction, declarations: declarations)
/// try JUnitReport(summary).data.write(to: file)
/// ```
/// Secrets are left out when it is made, so no format has to think of them. Nothing else is changed: each format
/// escapes what it must.
public struct RunSummary: Sendable {
    /// Its name; may be empty.
    let exploration: String
    let verdict: Verdict
    /// Why the walk ended, as a part of a sentence.
    let stopReason: String
    /// All that was checked: the run itself, invariants, laws, the diagram.
    let checks: [Check]
    /// Most severe first.
    let findings: [Finding]
    let warnings: [String]
    let states, transitions, invariantsChecked, depth, stepsLeft: Int
    let strategy: String
    let seed: UInt64
    let seconds: Double
    let declarations: Declarations
    /// Whether `rewind replay` knows the counterexamples.
    let isKept: Bool
    let comparison: RunComparison?

    /// - Parameters:
    ///   - exploration: its name, which is part of what the violations' ids are made of.
    ///   - redaction: hides what must not be shown.
    ///   - declarations: where rules and actions stand, if that is known.
    ///   - isKept: whether the run is in `.rewind`, so that `rewind replay` knows its counterexamples.
    ///   - comparison: with the run before.
    public init(
        _ result: ExplorationResult, exploration: String = "", redaction: Redaction = .standard,
        declarations: Declarations = Declarations(), isKept: Bool = false, comparison: RunComparison? = nil
    ) {
        self.exploration = redaction.sentence(exploration)
        verdict =
            switch result.verdict {
            case .notDecided(let reasons): .notDecided(reasons.map(redaction.sentence))
            case .held(.within(let limit)): .held(.within(redaction.sentence(limit)))
            case .held(.everything), .violated: result.verdict
            }
        stopReason = redaction.sentence(result.stopReason.description)
        findings = result.violations.map { Finding($0, in: exploration, declarations, redaction) }
        checks = CheckList(result, findings, declarations, redaction).checks
        warnings = result.warnings.map(redaction.sentence)
        (states, transitions, depth) = (result.statesVisited, result.transitions, result.statistics.depth)
        (invariantsChecked, stepsLeft) = (result.invariantsChecked, result.statistics.frontier)
        (strategy, seed, seconds) = (result.strategy.rawValue, result.seed, result.statistics.elapsed.seconds)
        self.declarations = declarations
        self.isKept = isKept
        self.comparison = comparison
    }

    /// The exploration's name, or what stands for one.
    var title: String { exploration.isEmpty ? "exploration" : exploration }

    var reasons: [String] {
        guard case .notDecided(let reasons) = verdict else { return [] }
        return reasons
    }

    /// The answer as a sentence.
    var headline: String {
        switch verdict {
        case .held(.everything): "Held: nothing is wrong in any reachable state."
        case .held(.within(let limit)): "Held: nothing is wrong within \(limit); more was left to explore."
        case .violated: "Violated: \(counted(findings.count, "violation")) found."
        case .notDecided: "Not decided."
        }
    }

    /// “133 states, 1,387 transitions, …”
    var counts: String {
        "\(grouped(states)) states, \(grouped(transitions)) transitions, "
            + "\(grouped(invariantsChecked)) invariant checks; depth \(depth), \(grouped(stepsLeft)) steps left"
    }

    /// One thing that was checked.
    struct Check: Sendable {
        /// Of which kind the rule is; `nil` for the run itself.
        let kind: Violation.Rule.Kind?
        let name: String
        let severity: Severity
        let statement: String
        /// What was looked at, and how often.
        let remark: String
        let outcome: Outcome
        let place: Declarations.Place?

        /// The same for every run, and different for each of an exploration: `invariant/no_over_refund`.
        var id: String { "\(kind?.rawValue ?? "run")/\(name)" }
    }

    enum Outcome: Sendable {
        case passed
        /// At least one of the findings is confirmed.
        case violated([Finding])
        /// It was seen, and not again.
        case unconfirmed([Finding])
        /// It can't be said, for these reasons.
        case undecided([String])
        /// It was not looked at, or nothing can be made of that; the sentence says why.
        case skipped(String)
    }
}
