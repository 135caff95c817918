/// What was recorded of a step, altered.
struct RecordMutant<Context: ExplorationContext>: Sendable {
    let execution: Execution<Context>
    /// Such as “took the refused step for accepted”.
    let what: String
}

/// Makes mutants of what was recorded of a step. They cost no request.
enum RecordMutants {
    /// All mutants of a step.
    static func all<Context>(
        of execution: Execution<Context>, at edge: Edge, in walk: SharedWalk<Context>
    ) -> [RecordMutant<Context>] {
        var mutants = answers(of: execution) + changes(of: execution, in: walk)
        switch execution.outcome {
        case .accepted: mutants.append(.init(execution.with(outcome: .refused), "took the accepted step for refused"))
        case .refused: mutants.append(.init(execution.with(outcome: .accepted), "took the refused step for accepted"))
        case .skipped, .failed: break
        }
        let others = walk.with { walk in
            walk.contexts.prefix(200).filter { walk.coverageIndex(of: $0) != walk.coverageIndex(of: execution.context) }
        }
        if let other = others.first {
            mutants.append(.init(execution.with(context: other), "took another state for the one it led to"))
        }
        return mutants
    }

    /// All mutants of the requests that invariants send.
    static func ofLooking<Context>(
        _ execution: Execution<Context>, in walk: SharedWalk<Context>
    ) -> [RecordMutant<Context>] {
        answers(of: execution) + changes(of: execution, in: walk)
    }

    private static func answers<Context>(of execution: Execution<Context>) -> [RecordMutant<Context>] {
        guard let last = execution.exchanges.last else { return [] }
        let mutants = AnswerMutants.statusMutants(of: last, execution.exchanges.count - 1).map { mutant in
            let exchanges = execution.exchanges.dropLast() + [mutant.altered(last)]
            return RecordMutant(execution.with(exchanges: Array(exchanges)), "recorded that the API \(mutant.what)")
        }
        let refused = execution.exchanges.map { $0.isSafe ? $0 : $0.answering(409) }
        guard refused != execution.exchanges, execution.changesContent else { return mutants }
        return mutants + [.init(execution.with(exchanges: refused), "recorded its changes under an answer of 409")]
    }

    private static func changes<Context>(
        of execution: Execution<Context>, in walk: SharedWalk<Context>
    ) -> [RecordMutant<Context>] {
        var mutants: [RecordMutant<Context>] = []
        if execution.changesContent {
            let nothing = execution.changes.map { _ in ChangeSet.empty }
            mutants.append(.init(execution.with(changes: nothing), "recorded no change"))
        }
        if let (system, change) = walk.with({ $0.changeOfElsewhere }) {
            var changes = execution.changes
            changes[system] = changes[system].then(ChangeSet(squashing: [change]))
            if changes != execution.changes {
                let what = "recorded that it changed a row of \(change.table)"
                mutants.append(.init(execution.with(changes: changes), what))
            }
        }
        return mutants
    }
}

extension RecordMutant {
    fileprivate init(_ execution: Execution<Context>, _ what: String) {
        self.init(execution: execution, what: what)
    }
}

extension Execution {
    fileprivate func with(
        outcome: Outcome? = nil, context: Context? = nil, exchanges: [Exchange]? = nil, changes: [ChangeSet]? = nil
    ) -> Execution {
        Execution(
            outcome: outcome ?? self.outcome, context: context ?? self.context, exchanges: exchanges ?? self.exchanges,
            changes: changes ?? self.changes)
    }
}

extension Walk {
    /// A change that some step made, of a table that refused requests may not write to.
    fileprivate var changeOfElsewhere: (system: Int, change: RowChange)? {
        for node in graph.nodes.prefix(2_000) {
            for (system, changes) in node.changes.enumerated() {
                let change = changes.rows.first { !exploration.exemptTables.contains($0.table) }
                if let change { return (system, change) }
            }
        }
        return nil
    }
}
