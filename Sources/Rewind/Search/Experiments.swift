/// Learns what is volatile by running an action twice from one state.
///
/// Every kind of change an action makes is made twice when it is first seen. Cells and context properties that come out
/// differently are generated anew each time: they are compared by order of appearance from then on. An answer that comes
/// out differently means that going back did not bring everything back.
struct Experiments: Sendable {
    struct Kind: Hashable, Sendable {
        let step: StepID
        /// The table of a changed row, and whether it existed before and after; `nil` for the step as such.
        let table: String?
        let existed: Bool
        let exists: Bool
    }

    /// What is known of the kinds of change that an execution made.
    enum Standing {
        case known
        /// Some were never seen: whoever asked is to find out, and others wait for it.
        case new([Kind])
        /// Someone else is finding out about some.
        case underWay
    }

    private var seen: Set<Kind> = []
    /// Steps whose answers were the same to the byte when repeated at once, and so can be expected to stay the same.
    private(set) var repeatable: Set<StepID> = []
    /// Steps whose answers were not. A step can answer with a time or a random code on some paths only.
    private var unrepeatable: Set<StepID> = []
    /// Steps whose answer was lost at least once: each is given one second chance, for a time-out is dear.
    var stepsThatLost: Set<StepID> = []
    /// Columns and context properties that differed.
    var learned: Set<String> = []
    /// Actions whose repetition changed other rows, not only other cells.
    var unstable: [String: String] = [:]

    /// Whether the execution changed something in a way not yet seen of its step.
    func standing<Context>(
        of step: StepID, _ execution: Execution<Context>, underWay flights: [Flight?]
    ) -> Standing {
        guard execution.canBePlaced, execution.outcome == .accepted || execution.changesContent else { return .known }
        var new: [Kind] = []
        func note(_ kind: Kind) {
            if !seen.contains(kind) && !new.contains(kind) { new.append(kind) }
        }
        note(Kind(step: step, table: nil, existed: false, exists: false))
        for changes in execution.changes {
            for row in changes.rows {
                note(Kind(step: step, table: row.table, existed: row.before != nil, exists: row.after != nil))
            }
        }
        if new.isEmpty { return .known }
        let isClaimed = flights.contains { $0?.claimed.contains(where: new.contains) ?? false }
        return isClaimed ? .underWay : .new(new)
    }

    mutating func conclude(_ kinds: [Kind]) { seen.formUnion(kinds) }

    /// Takes down whether a step that was repeated at once was answered the same.
    mutating func note(_ step: StepID, answersAlike: Bool) {
        if !answersAlike { unrepeatable.insert(step) }
        if unrepeatable.contains(step) { repeatable.remove(step) } else { repeatable.insert(step) }
    }
}

extension Walk {
    /// Compares two executions of a step from one state.
    /// - Throws: ``NotDecided`` when the API answered differently.
    mutating func learn(
        _ step: StepID, from source: NodeID, _ first: Execution<Context>, _ second: Execution<Context>
    ) throws {
        try requireSameAnswer(step, from: source, first, second)
        experiments.note(step, answersAlike: first.answers.map(\.body) == second.answers.map(\.body))
        var volatile = differingProperties(try ContextCells(first.context), try ContextCells(second.context))
        for (system, pair) in zip(first.changes, second.changes).enumerated() {
            guard let columns = differingColumns(pair.0, pair.1, system: system) else {
                experiments.unstable[label(step)] =
                    "It changed \(describe(pair.0)) at first and \(describe(pair.1)) when repeated from the same state."
                continue
            }
            volatile.formUnion(columns)
        }
        try learn(volatile, chosen: valuesWrittenAgain(first, second, from: source))
    }

    /// - Throws: ``NotDecided`` with both answers as evidence.
    private func requireSameAnswer(
        _ step: StepID, from source: NodeID, _ first: Execution<Context>, _ second: Execution<Context>
    ) throws {
        if first.outcome == second.outcome && first.exchanges.map(\.status) == second.exchanges.map(\.status) { return }
        // A lost answer is judged by the law on it, and whether the API is still there shows at the next request.
        guard isWatching, !second.exchanges.contains(where: \.isLost) else { return }
        throw notRewindable(step, from: source, "\(describe(first)) at first, \(describe(second)) after going back")
    }

    func notRewindable(_ step: StepID, from source: NodeID, _ evidence: String) -> NotDecided {
        NotDecided(
            "Not rewindable: \(label(step)) was sent again from a state the walk had returned to, and was answered "
                + "differently: \(evidence). Path: \(pathDescription(to: source)) → \(label(step)). "
                + Faithfulness.usualCauses)
    }

