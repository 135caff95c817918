import Rewind

/// All that a run checks, with what came of each.
///
/// What was not seen violated has passed only if the run came to a decision; of a run that did not, it is skipped. So
/// no list of tests shows as good what nobody can say.
struct CheckList {
    private let result: ExplorationResult
    private let findings: [Finding]
    private let declarations: Declarations
    private let redaction: Redaction

    init(
        _ result: ExplorationResult, _ findings: [Finding], _ declarations: Declarations, _ redaction: Redaction
    ) {
        self.result = result
        self.findings = findings
        self.declarations = declarations
        self.redaction = redaction
    }

    /// The run, invariants, laws, laws that were switched off, the diagram; then rules that none of these is about.
    var checks: [RunSummary.Check] {
        let known =
            result.invariants.map { check(.invariant, $0) } + result.laws.map { check(.law, $0) } + switchedOff
            + (hasDiagram ? [steps, arrows] : []) + prohibitions
        let ids = Set(known.map(\.id))
        var others: [RunSummary.Check] = []
        for finding in findings where !ids.union(others.map(\.id)).contains("\(finding.kind.rawValue)/\(finding.name)")
        {
            others.append(
                check(finding.kind, finding.name, finding.severity, finding.statement, "It was seen violated.") {
                    .passed
                })
        }
        return [run] + known + others
    }

    // MARK: Rules

    private func check(_ kind: Violation.Rule.Kind, _ count: CheckCount) -> RunSummary.Check {
        let times = count.timesChecked
        return check(
            kind, redaction.sentence(count.name), count.severity, redaction.sentence(count.description),
            "It was checked \(counted(times, "time")).",
            place: kind == .invariant ? declarations.invariants[count.name] : nil
        ) { times > 0 ? .passed : .skipped("It was never checked: nothing it is about was seen.") }
    }

    private var switchedOff: [RunSummary.Check] {
        declarations.lawsSwitchedOff.filter { off in !result.laws.contains { $0.name == off.name } }.map { off in
            let law = Law.standard.first { $0.name == off.name }
            return RunSummary.Check(
                kind: .law, name: redaction.sentence(off.name), severity: law?.severity ?? .medium,
                statement: law?.statement ?? "", remark: "", outcome: .skipped(redaction.sentence(off.reason)),
                place: declarations.whole)
        }
    }

    /// - Parameter unseen: what it means that a decided run saw nothing against it.
    private func check(
        _ kind: Violation.Rule.Kind, _ name: String, _ severity: Severity, _ statement: String, _ remark: String,
        place: Declarations.Place? = nil, unseen: () -> RunSummary.Outcome
    ) -> RunSummary.Check {
        let against = findings.filter { $0.kind == kind && $0.name == name }
        let outcome: RunSummary.Outcome =
            if against.contains(where: \.isConfirmed) {
                .violated(against)
            } else if !against.isEmpty {
                .unconfirmed(against)
            } else if case .notDecided = result.verdict {
                .skipped("The run was not decided; until it ended nothing was seen against this. \(remark)")
            } else {
                unseen()
            }
        return RunSummary.Check(
            kind: kind, name: name, severity: severity, statement: statement, remark: remark, outcome: outcome,
            place: place ?? against.first?.place ?? declarations.whole)
    }

    // MARK: The diagram

    private var coverage: Coverage { result.coverage }

    private var hasDiagram: Bool {
        coverage.actions.indices.contains { action in expectations(of: action).contains { isAccepted($0) } }
    }

    private func expectations(of action: Int) -> [Coverage.Expectation] {
        coverage.states.indices.map { coverage.expected(state: $0, action: action) }
    }

    private func isAccepted(_ expectation: Coverage.Expectation) -> Bool {
        if case .accepted = expectation { true } else { false }
    }

    private var steps: RunSummary.Check {
        let actions = coverage.actions.indices.filter { expectations(of: $0).contains { isAccepted($0) } }
        let attempts = actions.reduce(0) { $0 + coverage.total(action: $1).attempts }
        return check(
            .stateMachine, "state_machine", .high,
            "Every step follows an arrow of the diagram, and what has no arrow is refused.",
            "\(counted(attempts, "step")) \(attempts == 1 ? "was" : "were") compared with it.",
            place: declarations.diagram
        ) { attempts > 0 ? .passed : .skipped("No action of the diagram was sent.") }
    }

    private var arrows: RunSummary.Check {
        let count = coverage.actions.indices.reduce(0) { sum, action in
            sum + expectations(of: action).filter(isAccepted).count
        }
        return check(
            .stateMachine, "arrow_never_walked", .medium, "Every arrow of the diagram can be walked.",
            "\(counted(count, "arrow")).", place: declarations.diagram
        ) {
            guard case .frontierEmpty(nil) = result.stopReason, findings.isEmpty else {
                return .skipped(
                    "It is judged only when every step was taken and nothing else is wrong: behind what was not seen "
                        + "there may be a state in which an arrow can be walked.")
            }
            return .passed
        }
    }

    /// Actions that must be refused in every state, whatever the diagram says.
    private var prohibitions: [RunSummary.Check] {
        coverage.actions.indices.compactMap { action in
            let expected = expectations(of: action)
            guard expected.contains(.refused), !expected.contains(where: { isAccepted($0) }) else { return nil }
            let name = redaction.sentence(coverage.actions[action])
            let attempts = coverage.total(action: action).attempts
            return check(
                .stateMachine, "\(name)_is_refused", .critical, "\(name) is refused in every state.",
                "It was sent \(counted(attempts, "time")).", place: declarations.actions[coverage.actions[action]]
            ) { attempts > 0 ? .passed : .skipped("It was never sent.") }
        }
    }

    // MARK: The run

    private var run: RunSummary.Check {
        let outcome: RunSummary.Outcome =
            if case .notDecided(let reasons) = result.verdict {
                .undecided(reasons.map(redaction.sentence))
            } else {
                .passed
            }
        return RunSummary.Check(
            kind: nil, name: "decided", severity: .high, statement: "The run came to a decision.",
            remark: redaction.sentence("It ended because \(result.stopReason.description)."), outcome: outcome,
            place: declarations.whole)
    }
}
