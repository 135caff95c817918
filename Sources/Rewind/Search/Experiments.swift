/// Learns what is volatile by running an action twice from one state.
///
/// Every kind of change an action makes is made twice when it is first seen. Cells and context properties that come out
/// differently are generated anew each time: they are compared by order of appearance from then on. An answer that comes
/// out differently means that going back did not bring everything back.
struct Experiments: Sendable {
    private struct Kind: Hashable {
        let step: StepID
        /// The table of a changed row, and whether it existed before and after; `nil` for the step as such.
        let table: String?
        let existed: Bool
        let exists: Bool
    }

    private var seen: Set<Kind> = []
    private(set) var repetitions = 0
    /// Steps whose answers were the same to the byte when repeated at once, and so can be expected to stay the same.
    var repeatable: Set<StepID> = []
    /// Columns and context properties that differed.
    var learned: Set<String> = []
    /// Actions whose repetition changed other rows, not only other cells.
    var unstable: [String: String] = [:]

    /// Whether the execution changed something in a way not yet seen of its step; asking counts it as seen.
    mutating func isNew<Context>(_ step: StepID, _ execution: Execution<Context>) -> Bool {
        guard execution.canBePlaced, execution.outcome == .accepted || execution.changesContent else { return false }
        var isNew = seen.insert(Kind(step: step, table: nil, existed: false, exists: false)).inserted
        for changes in execution.changes {
            for row in changes.rows {
                let kind = Kind(step: step, table: row.table, existed: row.before != nil, exists: row.after != nil)
                if seen.insert(kind).inserted { isNew = true }
            }
        }
        if isNew { repetitions += 1 }
        return isNew
    }
}

extension Walk {
    /// Goes back and runs the step again.
    /// - Returns: the second execution; the systems are where it led.
    /// - Throws: ``NotDecided`` when the API answered differently.
    mutating func repeatAndLearn(
        _ step: StepID, from source: NodeID, first: Execution<Context>
    ) async throws -> Execution<Context> {
        try await position.move(to: source, in: graph)
        if experiments.repetitions == 1 { try await verifyContent() }
        let second = try await execute(step, from: source)
        statistics.repetitions += 1
        try requireSameAnswer(step, from: source, first, second)
        if first.answers.map(\.body) == second.answers.map(\.body) { experiments.repeatable.insert(step) }
        var volatile = differingProperties(try ContextCells(first.context), try ContextCells(second.context))
        for (system, pair) in zip(first.changes, second.changes).enumerated() {
            guard let columns = differingColumns(pair.0, pair.1, system: system) else {
                experiments.unstable[label(step)] =
                    "It changed \(describe(pair.0)) at first and \(describe(pair.1)) when repeated from the same state."
                continue
            }
            volatile.formUnion(columns)
        }
        try learn(volatile)
        return second
    }

    /// - Throws: ``NotDecided`` with both answers as evidence.
    private func requireSameAnswer(
        _ step: StepID, from source: NodeID, _ first: Execution<Context>, _ second: Execution<Context>
    ) throws {
        if first.outcome == second.outcome && first.exchanges.map(\.status) == second.exchanges.map(\.status) { return }
        guard isWatching else { return }
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

    /// Takes up what was learned; states that were found before are seen anew.
    private mutating func learn(_ volatile: Set<String>) throws {
        let new = canonicalizer.notYetVolatile(volatile)
        if new.isEmpty { return }
        experiments.learned.formUnion(new)
        canonicalizer = canonicalizer.learning(new)
        for node in graph.nodes.indices {
            let path = try graph.lineage(of: node).map {
                (changes: graph[$0].changes, context: try ContextCells(contexts[$0]))
            }
            graph[node].identity = canonicalizer.identity(
                of: graph.difference(fromRootTo: node, systems: world.systems.count),
                context: try ContextCells(contexts[node]), names: canonicalizer.names(along: path))
        }
        let fingerprints = try graph.nodes.indices.map { try fingerprint(of: graph[$0], contexts[$0]) }
        graph.reindex(fingerprints)
    }

    func describe(_ execution: Execution<Context>) -> String {
        let statuses = execution.exchanges.map(\.answer).joined(separator: ", ")
        let outcome =
            switch execution.outcome {
            case .accepted: "accepted"
            case .refused: "refused"
            case .skipped(let reason): "skipped: \(reason)"
            case .failed(let message): "failed: \(message)"
            }
        return statuses.isEmpty ? outcome : "\(outcome) (\(statuses))"
    }

    private func describe(_ changes: ChangeSet) -> String {
        if changes.rows.isEmpty { return "nothing" }
        return
            "\(changes.rows.count) row\(changes.rows.count == 1 ? "" : "s") of \(changes.tables.joined(separator: ", "))"
    }
}
