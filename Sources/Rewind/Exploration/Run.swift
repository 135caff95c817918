/// What the tester knows, as a value: ids, statuses and amounts learned from the API.
///
/// It is part of a state's identity, so keep in it what matters to the next decision and leave out what does not.
public protocol ExplorationContext: Codable, Hashable, Sendable {
    /// The context before any action.
    init()
}

/// What an action or invariant works with: the tester's knowledge, and the world.
public struct Run<Context: ExplorationContext>: Sendable {
    /// The tester's knowledge. What an action writes here belongs to the state it leads to.
    public var context: Context
    /// The systems and services of this exploration.
    public let world: World
    /// Where adapters record what they exchange with the API.
    public let journal: Journal

    public init(context: Context, world: World, journal: Journal = Journal()) {
        self.context = context
        self.world = world
        self.journal = journal
    }
}

/// What became of an action.
public enum Outcome: Sendable, Hashable, Codable {
    /// The API did what was asked.
    case accepted
    /// The API declined, as it may: the request was formed and sent, and the answer was no.
    case refused
    /// Nothing was sent, for the reason given. The coverage counts it; it leads nowhere.
    case skipped(String)
    /// The action itself could not be carried out (unexpected answer, broken connection): neither yes nor no.
    case failed(String)
}

extension Outcome {
    /// What completes “it was …”.
    var words: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        case .skipped(let reason): "skipped: \(reason)"
        case .failed(let message): "failed: \(message)"
        }
    }
}
