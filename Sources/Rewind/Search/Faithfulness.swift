/// Keeps watch over rewinding itself, which the walk never takes for granted.
///
/// What the systems hold is read back and compared with what was recorded: after the first moves, now and then, and at the
/// end. And transitions are taken again from states the walk came back to: an API that remembers what was rewound gives
/// itself away by answering differently.
struct Faithfulness: Sendable {
    private(set) var root: [Fingerprint] = []
    fileprivate var verifiedMoves = 0
    fileprivate var spent: Duration = .zero
    fileprivate var costOfOne: Duration = .zero

    /// The first moves are all verified; later ones as time allows.
    fileprivate static let movesVerifiedFirst = 3
    /// Of the time elapsed, at most one part in this many goes into verification.
    fileprivate static let timeShare = 50
    /// Transitions taken again when the walk is over.
    fileprivate static let repetitionsAtEnd = 48

    mutating func begin(_ systems: [any RewindableSystem]) async throws {
        root = []
        let start = ContinuousClock.now
        for system in systems { root.append(try await system.contentFingerprint()) }
        costOfOne = ContinuousClock.now - start
    }
}

extension Walk {
    private var isWatching: Bool { exploration.laws.contains { $0.name == Law.rewindingIsFaithful.name } }

    /// Verifies the content if it is time to.
    mutating func watchFaithfulness() async throws {
        guard isWatching, position.moves.count > faithfulness.verifiedMoves else { return }
        let elapsed = ContinuousClock.now - started
        let isEarly = faithfulness.verifiedMoves < Faithfulness.movesVerifiedFirst
        guard isEarly || (faithfulness.spent + faithfulness.costOfOne) * Faithfulness.timeShare < elapsed else { return }
        try await verifyContent()
    }

    /// Reads everything and compares it with what the recorded changes add up to.
    mutating func verifyContent() async throws {
        guard isWatching else { return }
        let start = ContinuousClock.now
        let recorded = position.difference(fromRootIn: graph)
        for (index, system) in world.systems.enumerated() {
            let expected = faithfulness.root[index] + recorded[index].fingerprintDelta
            guard try await system.contentFingerprint() == expected else {
                throw NotDecided(
                    "Not rewindable: \(system.name) does not hold what its recorded changes add up to, after "
                        + "\(pathDescription(to: position.node)). Something writes to it unseen: a connection that bypasses "
                        + "the triggers, or another program.")
            }
        }
        faithfulness.verifiedMoves = position.moves.count
        faithfulness.costOfOne = ContinuousClock.now - start
        faithfulness.spent += faithfulness.costOfOne
        statistics.verifications.add(faithfulness.costOfOne)
    }

    /// Takes transitions from the first states again, now that the walk has been elsewhere.
    mutating func repeatEarlyTransitions() async throws {
        guard isWatching, !world.systems.isEmpty else { return }
        for transition in graph.transitions.prefix(Faithfulness.repetitionsAtEnd) where !Task.isCancelled {
            let source = NodeID(transition.source)
            try await position.move(to: source, in: graph)
            let again = try await execute(transition.step, from: source)
            statistics.repetitions += 1
            try requireSameOutcome(transition, again)
        }
        try await verifyContent()
    }

    private func requireSameOutcome(
        _ transition: Graph.Transition, _ again: Execution<Context>
    ) throws {
        let source = NodeID(transition.source)
        let outcome: Graph.OutcomeKind = again.outcome == .accepted ? .accepted : .refused
        let edge = Edge(source: source, step: transition.step, kind: 0)
        let target = graph.node(with: try fingerprint(of: node(after: again, edge: edge), again.context))
        if again.canBePlaced && outcome == transition.outcome && target == NodeID(transition.target) { return }
        if experiments.unstable[label(transition.step)] != nil { return }
        let first = transition.outcome == .accepted ? "accepted" : "refused"
        let difference =
            outcome == transition.outcome && again.canBePlaced
            ? "led to another state" : "was \(first) at first and \(describe(again)) after going back"
        throw NotDecided(
            "Not rewindable: \(label(transition.step)) was sent again from a state the walk had returned to, and "
                + "\(difference). Path: \(pathDescription(to: source)) → \(label(transition.step)). Something that decides "
                + "the answer is not in the rewound systems. Usual causes: a cache in the API's memory, another database or "
                + "service, the time of day, chance.")
    }
}
