/// From the graph of a walk, with all it takes to go on, to the one of its result.
extension Walk {
    var stateGraph: StateGraph {
        let numbers = numbersOfStates
        var states = [StateGraph.State?](repeating: nil, count: graph.fingerprints.count)
        for (node, number) in numbers.enumerated() {
            guard let number, states[number] == nil else { continue }
            let parent = node == 0 ? nil : numbers[graph[node].parent]
            states[number] = StateGraph.State(
                parent: parent, depth: graph[node].depth, nameIndex: coverageIndex(of: contexts[node]))
        }
        let (labels, starts) = labelsOfSteps
        func transition(_ taken: Graph.Transition, isWrong: Bool) -> StateGraph.Transition? {
            guard let source = numbers[Int(taken.source)], let target = numbers[Int(taken.target)] else { return nil }
            return StateGraph.Transition(
                source: source, target: target, labelIndex: starts[Int(taken.action)] + Int(taken.variant),
                isAccepted: taken.outcome == .accepted, isWrong: isWrong)
        }
        let transitions =
            graph.transitions.compactMap { transition($0, isWrong: false) }
            + graph.wrongTransitions.compactMap { transition($0, isWrong: true) }
        return StateGraph(
            states: states.compactMap(\.self), transitions: transitions, labels: labels, names: coverage.states)
    }

    /// The number of each node's state, in the order of discovery. Nodes that turned out to be one state share theirs; places
    /// of a replay have none.
    private var numbersOfStates: [Int?] {
        let firsts = graph.indexedNodes.sorted()
        var numbers = [Int?](repeating: nil, count: graph.nodes.count)
        for (number, node) in firsts.enumerated() { numbers[node] = number }
        if firsts.count == graph.nodes.count { return numbers }
        for transition in graph.transitions + graph.wrongTransitions {
            for node in [Int(transition.source), Int(transition.target)] where numbers[node] == nil {
                guard let fingerprint = try? fingerprint(of: graph[node], contexts[node]) else { continue }
                numbers[node] = graph.node(with: fingerprint).flatMap { numbers[$0] }
            }
        }
        return numbers
    }

    /// All labels, and where those of each action begin.
    private var labelsOfSteps: (labels: [String], starts: [Int]) {
        var labels: [String] = []
        var starts: [Int] = []
        for action in exploration.actions.indices {
            starts.append(labels.count)
            labels += exploration.actions[action].variants.indices.map { label(StepID(action: action, variant: $0)) }
        }
        return (labels, starts)
    }
}
