/// A shortest way from the root to each state, over all transitions known.
///
/// Among ways of one length it is the first in the order in which actions were declared. So it depends on the graph alone,
/// and not on the order in which its transitions were found. Cost: one sorted pass over the graph.
struct ShortestPaths: Sendable {
    private struct Arrival: Sendable {
        let from: NodeID
        let step: StepID
        let depth: Int
        /// The place among all states, nearest first.
        let rank: Int
    }

    private var arrivals: [NodeID: Arrival] = [:]

    init(in graph: Graph) {
        var outgoing: [NodeID: [Graph.Transition]] = [:]
        for transition in graph.transitions where transition.source != transition.target {
            outgoing[NodeID(transition.source), default: []].append(transition)
        }
        var queue = [0]
        var next = 0
        while next < queue.count {
            let source = queue[next]
            let depth = depth(of: source) + 1
            for transition in (outgoing[source] ?? []).sorted(by: { $0.step < $1.step }) {
                let target = NodeID(transition.target)
                guard target != 0, arrivals[target] == nil else { continue }
                arrivals[target] = Arrival(from: source, step: transition.step, depth: depth, rank: queue.count)
                queue.append(target)
            }
            next += 1
        }
    }

    /// The steps of the way.
    func path(to node: NodeID) -> [StepID] {
        var path: [StepID] = []
        var current = node
        while current != 0, let arrival = arrivals[current] {
            path.append(arrival.step)
            current = arrival.from
        }
        return path.reversed()
    }

    /// Steps from the root.
    func depth(of node: NodeID) -> Int { arrivals[node]?.depth ?? 0 }

    /// Whether a step from a state is reached sooner than another.
    func isNearer(_ a: (source: UInt32, step: StepID?), than b: (source: UInt32, step: StepID?)) -> Bool {
        let (left, right) = (arrivals[NodeID(a.source)]?.rank ?? 0, arrivals[NodeID(b.source)]?.rank ?? 0)
        if left != right { return left < right }
        guard let first = a.step, let second = b.step else { return a.step == nil && b.step != nil }
        return first < second
    }
}

extension StepID: Comparable {
    /// In the order of declaration.
    static func < (a: StepID, b: StepID) -> Bool { (a.action, a.variant) < (b.action, b.variant) }
}
