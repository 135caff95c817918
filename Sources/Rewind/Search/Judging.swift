/// Laws, the diagram and the invariants, applied to what a step did.
extension Walk {
    /// Whether something is wrong, before a path is attached to it.
    struct Flaw: Sendable {
        let rule: Violation.Rule
        let message: String
    }

    // MARK: Steps

    /// What laws and diagram have against a step.
    mutating func judge(_ execution: Execution<Context>, edge: Edge) -> [Flaw] {
        admitState(of: execution.context)
        var flaws = lawsBroken(by: execution)
        if let flaw = diagramBroken(by: execution, edge: edge) { flaws.append(flaw) }
        return flaws
    }

    mutating func lawsBroken(by execution: Execution<Context>) -> [Flaw] {
        if execution.exchanges.isEmpty { return [] }
        let step = Law.Step(
            outcome: execution.outcome, exchanges: execution.exchanges,
            changes: named(execution.changes.map { $0.leavingOut(tables: exploration.exemptTables) }))
        return exploration.laws.compactMap { law in
            timesChecked[law.name, default: 0] += 1
            return law.check(step).map { message in
                Flaw(
                    rule: .init(kind: .law, name: law.name, severity: law.severity, statement: law.statement),
                    message: message)
            }
        }
    }

    func named(_ changes: [ChangeSet]) -> [SystemChanges] {
        zip(world.systems, changes).map { SystemChanges(system: $0.name, changes: $1) }
    }

    private mutating func diagramBroken(by execution: Execution<Context>, edge: Edge) -> Flaw? {
        guard let machine = exploration.stateMachine else { return nil }
        let action = exploration.actions[edge.step.action].name
        guard machine.mentions(action) else { return nil }
        let from = coverageIndex(of: contexts[edge.source])
        let to = coverageIndex(of: execution.context)
        let targets = machine.targets(of: action, from: from)
        let (fromName, toName) = (coverage.states[from], coverage.states[to])
        switch execution.outcome {
        case .accepted where targets.isEmpty:
            return diagramFlaw("\(label(edge.step)) was accepted in state \(fromName); the diagram has no such arrow.")
        case .accepted where !targets.contains(to):
            let allowed = targets.map { coverage.states[$0] }.joined(separator: " or ")
            return diagramFlaw(
                "\(label(edge.step)) led from \(fromName) to \(toName); the diagram has it lead to \(allowed).")
        case .refused where from != to:
            return diagramFlaw("\(label(edge.step)) was refused, and yet led from \(fromName) to \(toName).")
        default:
            return nil
        }
    }

    private func diagramFlaw(_ message: String) -> Flaw {
        Flaw(
            rule: .init(
                kind: .stateMachine, name: "state_machine", severity: .high,
                statement: "Every step follows an arrow of the diagram, and what has no arrow is refused."),
            message: message)
    }

    /// The index of the context's state in the matrix.
    ///
    /// A state that the diagram does not mention gets its row when a step that leads to it is judged.
    func coverageIndex(of context: Context) -> Int {
        switch exploration.stateMachine?.state(context) {
        case .declared(let index)?: index
        case .undeclared(let name)?: coverage.states.firstIndex(of: name) ?? coverage.states.count - 1
        case nil: 0
        }
    }

    private mutating func admitState(of context: Context) {
        if case .undeclared(let name)? = exploration.stateMachine?.state(context) { _ = coverage.index(ofState: name) }
    }

    // MARK: Recording

    mutating func record(_ execution: Execution<Context>, edge: Edge, target: NodeID, flaws: [Flaw]) {
        let kind: Graph.OutcomeKind = execution.outcome == .accepted ? .accepted : .refused
        if flaws.isEmpty {
            graph.add(
                .init(
                    source: UInt32(edge.source), target: UInt32(target), action: UInt16(edge.step.action),
                    variant: UInt16(edge.step.variant), outcome: kind))
            noteAnswer(execution)
        }
        count(execution, edge: edge)
        for flaw in flaws { add(flaw, source: edge.source, step: edge.step) }
    }

