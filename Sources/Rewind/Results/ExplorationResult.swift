/// What an exploration found out.
public struct ExplorationResult: Sendable {
    /// The answer, in three values.
    public let verdict: Verdict
    /// Why the walk ended.
    public let stopReason: StopReason
    /// Everything found wrong, most severe first, each with the shortest path found.
    public let violations: [Violation]
    /// What makes the verdict weaker than it looks.
    public let warnings: [String]
    /// What was tried in which state of the diagram, and what came of it.
    public let coverage: Coverage
    public let invariants: [CheckCount]
    public let laws: [CheckCount]
    /// What was sent at the same time, in the order of declaration.
    public let races: [RaceCount]
    /// Columns and context properties that were found to differ from run to run, and are compared by order of appearance.
    public let learnedVolatile: [String]
    public let statistics: Statistics
    public let strategy: Strategy
    public let seed: UInt64
    /// The fingerprints of all states, in ascending order.
    public let states: [Fingerprint]
    /// The states found and the steps between them, as many as in ``statistics``.
    public let graph: StateGraph

    public var statesVisited: Int { statistics.states }
    public var transitions: Int { statistics.transitions }
    public var invariantsChecked: Int { invariants.reduce(0) { $0 + $1.timesChecked } }
}

/// The answer of an exploration.
public enum Verdict: Sendable, Hashable {
    /// Nothing was found wrong in all that was to be explored.
    case held(Extent)
    /// At least one violation was replayed from the root and occurred again.
    case violated
    /// It can't be said; each reason is a sentence.
    case notDecided([String])

    /// How much was explored.
    public enum Extent: Sendable, Hashable {
        /// Every reachable state, with every step from it.
        case everything
        /// All that the stated limits allow; the text names the limit that was hit.
        case within(String)
    }
}

/// Why the walk ended.
public enum StopReason: Sendable, Hashable {
    /// No step was left to take, but for those beyond the depth limit when `depthLimit` is set.
    case frontierEmpty(depthLimit: Int?)
    case stepLimit(Int)
    case timeLimit(Duration)
    case violationLimit(Int)
    case interrupted
    /// The walk could not go on; the sentence says why.
    case failed(String)

    /// A sentence for a person.
    public var description: String {
        switch self {
        case .frontierEmpty(nil): "every step from every reachable state was taken"
        case .frontierEmpty(let depth?): "every step within depth \(depth) was taken"
        case .stepLimit(let steps): "the limit of \(steps) steps was reached"
        case .timeLimit(let time): "the time limit of \(time) was reached"
        case .violationLimit(1): "a violation was found"
        case .violationLimit(let count): "\(count) violations were found"
        case .interrupted: "it was interrupted"
        case .failed(let reason): reason
        }
    }
}

/// How often something was checked, and whether it said anything.
public struct CheckCount: Sendable, Hashable {
    public let name: String
    public let severity: Severity
    public let description: String
    public let timesChecked: Int
}

/// Counts and times of one exploration.
public struct Statistics: Sendable, Hashable {
    public internal(set) var states = 0
    /// Steps taken, those that led back to a known state included.
    public internal(set) var transitions = 0
    /// Those of them that an earlier walk took and this one did not take again.
    public internal(set) var knownTransitions = 0
    /// Steps that were known and not yet taken when the walk ended.
    public internal(set) var frontier = 0
    public internal(set) var depth = 0
    /// Steps taken twice, to learn what is volatile and to check that rewinding works.
    public internal(set) var repetitions = 0
    public internal(set) var elapsed: Duration = .zero
    /// Requests sent, and the time between sending and having the answer.
    public internal(set) var requests = Measure()
    /// Requests that laws sent of their own, and the time all that took, going back included. Not among ``requests``.
    public internal(set) var lawRequests = Measure()
    public internal(set) var moves = Measure()
    public internal(set) var captures = Measure()
    /// Full readings of the content that verified the changes reported.
    public internal(set) var verifications = Measure()
    /// What each worker did, in the order given.
    public internal(set) var workers: [WorkerStatistics] = []

    /// Adds what one walker counted.
    static func += (a: inout Statistics, b: Statistics) {
        a.repetitions += b.repetitions
        a.requests += b.requests
        a.lawRequests += b.lawRequests
        a.moves += b.moves
        a.captures += b.captures
        a.verifications += b.verifications
    }
}

/// What one worker did.
public struct WorkerStatistics: Sendable, Hashable {
    /// Steps that it took.
    public internal(set) var transitions = 0
    /// How often its world was lost and replaced by another.
    public internal(set) var replacements = 0
}
