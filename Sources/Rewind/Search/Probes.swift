/// Laws that send requests of their own, after a step and from a state that is returned to afterwards.
///
/// Each does so once for each kind of step: the same step, in the same state of the diagram, answered the same and changing
/// the same tables. So the cost follows the number of kinds and not of states.
struct ProbedKinds: Sendable {
    struct Kind: Hashable, Sendable {
        let law: String
        let step: StepID
        /// The state of the diagram, and the action.
        let place: Int
        let statuses: [Int?]
        /// The tables with new, changed and deleted rows.
        let changes: Set<[String]>
    }

    /// At most so many kinds in all.
    static let maximum = 1_000

    private var seen: Set<Kind> = []
    /// Whether a kind was left out because there were too many.
    private(set) var isExhausted = false

    /// Whether the law is to be asked about the kind, for the first time.
    fileprivate mutating func claim(_ kind: Kind) -> Bool {
        if seen.contains(kind) { return false }
        isExhausted = isExhausted || seen.count >= Self.maximum
        if isExhausted { return false }
        seen.insert(kind)
        return true
    }

    fileprivate mutating func giveBack(_ kind: Kind) { seen.remove(kind) }
}

extension Walker {
    /// Has the laws that send requests look at a step that was just taken, when it is the first of its kind.
    ///
    /// What they find says nothing against the state the step led to, which is explored as any other.
    mutating func probe(_ edge: Edge, _ execution: Execution<Context>) async throws {
        // Cheap to ask, and at most steps the end of it.
        let hasKey = execution.exchanges.contains { $0.hasKey(in: exploration.keyHeaders) }
        guard execution.outcome == .accepted, hasKey, let sender = world.exchangeSender else { return }
        for (law, kind) in walk.with({ $0.lawsToAsk(about: execution, edge: edge, sender) }) {
            do {
                let probing = try await ask(law, about: execution, edge: edge, sender)
                walk.with { $0.note(probing.flaw, of: law, edge: edge) }
            } catch let error as LawFailure {
                let path = walk.with { $0.pathDescription(to: edge.source) }
                walk.with {
                    $0.findings.addFailure(
                        of: "law \(law.name)",
                        message: "\(error.reason) It happened after \(path) → \($0.label(edge.step)).")
                }
            } catch {
                walk.with { $0.probed.giveBack(kind) }
                throw error
            }
        }
    }

    /// The same on a replay, for the laws that it asks about.
    /// - Returns: what they found; the last step of the replay has the requests that show it.
    mutating func probe(
        _ edge: Edge, _ execution: Execution<Context>, asking question: ReplayQuestion, _ replay: inout Replay
    ) async throws -> [Flaw] {
        guard let sender = world.exchangeSender, execution.canBePlaced else { return [] }
        var flaws: [Flaw] = []
        for law in exploration.laws where question.isSought(Flaw(rule: law.rule, message: "")) {
            let probing = try await ask(law, about: execution, edge: edge, sender)
            guard let flaw = probing.flaw else { continue }
            flaws.append(flaw)
            if replay.steps.indices.last.map({ replay.steps[$0].trials.isEmpty }) ?? false {
                replay.steps[replay.steps.count - 1].trials = probing.trials
            }
        }
        return flaws
    }

    /// Makes a law's trials until they show something wrong or there is no more to try, and goes back to where it was.
    private mutating func ask(
        _ law: Law, about execution: Execution<Context>, edge: Edge, _ sender: any ExchangeSender
    ) async throws -> (flaw: Flaw?, trials: [LawTrial]) {
        guard case .probing(let probe) = law.method else { return (nil, []) }
        let start = ContinuousClock.now
        let here = position.place
        let begin = probe.start == .afterStep ? here : position.place(at: edge.source)
        let step = walk.with { $0.stepForLaws(execution) }
        var trials: [LawTrial] = []
        var problem: String?
        while problem == nil, let requests = probe.next(step, trials, sender) {
            try await move(to: begin)
            trials.append(try await attempt(requests, from: probe.start, sender))
            problem = probe.problem(step, trials, sender)
        }
        try await move(to: here)
        let sent = trials.reduce(0) { $0 + $1.exchanges.count }
        if sent > 0 { statistics.lawRequests.add(ContinuousClock.now - start, times: sent) }
        return (problem.map { Flaw(rule: law.rule, message: $0) }, trials)
    }

    private mutating func attempt(
        _ requests: [Exchange], from start: LawProbe.Start, _ sender: any ExchangeSender
    ) async throws -> LawTrial {
        let exchanges: [Exchange]
        do {
            exchanges = try await sender.sendAgain(requests)
        } catch {
            guard let reason = (error as? any UndecidedError)?.undecidedReason else {
                throw LawFailure(reason: "\(error)")
            }
            throw WorldLost("\(reason) It happened while a law sent a request of its own.")
        }
        let changes = try await position.capture()
        let described = walk.with { $0.withColumns($0.withoutExempt(changes)) }
        return LawTrial(exchanges: exchanges, changes: described, isFromBefore: start == .beforeStep)
    }

    private mutating func move(to place: Position.Place) async throws {
        if let jump = walk.with({ position.jump(to: place, in: $0.graph) }) { try await position.move(by: jump) }
    }
}

/// A law could not send what it wanted to.
private struct LawFailure: Error, CustomStringConvertible {
    let reason: String

    var description: String { "A law could not send a request of its own. \(reason)" }
}

extension Walk {
    /// The laws that have something to send after the step and were not yet asked about its kind.
    fileprivate mutating func lawsToAsk(
        about execution: Execution<Context>, edge: Edge, _ sender: any ExchangeSender
    ) -> [(Law, ProbedKinds.Kind)] {
        var due: [(Law, ProbedKinds.Kind)] = []
        for law in exploration.laws {
            guard case .probing(let probe) = law.method else { continue }
            guard probe.next(stepForLaws(execution), [], sender) != nil else { continue }
            let kind = ProbedKinds.Kind(
                law: law.name, step: edge.step, place: edge.kind, statuses: execution.exchanges.map(\.status),
                changes: execution.kindsOfChange)
            if probed.claim(kind) { due.append((law, kind)) }
        }
        return due
    }

    fileprivate mutating func note(_ flaw: Flaw?, of law: Law, edge: Edge) {
        timesChecked[law.name, default: 0] += 1
        if let flaw { add(flaw, source: edge.source, step: edge.step) }
    }
}

extension Execution {
    /// Which tables have new, changed and deleted rows.
    fileprivate var kindsOfChange: Set<[String]> {
        var kinds: Set<[String]> = []
        for (system, changes) in changes.enumerated() {
            for row in changes.rows {
                let what = row.before == nil ? "new" : row.after == nil ? "gone" : "changed"
                kinds.insert(["\(system)", row.table, what])
            }
        }
        return kinds
    }
}
