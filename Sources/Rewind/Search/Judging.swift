/// Something wrong, before a path is attached to it.
struct Flaw: Sendable {
    let rule: Violation.Rule
    let message: String
    /// Which part of the rule is broken: for the diagram, from where to where.
    var place = ""
}

extension Violation.Rule {
    static let stateMachine = Violation.Rule(
        kind: .stateMachine, name: "state_machine", severity: .high,
        statement: "Every step follows an arrow of the diagram, and what has no arrow is refused.")

    static let arrowNeverWalked = Violation.Rule(
        kind: .stateMachine, name: "arrow_never_walked", severity: .medium,
        statement: "Every arrow of the diagram can be walked.")

    /// Of an action that must always be refused.
    static func refused(_ action: String) -> Violation.Rule {
        Violation.Rule(
            kind: .stateMachine, name: "\(action)_is_refused", severity: .critical,
            statement: "\(action) is refused in every state.")
    }
}

/// Laws, the diagram and the invariants, applied to what a step did.
extension Walk {
    // MARK: Steps

    /// What laws and diagram have against a step.
    mutating func judge(_ execution: Execution<Context>, edge: Edge) -> [Flaw] {
        admitState(of: execution.context)
        var flaws = lawsBroken(by: execution)
        if let flaw = prohibitionBroken(by: execution, edge: edge) ?? diagramBroken(by: execution, edge: edge) {
            flaws.append(flaw)
        }
        return flaws
    }

    /// What was wrong when a step was first taken, and not when it was repeated. The replay decides what that means.
    mutating func noteFlaws(of first: Execution<Context>, missingIn second: Execution<Context>, edge: Edge) {
        let remaining = lawsBroken(by: second)
        for flaw in lawsBroken(by: first) where !remaining.contains(where: { $0.rule == flaw.rule }) {
            add(flaw, source: edge.source, step: edge.step)
        }
    }

    mutating func lawsBroken(by execution: Execution<Context>) -> [Flaw] {
        if execution.exchanges.isEmpty { return [] }
        let step = stepForLaws(execution)
        return exploration.laws.compactMap { law in
            guard case .judging(let problem) = law.method else { return nil }
            timesChecked[law.name, default: 0] += 1
            return problem(step).map { Flaw(rule: law.rule, message: $0) }
        }
    }

    /// What a law is told of a step.
    func stepForLaws(_ execution: Execution<Context>) -> Law.Step {
        Law.Step(
            outcome: execution.outcome, exchanges: execution.exchanges, changes: withoutExempt(execution.changes),
            keyHeaders: exploration.keyHeaders)
    }

    /// The changes that laws look at.
    func withoutExempt(_ changes: [ChangeSet]) -> [SystemChanges] {
        named(changes.map { $0.leavingOut(tables: exploration.exemptTables) })
    }

    func named(_ changes: [ChangeSet]) -> [SystemChanges] {
        zip(systems, changes).map { SystemChanges(system: $0, changes: $1) }
    }

    private func prohibitionBroken(by execution: Execution<Context>, edge: Edge) -> Flaw? {
        let action = exploration.actions[edge.step.action]
        guard action.isForbidden, execution.outcome == .accepted else { return nil }
        return Flaw(
            rule: .refused(action.name),
            message: "\(label(edge.step)) was accepted, and must always be refused.", place: "")
    }

    private mutating func diagramBroken(by execution: Execution<Context>, edge: Edge) -> Flaw? {
        guard let machine = exploration.stateMachine else { return nil }
        let action = exploration.actions[edge.step.action].name
        guard machine.mentions(action) else { return nil }
        let from = coverageIndex(of: contexts[edge.source])
        let to = coverageIndex(of: execution.context)
        let targets = machine.targets(of: action, from: from)
        let (fromName, toName) = (coverage.states[from], coverage.states[to])
        let place = "\(fromName) → \(toName)"
        switch execution.outcome {
        case .accepted where targets.isEmpty:
            return diagramFlaw(
                "\(label(edge.step)) was accepted in state \(fromName); the diagram has no such arrow.", at: place)
        case .accepted where !targets.contains(to):
            let allowed = targets.map { coverage.states[$0] }.joined(separator: " or ")
            return diagramFlaw(
                "\(label(edge.step)) led from \(fromName) to \(toName); the diagram has it lead to \(allowed).",
                at: place)
        case .refused where from != to:
            return diagramFlaw(
                "\(label(edge.step)) was refused, and yet led from \(fromName) to \(toName).", at: place)
        default:
            return nil
        }
    }

    private func diagramFlaw(_ message: String, at place: String) -> Flaw {
        Flaw(rule: .stateMachine, message: message, place: place)
    }

    /// The index of the context's state in the matrix.
    ///
    /// A state that the diagram does not mention gets its row when a step that leads to it is judged, or as the root.
    func coverageIndex(of context: Context) -> Int {
        switch exploration.stateMachine?.state(context) {
        case .declared(let index)?: index
        case .undeclared(let name)?: coverage.states.firstIndex(of: name) ?? coverage.states.count - 1
        case nil: 0
        }
    }

    mutating func admitState(of context: Context) {
        if case .undeclared(let name)? = exploration.stateMachine?.state(context) { _ = coverage.index(ofState: name) }
    }

    // MARK: Recording

