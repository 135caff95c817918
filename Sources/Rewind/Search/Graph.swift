/// A state's place in the graph, in order of discovery; the root is 0.
typealias NodeID = Int

/// One action with one argument: the label of an edge.
struct StepID: Hashable, Sendable {
    let action: Int
    let variant: Int
}

/// The states found so far and the transitions between them.
///
/// Nodes form a tree by the step that first reached them, and each keeps only its difference to its parent; the way
/// between any two is the squashed way over their common ancestor.
struct Graph: Sendable {
    struct Node: Sendable {
        var identity: Canonicalizer.StateIdentity
        /// How often each limited action occurred on the path here.
        let limitedCounts: [Int]
        let parent: NodeID
        /// The step from the parent; `nil` at the root.
        let arrival: StepID?
        /// The difference to the parent, one for each system.
        var changes: [ChangeSet]
        /// Steps from the root, by the shortest way known.
        var depth: Int
        /// Whether an invariant does not hold here. What follows from a broken state is not explored.
        var isBroken = false
        /// Whether its steps were handed to the frontier. A state that only wrong steps lead to is not explored.
        var isOpen = false
    }

    enum OutcomeKind: UInt8, Sendable {
        case accepted, refused, skipped, failed
    }

    struct Transition: Sendable {
        let source: UInt32
        let target: UInt32
        let action: UInt16
        let variant: UInt16
        let outcome: OutcomeKind

        var step: StepID { StepID(action: Int(action), variant: Int(variant)) }
    }

    private(set) var nodes: [Node] = []
    private(set) var transitions: [Transition] = []
    /// Steps that a law or the diagram has something against: no way leads over them.
    private(set) var wrongTransitions: [Transition] = []
    private var index: [Fingerprint: NodeID] = [:]

    subscript(node: NodeID) -> Node {
        _read { yield nodes[node] }
        _modify { yield &nodes[node] }
    }

    /// The state with that fingerprint, if it was found before.
    func node(with fingerprint: Fingerprint) -> NodeID? { index[fingerprint] }

    /// The states that are told apart, in order of discovery.
    var fingerprintedNodes: [NodeID] { index.values.sorted() }

    /// All fingerprints of states.
    var fingerprints: some Collection<Fingerprint> { index.keys }

    mutating func add(_ node: Node, fingerprint: Fingerprint) -> NodeID {
        var node = node
        if !nodes.isEmpty {
            node.changes = zip(node.changes, nodes[node.parent].changes).map { $0.sharing(with: $1) }
        }
        nodes.append(node)
        index[fingerprint] = nodes.count - 1
        return nodes.count - 1
    }

    /// Adds a place to move to that is no state of its own.
    mutating func addUnindexed(_ node: Node) -> NodeID {
        nodes.append(node)
        return nodes.count - 1
    }

    /// The first node of each state.
    var indexedNodes: some Collection<NodeID> { index.values }

    mutating func add(_ transition: Transition, isWrong: Bool) {
        if isWrong { wrongTransitions.append(transition) } else { transitions.append(transition) }
    }

    /// Replaces all fingerprints, when it was learned to see states differently. The first state found keeps its place.
    mutating func reindex(_ fingerprints: [Fingerprint]) {
        index = Dictionary(zip(fingerprints, nodes.indices), uniquingKeysWith: { first, _ in first })
    }

    /// The nodes from the root to this one, by the steps that first reached them.
    func lineage(of node: NodeID) -> [NodeID] {
        var path = [node]
        while let last = path.last, last != 0 { path.append(nodes[last].parent) }
        return path.reversed()
    }

    /// The difference from the root, squashed, one for each system. Cost: the length of the path.
    func difference(fromRootTo node: NodeID, systems: Int) -> [ChangeSet] {
        let steps = lineage(of: node).dropFirst().map { nodes[$0].changes }
        return (0..<systems).map { system in ChangeSet.joined(steps.map { $0[system] }) }
    }

    /// Recomputes all depths over all transitions known.
    /// - Returns: the nodes that turned out to be nearer to the root.
    mutating func relaxDepths() -> [(node: NodeID, old: Int, new: Int)] {
        let old = nodes.map(\.depth)
        var changed = true
        while changed {
            changed = false
            for transition in transitions {
                let depth = nodes[Int(transition.source)].depth + 1
                guard depth < nodes[Int(transition.target)].depth else { continue }
                nodes[Int(transition.target)].depth = depth
                changed = true
            }
        }
        return nodes.indices.filter { nodes[$0].depth < old[$0] }.map { ($0, old[$0], nodes[$0].depth) }
    }
}
