/// Requests at the same time, compared with the same requests one after another.

/// Steps taken one after another from one state, each with the knowledge of that state: as by clients that do not know of
/// each other.
struct SerialRun<Context: ExplorationContext>: Sendable {
    let order: [StepID]
    let executions: [Execution<Context>]

    var changes: [ChangeSet] {
        guard let first = executions.first?.changes else { return [] }
        return first.indices.map { system in ChangeSet.joined(executions.map { $0.changes[system] }) }
    }

    var answers: [RaceOutcome.Answer] {
        zip(order, executions).map { RaceOutcome.Answer(step: $0, isAccepted: $1.outcome == .accepted) }
    }
}

/// What a race's rounds are compared with: the orders of its steps from one state, and of fewer steps where it matters.
struct RaceReference<Context: ExplorationContext>: Sendable {
    let source: NodeID
    let steps: [StepID]
    fileprivate var runs: [[StepID]: [SerialRun<Context>]] = [:]
    fileprivate var numbered: Set<String> = []

    init(source: NodeID, steps: [StepID]) {
        self.source = source
        self.steps = steps
    }
}

/// What came of the rounds in one place.
struct RaceTally: Sendable {
    var rounds = 0
    var roundsTogether = 0
    var orders = 0
    var anomalies = 0
    /// The first that was wrong, and what was seen of it.
    var flaw: Flaw?
    /// Of the round that was wrong, or else of the last.
    var step: Counterexample.Step?
    /// An action that failed to say what happened.
    var failure: String?
}

/// One time that all requests were sent together.
private struct RaceRound: Sendable {
    let answers: [RaceAnswer]
    let changes: [ChangeSet]

    var exchanges: [Exchange] { answers.flatMap(\.exchanges) }
    var outcome: Outcome { answers.contains { $0.outcome == .accepted } ? .accepted : .refused }
}

extension Walker {
    /// Runs the orders of a race, then its rounds.
    /// - Parameter enough: once something was wrong, so many rounds will do.
    /// - Throws: ``WorldLost`` when the API can't be asked.
    mutating func race(
        _ step: StepID, from source: NodeID, rounds: Int, enough: Int
    ) async throws -> RaceTally {
        var tally = RaceTally()
        guard let (_, steps) = exploration.race(named: step) else { return tally }
        var reference = RaceReference<Context>(source: source, steps: steps)
        let runs = try await runs(of: steps, in: &reference, &tally)
        if let flaw = walk.with({ $0.serverError(in: runs.flatMap(\.executions).flatMap(\.exchanges)) }) {
            tally.flaw = Flaw(rule: flaw.rule, message: "One after another from the same state: \(flaw.message)")
            return tally
        }
        if let failed = runs.flatMap(\.executions).first(where: { !$0.canBePlaced }) {
            tally.failure = "One after another, a request was \(walk.with { $0.describe(failed) })."
            return tally
        }
        let times = runs.flatMap(\.executions).flatMap(\.exchanges).map(\.durationNanoseconds)
        var random = SeededRandom(seed: walk.with { $0.seed })
        while tally.rounds < rounds && !(tally.flaw != nil && tally.rounds >= enough) && !Task.isCancelled {
            var delays = Array(repeating: Duration.zero, count: steps.count)
            // Every other round begins at once; in the others one comes a little later, by up to the time a request takes.
            if tally.rounds % 2 == 1, let longest = times.max(), let late = steps.indices.randomElement(using: &random)
            {
                delays[late] = .nanoseconds(Int64.random(in: 0...Int64(min(longest, 100_000_000)), using: &random))
            }
            let round = try await round(of: steps, from: source, delays: delays, &tally)
            try await judge(round, of: step, against: &reference, &tally)
            if tally.failure != nil { break }
        }
        if tally.anomalies > 0, let flaw = tally.flaw {
            tally.flaw = Flaw(
                rule: flaw.rule, message: "\(flaw.message) It occurred in \(tally.anomalies) of \(tally.rounds) rounds."
            )
        }
        return tally
    }

