import Rewind

/// What is drawn of a state graph: all of it while it is small, and else the paths to what was found wrong, with what lies
/// next to them.
struct Drawing: Sendable {
    struct Node: Sendable, Hashable {
        /// The number of the state.
        let state: Int
        let name: String
        let depth: Int
        var isOnPath = false
        /// Whether the path ends here, with something wrong.
        var isWrong = false
        /// Refused attempts that changed nothing.
        var refused = 0
    }

    /// One or more steps from one state to another, or from a state to itself when they were accepted.
    struct Arrow: Sendable, Hashable {
        /// Indices of nodes.
        let source, target: Int
        var labels: [String]
        var isOnPath = false
        var isWrong = false
    }

    private(set) var nodes: [Node] = []
    private(set) var arrows: [Arrow] = []
    /// How many states there are in all.
    let statesInAll: Int
    private var index: [Int: Int] = [:]

    var hidden: Int { statesInAll - nodes.count }

    /// - Parameters:
    ///   - paths: drawn before anything else.
    ///   - limit: draw at most about this many states.
    ///   - neighbours: next to each state of a path, where not all are drawn.
    init(_ graph: StateGraph, paths: [[StateGraph.Transition]], limit: Int, neighbours: Int = 3) {
        statesInAll = graph.states.count
        if statesInAll == 0 { return }
        add(0, of: graph)
        nodes[0].isOnPath = true
        for path in paths {
            for step in path { nodes[add(step.target, of: graph)].isOnPath = true }
            if let last = path.last { nodes[add(last.target, of: graph)].isWrong = true }
        }
        if statesInAll <= limit {
            for state in graph.states.indices { add(state, of: graph) }
        } else {
            addNeighbours(of: graph, limit: limit, each: neighbours)
        }
        addArrows(of: graph, paths: paths)
    }

    @discardableResult
    private mutating func add(_ state: Int, of graph: StateGraph) -> Int {
        if let known = index[state] { return known }
        nodes.append(Node(state: state, name: graph.name(of: state), depth: graph.states[state].depth))
        index[state] = nodes.count - 1
        return nodes.count - 1
    }

    /// First what a step leads to from a path; then, as long as there is room, what follows from the root.
    private mutating func addNeighbours(of graph: StateGraph, limit: Int, each: Int) {
        for state in nodes.map(\.state) {
            var added = 0
            for step in graph.transitions(from: state) where index[step.target] == nil {
                guard added < each, nodes.count < limit else { break }
                add(step.target, of: graph)
                added += 1
            }
        }
    }

    private struct Pair: Hashable {
        let source, target: Int
    }

    private mutating func addArrows(of graph: StateGraph, paths: [[StateGraph.Transition]]) {
        let onPath = Set(paths.joined())
        let wrong = Set(paths.compactMap(\.last))
        for (source, node) in nodes.enumerated() {
            var known: [Int: Int] = [:]
            for step in graph.transitions(from: node.state) {
                guard let target = index[step.target] else { continue }
                if !step.isAccepted && source == target && !onPath.contains(step) {
                    nodes[source].refused += 1
                    continue
                }
                if known[target] == nil {
                    known[target] = arrows.count
                    arrows.append(Arrow(source: source, target: target, labels: []))
                }
                guard let arrow = known[target] else { continue }
                // What leads along the path is named first.
                let label = graph.labels[step.labelIndex]
                if onPath.contains(step) {
                    arrows[arrow].labels.insert(label, at: 0)
                } else {
                    arrows[arrow].labels.append(label)
                }
                arrows[arrow].isOnPath = arrows[arrow].isOnPath || onPath.contains(step)
                arrows[arrow].isWrong = arrows[arrow].isWrong || step.isWrong || wrong.contains(step)
            }
        }
    }

    /// What is not drawn, as a sentence; `nil` where all is.
    var remark: String? {
        if hidden <= 0 { return nil }
        return "\(grouped(nodes.count)) of \(grouped(statesInAll)) states are drawn: the "
            + (nodes.contains(where: \.isWrong) ? "path and what lies next to it" : "nearest to the start")
            + "; \(grouped(hidden)) are hidden."
    }
}