    /// Steps that lead nowhere: skipped, or failed to say what happened.
    mutating func noteUnplaced(_ execution: Execution<Context>, edge: Edge) {
        count(execution, edge: edge)
        let flaws = lawsBroken(by: execution)
        for flaw in flaws { add(flaw, source: edge.source, step: edge.step) }
        guard case .failed(let message) = execution.outcome, flaws.isEmpty else { return }
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

    private mutating func add(_ flaw: Flaw, source: NodeID, step: StepID?) {
        findings.add(
            .init(
                rule: flaw.rule, message: flaw.message, source: source, step: step,
                depth: graph[source].depth + (step == nil ? 0 : 1)))
    }

    // MARK: States

    /// Checks all invariants in a state.
    /// - Returns: whether all of them held, or could not be checked.
    @discardableResult
    mutating func checkInvariants(in node: NodeID, arrivingBy edge: Edge?) async throws -> Bool {
        let flaws = try await invariantsBroken(
            in: contexts[node],
            where: { walk in
                edge.map { "\(walk.pathDescription(to: $0.source)) → \(walk.label($0.step))" } ?? "no step"
            })
        for flaw in flaws { add(flaw, source: edge?.source ?? node, step: edge?.step) }
        return flaws.isEmpty
    }

    mutating func invariantsBroken(in context: Context, where path: (Walk) -> String) async throws -> [Flaw] {
        var flaws: [Flaw] = []
        let run = Run(context: context, world: world, journal: journal)
        for invariant in exploration.invariants where invariant.applies(context) {
            timesChecked[invariant.name, default: 0] += 1
            do {
                if try await !invariant.holds(run) { flaws.append(flaw(of: invariant, in: run)) }
            } catch {
                if let reason = (error as? any UndecidedError)?.undecidedReason {
                    throw NotDecided("\(reason) It happened while invariant \(invariant.name) was checked.")
                }
                findings.addFailure(
                    of: "invariant \(invariant.name)", message: "\(error) It happened after \(path(self)).")
            }
        }
        let exchanges = journal.drain()
        if exchanges.isEmpty { return flaws }
        countRequests(exchanges)
        return flaws + (try await observationsThatChanged(exchanges, context))
    }

    private func flaw(of invariant: Invariant<Context>, in run: Run<Context>) -> Flaw {
        let message = invariant.explain?(run) ?? invariant.description
        return Flaw(
            rule: .init(
                kind: .invariant, name: invariant.name, severity: invariant.severity, statement: invariant.description),
            message: message.isEmpty ? "\(invariant.name) does not hold." : message)
    }

    /// Invariants that ask the API only look: what their requests changed breaks a law.
    private mutating func observationsThatChanged(_ exchanges: [Exchange], _ context: Context) async throws -> [Flaw] {
        let changes = try await position.capture()
        return lawsBroken(
            by: Execution(
                outcome: .accepted, context: context, exchanges: exchanges, changes: changes))
    }

    // MARK: The whole walk

    /// Arrows of the diagram that were tried and never walked.
    mutating func judgeArrowsNeverWalked() {
        guard let machine = exploration.stateMachine else { return }
        for arrow in machine.arrows {
            guard let action = exploration.actions.firstIndex(where: { $0.name == arrow.action }) else { continue }
            let cell = coverage.observed(state: arrow.from, action: action)
            guard cell.refused > 0, !cell.targets.contains(machine.stateNames[arrow.to]),
                let refusal = refusedStep(action: action, state: arrow.from)
            else { continue }
            let arrowText = "\(machine.stateNames[arrow.from]) → \(machine.stateNames[arrow.to])"
            add(
                Flaw(
                    rule: .init(
                        kind: .stateMachine, name: "arrow_never_walked", severity: .medium,
                        statement: "Every arrow of the diagram can be walked."),
                    message: "\(arrow.action) never led \(arrowText); \(cell.refused) tries were refused."),
                source: NodeID(refusal.source), step: refusal.step)
        }
    }

    private func refusedStep(action: Int, state: Int) -> Graph.Transition? {
        graph.transitions.first {
            Int($0.action) == action && $0.outcome == .refused
                && coverageIndex(of: contexts[NodeID($0.source)]) == state
        }
    }
}
