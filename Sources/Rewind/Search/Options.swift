/// Where an exploration stops at the latest. Without limits it ends when no step is left.
public struct Limits: Sendable, Hashable {
    /// Steps taken.
    public var steps: Int?
    /// Steps on one path.
    public var depth: Int?
    public var time: Duration?
    /// Violations of different kinds, after which the walk ends. What else is wrong is then not looked for.
    public var violations: Int?
    /// Rounds of each race in each place, whatever the exploration says: how often requests are sent at the same time.
    public var rounds: Int?

    public init(
        steps: Int? = nil, depth: Int? = nil, time: Duration? = nil, violations: Int? = nil, rounds: Int? = nil
    ) {
        self.steps = steps
        self.depth = depth
        self.time = time
        self.violations = violations
        self.rounds = rounds
    }
}

/// How a walk is going.
public struct ExplorationProgress: Sendable, Hashable {
    public let states: Int
    public let transitions: Int
    public let frontier: Int
    public let depth: Int
    /// Kinds of violations so far, not yet replayed.
    public let violations: Int
    public let elapsed: Duration
}

/// An error after which an exploration can't say whether anything holds, such as an API that does not answer.
///
/// Adapters conform their errors to it. Any other error an action throws counts against that action alone.
public protocol UndecidedError: Error {
    /// Why nothing can be said, as a sentence with the remedy, or `nil` when this error does not stop the exploration.
    var undecidedReason: String? { get }
}
