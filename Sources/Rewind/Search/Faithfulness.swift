/// Keeps watch over rewinding itself, which the walk never takes for granted.
///
/// What the systems hold is read back and compared with what was recorded: after the first moves, now and then, and at the
/// end. And transitions are taken again from states the walk came back to: an API that remembers what was rewound gives
/// itself away by answering differently.
struct Faithfulness: Sendable {
    private(set) var root: [Fingerprint] = []
    fileprivate var started = ContinuousClock.now
    fileprivate var verifiedMoves = 0
    /// Moves in worlds that were lost.
    fileprivate var movesBefore = 0
    fileprivate var spent: Duration = .zero
    fileprivate var costOfOne: Duration = .zero

    /// The first moves are all verified; later ones as time allows.
    fileprivate static let movesVerifiedFirst = 3
    /// Of the time elapsed, at most one part in this many goes into verification.
    fileprivate static let timeShare = 50
    static let usualCauses =
        "Something that decides the answer is not in the rewound systems. Usual causes: a cache in the API's memory, "
        + "another database or service, the time of day, chance."

    mutating func begin(_ systems: [any RewindableSystem], after moves: Int) async throws {
        root = []
        (verifiedMoves, movesBefore) = (0, moves)
        let start = ContinuousClock.now
        started = start
        for system in systems { root.append(try await system.contentFingerprint()) }
        costOfOne = ContinuousClock.now - start
    }
}

/// How the first transitions were answered, in their order, to ask again.
struct EarlyAnswers: Sendable {
    struct Answer: Sendable {
        let replies: [Exchange.Reply]
        let worker: Int
        /// The worker's which world it was.
        let life: Int
    }

    private(set) var answers: [Answer] = []

    /// Transitions taken again when the walk is over.
    private static let count = 48

    mutating func note<Context>(_ execution: Execution<Context>, by worker: Int, in life: Int) {
        if answers.count < Self.count {
            answers.append(Answer(replies: execution.answers, worker: worker, life: life))
        }
    }

    /// For a transition that an earlier walk took: what was answered then is not known, only what came of it.
    mutating func noteUnheard() {
        if answers.count < Self.count { answers.append(Answer(replies: [], worker: -1, life: 0)) }
    }
}

extension Walker {
    /// Whether the content is to be verified now.
    var isTimeToVerify: Bool {
        guard isWatching, movesHere > faithfulness.verifiedMoves else { return false }
        if faithfulness.verifiedMoves < Faithfulness.movesVerifiedFirst { return true }
        let elapsed = ContinuousClock.now - faithfulness.started
        return (faithfulness.spent + faithfulness.costOfOne) * Faithfulness.timeShare < elapsed
    }

    private var movesHere: Int { position.moves.count - faithfulness.movesBefore }

    /// Reads everything and compares it with what the recorded changes add up to.
    mutating func verifyContent() async throws {
        guard isWatching else { return }
        let start = ContinuousClock.now
        let recorded = walk.with { position.difference(fromRootIn: $0.graph) }
        for (index, system) in world.systems.enumerated() {
            let expected = faithfulness.root[index] + recorded[index].fingerprintDelta
            let content: Fingerprint
            do { content = try await system.contentFingerprint() } catch { throw worldLost(by: error) }
            guard content == expected else {
                let path = walk.with { $0.pathDescription(to: position.node) }
                throw NotDecided(
                    "Not rewindable: \(system.name) does not hold what its recorded changes add up to, after "
                        + "\(path). Something writes to it unseen: a connection that bypasses "
                        + "the triggers, or another program.")
            }
        }
        faithfulness.verifiedMoves = movesHere
        faithfulness.costOfOne = ContinuousClock.now - start
        faithfulness.spent += faithfulness.costOfOne
        statistics.verifications.add(faithfulness.costOfOne)
    }

    /// Takes transitions from the first states again, now that the walk has been elsewhere.
    mutating func repeatEarlyTransitions() async throws {
        guard isWatching, !world.systems.isEmpty else { return }
        let known = walk.with { walk in zip(walk.graph.transitions, walk.answers.answers).map { ($0, $1) } }
        // Backwards: what a cache has seen last must not be the same as the first time.
        for (transition, answer) in known.reversed() where !Task.isCancelled {
            let source = NodeID(transition.source)
            try await move(to: source)
            let again = try await repeatStep(transition.step, from: source)
            try walk.with { try $0.requireSameOutcome(transition, answer, again) }
        }
        try await verifyContent()
    }
}

extension Walk {
    func requireSameOutcome(
        _ transition: Graph.Transition, _ answer: EarlyAnswers.Answer, _ again: Execution<Context>
    ) throws {
        let source = NodeID(transition.source)
        if again.exchanges.contains(where: \.isLost) {
            throw NotDecided(
                "\(label(transition.step)) was sent again at the end of the walk and got no answer. Is the API still "
                    + "running? Path: \(pathDescription(to: source)) → \(label(transition.step)).")
        }
        if experiments.unstable[label(transition.step)] != nil { return }
        let outcome: Graph.OutcomeKind = again.outcome == .accepted ? .accepted : .refused
        guard again.canBePlaced, outcome == transition.outcome else {
            throw notRewindable(
                transition.step, from: source, "\(transition.outcome) at first, then \(describe(again))")
        }
        // What was refused was never repeated at once: the words of a refusal may have a time or a request's number in them.
        if again.outcome == .accepted, experiments.repeatable.contains(transition.step), isFromFirstWorld(answer),
            answer.replies.map(\.body) != again.answers.map(\.body)
        {
            throw notRewindable(transition.step, from: source, differingBodies(answer.replies, again.answers))
        }
        let edge = Edge(source: source, step: transition.step, kind: 0)
        // Not by the index: what was learned since can have made one state of two.
        let target = NodeID(transition.target)
        let reached = try fingerprint(of: try node(after: again, edge: edge), again.context)
        if try reached != fingerprint(of: graph[target], contexts[target]) {
            throw notRewindable(transition.step, from: source, "it led to another state than before")
        }
    }

    /// Whether it came from the world that is asked again. Others may say the same in other words, such as with their own
    /// address.
    private func isFromFirstWorld(_ answer: EarlyAnswers.Answer) -> Bool {
        answer.worker == 0 && answer.life == workers[0].replacements
    }

    private func differingBodies(_ first: [Exchange.Reply], _ second: [Exchange.Reply]) -> String {
        let pair = zip(first.map(\.body), second.map(\.body)).first { $0 != $1 } ?? ([], [])
        func excerpt(_ body: [UInt8]) -> String {
            String(decoding: Redaction.standard.body(body).prefix(300), as: UTF8.self)
        }
        return "\(excerpt(pair.0)) at first, \(excerpt(pair.1)) after going back"
    }
}

extension Exchange.Reply {
    /// The body, empty when no response arrived. Headers are left out: dates and request ids differ by nature.
    var body: [UInt8] {
        guard case .response(_, _, let body) = self else { return [] }
        return body
    }
}
