/// States that a narrowed identity takes for one although they differ, kept to find out whether the API takes them so.
struct MergedStates: Sendable {
    struct Pair: Sendable {
        let kept: NodeID
        /// How the other one is reached.
        let edge: Edge
    }

    private(set) var pairs: [Pair] = []
    private var seen: Set<NodeID> = []
    private var contents: Set<Fingerprint> = []
    /// Whether any states were merged that differ.
    var isEmpty: Bool { contents.isEmpty }
    /// Warnings about pairs that answered differently.
    var warnings: [String] = []

    /// At most this many pairs are compared; each costs one step more than there are actions.
    private static let maximumPairs = 32

    /// - Returns: whether the state differs from the one kept, and was not merged before.
    mutating func note(_ node: Graph.Node, mergedInto kept: NodeID, of graph: Graph, by edge: Edge) -> Bool {
        let known = graph[kept].identity
        guard known.content != node.identity.content || known.context != node.identity.context else { return false }
        if pairs.count < MergedStates.maximumPairs, seen.insert(kept).inserted {
            pairs.append(Pair(kept: kept, edge: edge))
        }
        return contents.insert(node.identity.content + node.identity.context).inserted
    }
}

extension Walker {
    /// Takes every step from the states that were merged away, and warns where one is answered differently.
    mutating func compareMergedStates() async throws {
        let pairs = walk.with { walk in
            walk.merged.warnings = []
            return walk.merged.pairs
        }
        if pairs.isEmpty { return }
        var recorded: [NodeID: [StepID: Graph.OutcomeKind]] = [:]
        for transition in walk.with({ $0.graph.transitions }) {
            recorded[NodeID(transition.source), default: [:]][transition.step] = transition.outcome
        }
        for pair in pairs where !Task.isCancelled { try await compare(pair, recorded: recorded[pair.kept] ?? [:]) }
    }

    private mutating func compare(_ pair: MergedStates.Pair, recorded: [StepID: Graph.OutcomeKind]) async throws {
        try await move(to: pair.edge.source)
        let arrival = try await repeatStep(pair.edge.step, from: pair.edge.source)
        guard arrival.canBePlaced else { return }
        let twin = try stay(after: arrival, edge: pair.edge)
        for edge in walk.with({ $0.edges(from: twin) }) {
            guard let expected = recorded[edge.step] else { continue }
            try await move(to: twin)
            let answer = try await repeatStep(edge.step, from: twin)
            let outcome: Graph.OutcomeKind = answer.outcome == .accepted ? .accepted : .refused
            if outcome == expected { continue }
            walk.with { walk in
                walk.merged.warnings.append(
                    "The identity takes two states for one that answer differently to \(walk.label(edge.step)): "
                        + "\(expected == .accepted ? "accepted" : "refused") after "
                        + "\(walk.pathDescription(to: pair.kept)), \(walk.describe(answer)) after "
                        + "\(walk.pathDescription(to: twin)). Compare more of the state.")
            }
            return
        }
    }
}