    private mutating func round(
        of steps: [StepID], from source: NodeID, delays: [Duration], _ tally: inout RaceTally
    ) async throws -> RaceRound {
        try await move(to: source)
        if isTimeToVerify { try await verifyContent() }
        let crew = try racingCrew()
        let bodies = steps.map { exploration.actions[$0.action].variants[$0.variant].perform }
        let answers = await crew.race(bodies, knowing: walk.context(of: source), delays: delays)
        countRequests(answers.flatMap(\.exchanges))
        tally.rounds += 1
        if crew.gate.letSeveralGo { tally.roundsTogether += 1 }
        if let reason = answers.compactMap(\.lossOfWorld).first {
            let label = Race<Context>.label(steps.map(exploration.label))
            throw WorldLost(
                "\(reason) It happened during \(label), after \(walk.with { $0.pathDescription(to: source) }).")
        }
        return RaceRound(answers: answers, changes: try await position.capture())
    }

    // MARK: Judging

    private mutating func judge(
        _ round: RaceRound, of step: StepID, against reference: inout RaceReference<Context>, _ tally: inout RaceTally
    ) async throws {
        var flaw = walk.with { $0.serverError(in: round.exchanges) }
        if flaw == nil {
            if let failed = round.answers.first(where: { $0.outcome != .accepted && $0.outcome != .refused }) {
                tally.failure = "At the same time, a request was \(failed.outcome.words)."
            } else {
                flaw = try await anomaly(of: round, against: &reference, &tally)
            }
        }
        if flaw != nil { tally.anomalies += 1 }
        if tally.flaw == nil {
            let changes = walk.with { $0.described(round.changes) }
            let labels = reference.steps.map(exploration.label).joined(separator: ", ")
            tally.step = Counterexample.Step(
                action: Race<Context>.stepName, argument: labels, outcome: round.outcome, exchanges: round.exchanges,
                changes: changes, isConcurrent: true)
        }
        tally.flaw = tally.flaw ?? flaw
    }

    /// What is wrong with a round whose requests were all answered.
    private mutating func anomaly(
        of round: RaceRound, against reference: inout RaceReference<Context>, _ tally: inout RaceTally
    ) async throws -> Flaw? {
        let steps = reference.steps
        if try await isExplained(round, by: &reference, &tally) { return nil }
        // What the orders come to may have changed with the time of day.
        reference.runs = [:]
        if try await isExplained(round, by: &reference, &tally) { return nil }
        let all = try await runs(of: steps, in: &reference, &tally)
        let allowed = Set(all.map { outcome(of: $0, reference) })
        let seen = outcome(of: round, keeping: Array(steps.indices), reference)
        let accepted = steps.indices.filter { round.answers[$0].outcome == .accepted }
        var isLikeFewer = false
        for kept in remainders(of: steps, leavingOut: accepted) where !isLikeFewer {
            let fewer = try await runs(of: kept.map { steps[$0] }, in: &reference, &tally)
            isLikeFewer = fewer.contains { outcome(of: $0, reference).state == seen.state }
        }
        let anomaly = RaceAnomaly(seen, amid: allowed, isLikeFewer: isLikeFewer)
        let together = zip(steps, round.answers).map { step, answer in
            let status = answer.exchanges.last.map { " (\($0.answer))" } ?? ""
            return "\(exploration.label(step)) was \(answer.outcome.words)\(status)"
        }
        let serial = Set(all.map { sentence($0.answers) }).sorted().joined(separator: "; or ")
        return Flaw(
            rule: .linearizable,
            message:
                "\(anomaly.rawValue): at the same time, \(together.joined(separator: " and ")); one after another, "
                + "\(serial). \(anomaly.explanation)")
    }

    private func sentence(_ answers: [RaceOutcome.Answer]) -> String {
        answers.map { "\(exploration.label($0.step)) is \($0.isAccepted ? "accepted" : "refused")" }
            .joined(separator: ", then ")
    }