    mutating func record(
        _ execution: Execution<Context>, edge: Edge, target: NodeID, flaws: [Flaw], by worker: Int
    ) {
        let kind: Graph.OutcomeKind = execution.outcome == .accepted ? .accepted : .refused
        graph.add(
            .init(
                source: UInt32(edge.source), target: UInt32(target), action: UInt16(edge.step.action),
                variant: UInt16(edge.step.variant), outcome: kind), isWrong: !flaws.isEmpty)
        if flaws.isEmpty { answers.note(execution, by: worker, in: workers[worker].replacements) }
        count(execution, edge: edge)
        for flaw in flaws { add(flaw, source: edge.source, step: edge.step) }
    }

    /// Steps that lead nowhere: skipped, or failed to say what happened.
    mutating func noteUnplaced(_ execution: Execution<Context>, edge: Edge) {
        count(execution, edge: edge)
        let flaws = lawsBroken(by: execution)
        for flaw in flaws { add(flaw, source: edge.source, step: edge.step) }
        let message: String
        switch execution.outcome {
        case .failed(let reason) where flaws.isEmpty: message = reason
        case .skipped(let reason) where execution.changesContent:
            let changes = execution.changes.filter(\.changesContent).map(describe).joined(separator: ", ")
            message = "It says it was skipped (\(reason)), and yet \(changes) changed."
        default: return
        }
        findings.addFailure(
            of: "action \(label(edge.step))",
            message: "\(message) It happened after \(pathDescription(to: edge.source)).")
    }

    private mutating func count(_ execution: Execution<Context>, edge: Edge) {
        admitState(of: execution.context)
        coverage.add(
            execution.outcome, state: coverageIndex(of: contexts[edge.source]), action: edge.step.action,
            target: coverageIndex(of: execution.context))
    }

    mutating func add(_ flaw: Flaw, source: NodeID, step: StepID?, state: NodeID? = nil) {
        findings.add(
            .init(
                rule: flaw.rule, message: flaw.message, place: flaw.place, source: source, step: step,
                depth: graph[source].depth + (step == nil ? 0 : 1), state: state))
    }

    /// A known state that is wrong shows it to every step that leads to it: which was the first is left to chance.
    mutating func noteArrival(at target: NodeID, by edge: Edge) {
        if findings.areNearestFirst { return }
        unchecked[target]?.arrivals.append(edge)
        for flaw in flawsOfStates[target] ?? [] { add(flaw, source: edge.source, step: edge.step, state: target) }
    }

    // MARK: States

    /// What checking the invariants in a state showed, taken into the counts.
    mutating func flaws(in inspection: Inspection<Context>, after path: (Walk) -> String) -> [Flaw] {
        for name in inspection.checked { timesChecked[name, default: 0] += 1 }
        for failure in inspection.failures {
            findings.addFailure(
                of: "invariant \(failure.invariant)", message: "\(failure.message) It happened after \(path(self)).")
        }
        return inspection.broken + flawsOfLooking(inspection, after: path)
    }

    /// Invariants that ask the API only look: what their requests changed breaks a law.
    /// What changed without a request is held against the check, and not left for the next step to answer for.
    private mutating func flawsOfLooking(_ inspection: Inspection<Context>, after path: (Walk) -> String) -> [Flaw] {
        if inspection.exchanges.isEmpty {
            for system in named(inspection.changes) where system.changes.changesContent {
                findings.addFailure(
                    of: "checking the invariants",
                    message: "It changed \(system.changes.tables.joined(separator: ", ")) of \(system.system), and a "
                        + "check must only look. It happened after \(path(self)).")
            }
            return []
        }
        let flaws = lawsBroken(
            by: Execution(
                outcome: .accepted, context: inspection.context, exchanges: inspection.exchanges,
                changes: inspection.changes))
        return flaws.map { Flaw(rule: $0.rule, message: $0.message, place: Findings.checkingInvariants) }
    }

    // MARK: The whole walk

    /// Arrows of the diagram that were tried and never walked. It can only be said when everything was explored: what
    /// makes an arrow walkable may lie beyond a limit, or behind something wrong.
    mutating func judgeArrowsNeverWalked() {
        guard let machine = exploration.stateMachine else { return }
        arrowsWereJudged = true
        let paths = ShortestPaths(in: graph)
        for arrow in machine.arrows {
            guard let action = exploration.actions.firstIndex(where: { $0.name == arrow.action }) else { continue }
            let cell = coverage.observed(state: arrow.from, action: action)
            guard cell.refused > 0, !cell.targets.contains(machine.stateNames[arrow.to]),
                let refusal = refusedStep(action: action, state: arrow.from, nearestBy: paths)
            else { continue }
            let tries = cell.refused == 1 ? "1 try was" : "\(cell.refused) tries were"
            let arrowText = "\(machine.stateNames[arrow.from]) → \(machine.stateNames[arrow.to])"
            add(
                Flaw(
                    rule: .arrowNeverWalked,
                    message: "\(arrow.action) never led \(arrowText); \(tries) refused.",
                    place: arrowText),
                source: NodeID(refusal.source), step: refusal.step)
        }
    }

    private func refusedStep(action: Int, state: Int, nearestBy paths: ShortestPaths) -> Graph.Transition? {
        graph.transitions.filter {
            Int($0.action) == action && $0.outcome == .refused
                && coverageIndex(of: contexts[NodeID($0.source)]) == state
        }
        .min { paths.isNearer(($0.source, $0.step), than: ($1.source, $1.step)) }
    }
}
