/// In which order states are explored. All orders find the same states when nothing limits them.
public enum Strategy: String, Sendable, CaseIterable, Codable {
    /// Nearest to the root first: counterexamples are the shortest there are.
    case breadthFirst = "breadth-first"
    /// The newest state first: goes deep soon.
    case depthFirst = "depth-first"
    /// Any untried step with equal chance.
    case randomWalk = "random-walk"
    /// The kind of step tried least so far first: an action in a state of the diagram.
    case novelty

    func frontier(seed: UInt64) -> any Frontier {
        switch self {
        case .breadthFirst: BreadthFirst()
        case .depthFirst: DepthFirst()
        case .randomWalk: RandomWalk(seed: seed)
        case .novelty: Novelty()
        }
    }
}

/// A step that can be taken from a known state and was not yet.
///
/// Kept small: a frontier holds several for each state.
struct Edge: Sendable, Hashable {
    private let narrowSource: UInt32
    private let narrowKind: UInt32
    private let action: UInt16
    private let variant: UInt16

    init(source: NodeID, step: StepID, kind: Int) {
        narrowSource = UInt32(source)
        narrowKind = UInt32(kind)
        action = UInt16(step.action)
        variant = UInt16(step.variant)
    }

    var source: NodeID { NodeID(narrowSource) }
    var step: StepID { StepID(action: Int(action), variant: Int(variant)) }
    /// What is alike about edges: the diagram's state and the action. Only novelty looks at it.
    var kind: Int { Int(narrowKind) }
}

/// The steps not yet taken, in the order of a strategy.
protocol Frontier: Sendable {
    var count: Int { get }
    /// Adds the edges of one state, in the order in which the actions were declared.
    mutating func insert(_ edges: [Edge])
    mutating func next() -> Edge?
}
