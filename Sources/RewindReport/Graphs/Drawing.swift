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
    ///   - isFilled: whether the room that is left is for the states found first.
    init(
        _ graph: StateGraph, paths: [[StateGraph.Transition]], limit: Int, neighbours: Int = 3, isFilled: Bool = false
    ) {
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
            if isFilled || paths.isEmpty {
                for state in graph.states.indices where nodes.count < limit { add(state, of: graph) }
            }
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

    /// What a step leads to from a path, as long as there is room.
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

    // MARK: The diagram as it was observed

    /// One node for all states that are one in the diagram, and an arrow for each action that was accepted.
    init(diagramOf graph: StateGraph) {
        statesInAll = graph.names.count
        for state in graph.states.indices {
            let (name, depth) = (graph.states[state].nameIndex, graph.states[state].depth)
            if let known = index[name] {
                if depth < nodes[known].depth {
                    nodes[known] = Node(state: name, name: graph.names[name], depth: depth)
                }
            } else {
                index[name] = nodes.count
                nodes.append(Node(state: name, name: graph.names[name], depth: depth))
            }
        }
        closeGaps()
        var known: [Pair: Int] = [:]
        for step in graph.transitions { addToDiagram(step, of: graph, &known) }
    }

    private struct Pair: Hashable {
        let source, target: Int
    }

    private mutating func addToDiagram(_ step: StateGraph.Transition, of graph: StateGraph, _ known: inout [Pair: Int])
    {
        guard let source = index[graph.states[step.source].nameIndex],
            let target = index[graph.states[step.target].nameIndex]
        else { return }
        if !step.isAccepted && source == target {
            nodes[source].refused += 1
            return
        }
        let pair = Pair(source: source, target: target)
        let arrow = known[pair] ?? arrows.count
        if known[pair] == nil {
            known[pair] = arrow
            arrows.append(Arrow(source: source, target: target, labels: []))
        }
        let action = String(graph.labels[step.labelIndex].prefix { $0 != "(" })
        if !arrows[arrow].labels.contains(action) { arrows[arrow].labels.append(action) }
        if step.isWrong { arrows[arrow].isWrong = true }
    }

    /// Distances of whole groups of states have gaps, and a layout needs none.
    private mutating func closeGaps() {
        let depths = Set(nodes.map(\.depth)).sorted()
        let columns = Dictionary(uniqueKeysWithValues: zip(depths, depths.indices))
        nodes = nodes.map { node in
            var moved = Node(state: node.state, name: node.name, depth: columns[node.depth] ?? 0)
            moved.refused = node.refused
            return moved
        }
    }

    /// What is not drawn, as a sentence; `nil` where all is.
    var remark: String? {
        if hidden <= 0 { return nil }
        return "\(grouped(nodes.count)) of \(grouped(statesInAll)) states are drawn: the "
            + (nodes.contains(where: \.isWrong)
                ? "way to what is wrong and what lies next to it" : "first that were found")
            + "; \(grouped(hidden)) are hidden."
    }
}