    /// Columns whose cells differ between two runs of one step, or `nil` when different rows changed.
    private func differingColumns(_ first: ChangeSet, _ second: ChangeSet, system: Int) -> Set<String>? {
        guard first.rows.count == second.rows.count else { return nil }
        var differing: Set<String> = []
        for (a, b) in zip(first.rows, second.rows) where a != b {
            guard a.table == b.table, (a.before == nil) == (b.before == nil), (a.after == nil) == (b.after == nil)
            else {
                return nil
            }
            guard let left = a.after?.cells, let right = b.after?.cells, left.count == right.count else { continue }
            for column in left.indices where left[column] != right[column] {
                differing.insert(canonicalizer.columnName(column, of: a.table, system: system))
            }
        }
        return differing
    }

    private func differingProperties(_ first: ContextCells, _ second: ContextCells) -> Set<String> {
        guard first.row != second.row, first.names == second.names else { return [] }
        let cells = zip(first.row.cells, second.row.cells)
        return Set(zip(first.names, cells).filter { $0.1.0 != $0.1.1 }.map(\.0))
    }

    /// What both runs wrote alike, and no step before them had generated.
    private func valuesWrittenAgain(
        _ first: Execution<Context>, _ second: Execution<Context>, from source: NodeID
    ) throws -> Set<Fingerprint> {
        var chosen: Set<Fingerprint> = []
        for (system, pair) in zip(first.changes, second.changes).enumerated() {
            for (a, b) in zip(pair.0.rows, pair.1.rows) where a.table == b.table {
                let (before, left, right) = (a.before?.cells ?? [], a.after?.cells ?? [], b.after?.cells ?? [])
                for column in 0..<min(left.count, right.count) where left[column] == right[column] {
                    if column < before.count && before[column] == left[column] { continue }
                    let name = canonicalizer.columnName(column, of: a.table, system: system)
                    chosen.insert(volatileFingerprint(of: left[column], of: name))
                }
            }
        }
        let known = try ContextCells(contexts[source])
        let before = Dictionary(zip(known.names, known.row.cells), uniquingKeysWith: { $1 })
        let (left, right) = (try ContextCells(first.context), try ContextCells(second.context))
        if left.names == right.names {
            for (name, pair) in zip(left.names, zip(left.row.cells, right.row.cells))
            where pair.0 == pair.1 && before[name] != pair.0 {
                chosen.insert(volatileFingerprint(of: pair.0, of: name))
            }
        }
        return chosen.filter { graph[source].identity.names.name(of: $0) == nil }
    }

    /// Takes up what was learned; states that were found before are seen anew.
    private mutating func learn(_ volatile: Set<String>, chosen: Set<Fingerprint>) throws {
        let new = canonicalizer.notYetVolatile(volatile)
        let wasNamed = graph.nodes.contains { node in node.identity.names.living.contains { chosen.contains($0.value) }
        }
        let newlyChosen = chosen.subtracting(canonicalizer.rules.chosen)
        canonicalizer = canonicalizer.knowing(chosen: chosen)
        if new.isEmpty && !wasNamed { return try writeLearned(chosen: newlyChosen, isSeenAnew: false) }
        experiments.learned.formUnion(new)
        canonicalizer = canonicalizer.learning(new)
        // From parents to children as they were found, so that a step taken again leads to the same identity.
        for node in graph.nodes.indices {
            let source = node == 0 ? .root : graph[graph[node].parent].identity
            let identity = canonicalizer.identity(
                after: graph[node].changes, from: source, context: try ContextCells(contexts[node])
            ) { graph.difference(fromRootTo: node, systems: systems.count) }
            graph[node].identity = identity
        }
        let fingerprints = try graph.nodes.indices.map { try fingerprint(of: graph[$0], contexts[$0]) }
        graph.reindex(fingerprints)
        try writeLearned(chosen: newlyChosen, isSeenAnew: true)
    }

    func describe(_ execution: Execution<Context>) -> String {
        let statuses = execution.exchanges.map(\.answer).joined(separator: ", ")
        let outcome = execution.outcome.words
        return statuses.isEmpty ? outcome : "\(outcome) (\(statuses))"
    }

    func describe(_ changes: ChangeSet) -> String {
        if changes.rows.isEmpty { return "nothing" }
        return
            "\(changes.rows.count) row\(changes.rows.count == 1 ? "" : "s") of \(changes.tables.joined(separator: ", "))"
    }
}
