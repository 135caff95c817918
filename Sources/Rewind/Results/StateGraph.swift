/// The states that were found and the steps between them, for reports to draw.
///
/// A state is a number: 0 is the root, the others follow in the order of discovery. Costs 16 bytes a state and 12 a step;
/// what the states consist of is not kept.
///
/// ```swift
/// for transition in result.graph.transitions where transition.source != transition.target {
///     let (from, to) = (result.graph.name(of: transition.source), result.graph.name(of: transition.target))
/// }
/// ```
public struct StateGraph: Sendable, Hashable {
    /// One state.
    public struct State: Sendable, Hashable {
        private let parentNumber: UInt32
        private let depthInSteps: UInt32
        /// The index of its state of the diagram in ``StateGraph/names``.
        public let nameIndex: Int

        /// The state that it was first reached from; `nil` for the root.
        public var parent: Int? { parentNumber == .max ? nil : Int(parentNumber) }
        /// Steps from the root, by the shortest way known when the walk ended.
        public var depth: Int { Int(depthInSteps) }

        init(parent: Int?, depth: Int, nameIndex: Int) {
            parentNumber = parent.map { UInt32($0) } ?? .max
            depthInSteps = UInt32(depth)
            self.nameIndex = nameIndex
        }
    }

    /// One step that was taken.
    public struct Transition: Sendable, Hashable {
        private let from, to: UInt32
        private let label: UInt16
        /// Whether the API accepted it; otherwise it refused.
        public let isAccepted: Bool
        /// Whether a law or the diagram has something against the step itself. Nothing is explored by way of it.
        public let isWrong: Bool

        public var source: Int { Int(from) }
        public var target: Int { Int(to) }
        /// The index of its label in ``StateGraph/labels``.
        public var labelIndex: Int { Int(label) }

        init(source: Int, target: Int, labelIndex: Int, isAccepted: Bool, isWrong: Bool) {
            (from, to, label) = (UInt32(source), UInt32(target), UInt16(labelIndex))
            self.isAccepted = isAccepted
            self.isWrong = isWrong
        }
    }

    /// In the order of discovery.
    public let states: [State]
    /// By source, then in the order taken. Steps that were skipped, or failed to say what happened, lead nowhere and are
    /// not among them.
    public let transitions: [Transition]
    /// What steps are called: the action, and its argument in parentheses if it has one.
    public let labels: [String]
    /// The states of the diagram, as in ``Coverage/states``.
    public let names: [String]
    /// Where the transitions of each state begin, and an end.
    private let starts: [UInt32]

    init(states: [State], transitions: [Transition], labels: [String], names: [String]) {
        self.states = states
        self.labels = labels
        self.names = names
        var counts = [UInt32](repeating: 0, count: states.count + 1)
        for transition in transitions { counts[transition.source + 1] += 1 }
        for state in counts.indices.dropFirst() { counts[state] += counts[state - 1] }
        starts = counts
        // A sort by counting, which keeps the order within a source.
        var sorted = transitions
        for transition in transitions {
            sorted[Int(counts[transition.source])] = transition
            counts[transition.source] += 1
        }
        self.transitions = sorted
    }

    /// The steps taken from a state, in the order taken. Cost: none.
    public func transitions(from state: Int) -> ArraySlice<Transition> {
        transitions[Int(starts[state])..<Int(starts[state + 1])]
    }

    /// The name of a state in the diagram.
    public func name(of state: Int) -> String { names[states[state].nameIndex] }

    /// The steps that carry these labels one after another, from the root, as far as they were taken.
    public func path(of steps: [String]) -> [Transition] {
        var path: [Transition] = []
        for step in steps {
            let here = path.last?.target ?? 0
            guard !states.isEmpty, let next = transitions(from: here).first(where: { labels[$0.labelIndex] == step })
            else { break }
            path.append(next)
        }
        return path
    }

    /// The labels of the steps that first led to a state, from the root.
    public func firstPath(to state: Int) -> [String] {
        var path: [String] = []
        var current = state
        while let parent = states[current].parent, path.count <= states.count {
            guard let step = transitions(from: parent).first(where: { $0.target == current }) else { break }
            path.append(labels[step.labelIndex])
            current = parent
        }
        return path.reversed()
    }
}
