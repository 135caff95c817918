/// What makes two steps alike to an audit.
private struct KindOfStep: Hashable {
    let action, variant: UInt16
    let outcome: Graph.OutcomeKind
    /// Of the diagram, from which it was taken.
    let state: Int
}

/// Which states and steps of a graph an audit looks at: some of every kind, the same for the same seed.
extension Walk {
    /// Steps of every kind: each action, accepted and refused, from each state of the diagram, the nearest first.
    func stepsToAudit(atMost count: Int) -> [Graph.Transition] {
        var seen: Set<KindOfStep> = []
        var ofActions = exploration.actions.map { _ in [Graph.Transition]() }
        for variantCounts in [false, true] {
            for transition in graph.transitions where !graph[NodeID(transition.source)].isBroken {
                let kind = KindOfStep(
                    action: transition.action, variant: variantCounts ? transition.variant + 1 : 0,
                    outcome: transition.outcome, state: coverageIndex(of: contexts[NodeID(transition.source)]))
                if seen.insert(kind).inserted { ofActions[Int(transition.action)].append(transition) }
            }
        }
        return Self.inTurns(ofActions, atMost: count)
    }

    /// States of every kind: the nearest, the one with most changes and a random one of each state of the diagram,
    /// and the nearest that each invariant applies to.
    func statesToAudit(atMost count: Int, random: inout SeededRandom) -> [NodeID] {
        let sound = soundStates
        let ofDiagram = Dictionary(grouping: sound) { coverageIndex(of: contexts[$0]) }
        var groups: [[NodeID]] = []
        for (_, nodes) in ofDiagram.sorted(by: { $0.key < $1.key }) {
            let last = nodes.max { graph[$0].depth < graph[$1].depth }
            let others = (0..<4).compactMap { _ in nodes.randomElement(using: &random) }
            groups.append([nodes.first, last].compactMap { $0 } + others)
        }
        for invariant in exploration.invariants {
            let applying = sound.filter { invariant.applies(contexts[$0]) }
            groups.append([applying.first, applying.randomElement(using: &random)].compactMap { $0 })
        }
        var seen: Set<NodeID> = []
        return Self.inTurns(groups, atMost: .max).filter { seen.insert($0).inserted }.prefix(count).map { $0 }
    }

    /// States that an invariant applies to, a few nearest first, then at random.
    func states(for invariants: [Int], atMost count: Int, random: inout SeededRandom) -> [NodeID] {
        let applying = soundStates.filter { node in
            invariants.contains { exploration.invariants[$0].applies(contexts[node]) }
        }
        let near = applying.prefix(8)
        return Array((Array(near) + applying.dropFirst(8).shuffled(using: &random)).prefix(count))
    }

    private var soundStates: [NodeID] { graph.fingerprintedNodes.filter { !graph[$0].isBroken } }

    /// The first of each, then the second of each, and so on.
    private static func inTurns<Element>(_ groups: [[Element]], atMost count: Int) -> [Element] {
        var taken: [Element] = []
        for turn in 0..<(groups.map(\.count).max() ?? 0) {
            for group in groups where turn < group.count && taken.count < count { taken.append(group[turn]) }
        }
        return taken
    }
}