    /// Whether some order comes to the same, be it without requests that were told to come again later.
    private mutating func isExplained(
        _ round: RaceRound, by reference: inout RaceReference<Context>, _ tally: inout RaceTally
    ) async throws -> Bool {
        let steps = reference.steps
        let postponed = steps.indices.filter { round.answers[$0].isPostponed }
        for kept in [Array(steps.indices)] + remainders(of: steps, leavingOut: postponed) {
            let seen = outcome(of: round, keeping: kept, reference)
            if kept.isEmpty {
                if seen.state == .zero { return true }
                continue
            }
            let runs = try await runs(of: kept.map { steps[$0] }, in: &reference, &tally)
            if runs.contains(where: { outcome(of: $0, reference, kept.count < steps.count) == seen }) { return true }
        }
        return false
    }

    // MARK: Outcomes

    private func outcome(
        of round: RaceRound, keeping kept: [Int], _ reference: RaceReference<Context>
    ) -> RaceOutcome {
        let answers = kept.map {
            RaceOutcome.Answer(step: reference.steps[$0], isAccepted: round.answers[$0].outcome == .accepted)
        }
        let isPartial = kept.count < reference.steps.count
        return RaceOutcome(answers, state: state(after: round.changes, reference, isPartial))
    }

    private func outcome(
        of run: SerialRun<Context>, _ reference: RaceReference<Context>, _ isPartial: Bool = false
    ) -> RaceOutcome {
        RaceOutcome(run.answers, state: state(after: run.changes, reference, isPartial))
    }

    /// - Parameter isPartial: whether some were refused that count as never sent. A refusal may write to an audit log.
    private func state(
        after changes: [ChangeSet], _ reference: RaceReference<Context>, _ isPartial: Bool
    ) -> Fingerprint {
        walk.with { walk in
            walk.canonicalizer.unorderedFingerprint(
                of: changes, numbered: reference.numbered,
                leavingOut: isPartial ? walk.exploration.exemptTables : [])
        }
    }

    /// Runs all orders of the steps, the first time that they are asked for.
    private mutating func runs(
        of steps: [StepID], in reference: inout RaceReference<Context>, _ tally: inout RaceTally
    ) async throws -> [SerialRun<Context>] {
        if let known = reference.runs[steps.sorted()] { return known }
        var runs: [SerialRun<Context>] = []
        for order in orders(of: steps) {
            try await move(to: reference.source)
            var executions: [Execution<Context>] = []
            for step in order { executions.append(try await execute(step, from: reference.source)) }
            runs.append(SerialRun(order: order, executions: executions))
            tally.orders += 1
        }
        reference.runs[steps.sorted()] = runs
        let all = runs.flatMap { zip($0.order, $0.executions) }
        for step in Set(steps) {
            let same = all.filter { $0.0 == step }.map(\.1.changes)
            for other in same.dropFirst() {
                reference.numbered.formUnion(walk.with { $0.canonicalizer.numberedColumns(same[0], other) })
            }
        }
        return runs
    }
}

extension RaceAnswer {
    /// Whether it was refused because of the others: to be sent again later (RFC 9110 §15.5.10, RFC 4918 §11.3,
    /// RFC 6585 §4).
    fileprivate var isPostponed: Bool {
        guard outcome == .refused, let status = exchanges.last?.status else { return false }
        return [409, 423, 429].contains(status)
    }
}

extension Walk {
    fileprivate mutating func serverError(in exchanges: [Exchange]) -> Flaw? {
        guard exploration.laws.contains(where: { $0.name == Law.noServerError.name }) else { return nil }
        let law = Law.noServerError
        guard case .judging(let problem) = law.method else { return nil }
        timesChecked[law.name, default: 0] += 1
        return problem(Law.Step(outcome: .accepted, exchanges: exchanges, changes: [])).map {
            Flaw(rule: law.rule, message: $0)
        }
    }
}
