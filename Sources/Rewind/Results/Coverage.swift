/// What was tried in which state of the diagram, and what came of it.
public struct Coverage: Sendable, Hashable {
    /// What the diagram says about an action in a state.
    public enum Expectation: Sendable, Hashable {
        /// It is accepted and leads to one of these states.
        case accepted(to: [String])
        case refused
        /// The diagram does not mention the action.
        case open
    }

    public struct Cell: Sendable, Hashable {
        public internal(set) var accepted = 0
        public internal(set) var refused = 0
        public internal(set) var skipped = 0
        public internal(set) var failed = 0
        /// The states that accepted attempts led to.
        public internal(set) var targets: Set<String> = []

        /// How often the action was sent.
        public var attempts: Int { accepted + refused + failed }

        mutating func add(_ outcome: Outcome, target: String) {
            switch outcome {
            case .accepted:
                accepted += 1
                targets.insert(target)
            case .refused: refused += 1
            case .skipped: skipped += 1
            case .failed: failed += 1
            }
        }
    }

    /// The states of the diagram in its order, then others in order of discovery. Without a diagram, one state “any”.
    public internal(set) var states: [String]
    /// The actions in the order of their declaration.
    public let actions: [String]
    private var cells: [[Cell]]
    private let expectations: [[Expectation]]

    init<Context>(of exploration: Exploration<Context>) {
        actions = exploration.actions.map(\.name)
        let machine = exploration.stateMachine
        let states = machine?.stateNames ?? ["any"]
        self.states = states
        cells = states.map { _ in exploration.actions.map { _ in Cell() } }
        expectations = states.indices.map { state in
            exploration.actions.map { action in
                if action.isForbidden { return .refused }
                guard let machine, machine.mentions(action.name) else { return .open }
                let targets = machine.targets(of: action.name, from: state)
                return targets.isEmpty ? .refused : .accepted(to: targets.map { states[$0] })
            }
        }
    }

    /// What was seen of an action in a state, by their indices.
    public func observed(state: Int, action: Int) -> Cell { cells[state][action] }

    /// What the diagram says of an action in a state, by their indices.
    public func expected(state: Int, action: Int) -> Expectation {
        state < expectations.count ? expectations[state][action] : .open
    }

    /// All that was seen of an action, in any state.
    public func total(action: Int) -> Cell {
        cells.reduce(into: Cell()) { sum, row in
            sum.accepted += row[action].accepted
            sum.refused += row[action].refused
            sum.skipped += row[action].skipped
            sum.failed += row[action].failed
        }
    }

    mutating func index(ofState name: String) -> Int {
        if let known = states.firstIndex(of: name) { return known }
        states.append(name)
        cells.append(actions.map { _ in Cell() })
        return states.count - 1
    }

    mutating func add(_ outcome: Outcome, state: Int, action: Int, target: Int) {
        cells[state][action].add(outcome, target: states[target])
    }
}
