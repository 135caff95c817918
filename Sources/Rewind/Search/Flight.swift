/// A step that a worker is taking.
struct Flight: Sendable {
    let edge: Edge
    /// How many worlds died over it.
    var deaths = 0
    /// What the worker is finding out for all: kinds of change seen for the first time.
    var claimed: [Experiments.Kind] = []
    /// Where the step led, once it has its place and only the invariants remain to be checked there.
    var arrival: Arrival?
    /// Whether the step was taken twice.
    var wasRepeated = false
    /// What is to be written of it, and what an earlier walk wrote.
    var record: WalkRecord.Step?
    var earlier: WalkRecord.Step?

    struct Arrival: Sendable {
        let target: NodeID
        /// Whether laws and diagram had nothing against the step.
        let isFlawless: Bool
    }
}

/// What led to a state whose invariants are being checked.
struct Unchecked: Sendable {
    /// The nearest state from which a flawless step led here.
    var source: NodeID?
    var arrivals: [Edge] = []
}

/// What a walker is to do next.
enum Next: Sendable {
    /// Take that step, after a jump to its source unless the systems are there.
    case take(Edge, Position.Jump?)
    /// Nothing, until there is other news than the one of that number.
    case wait(since: Int)
    case end
}

/// What a walker is to do about what it saw.
enum Reception: Sendable {
    /// Nothing more. When the step led to a new state, the systems are there now.
    case settled(newState: NodeID?)
    /// Check the invariants where it is.
    case inspect(newState: NodeID?)
    /// Take the same step from the same state once more, to see what is volatile or whether the answer is lost again.
    case takeAgain
    /// Hand it over again when there is other news: someone else is finding out about the same kind of change.
    case wait(since: Int)

    /// Whether the step is to be handed over again.
    var isUnfinished: Bool {
        switch self {
        case .settled, .inspect: false
        case .takeAgain, .wait: true
        }
    }

    var newState: NodeID? {
        switch self {
        case .settled(let state), .inspect(let state): state
        case .takeAgain, .wait: nil
        }
    }
}

extension Walk {
    /// At most this many worlds may die over one step, and over all.
    private static var deathsOverOneStep: Int { 3 }
    private static var deathsInAll: Int { 5 }

    // MARK: Handing out

    /// Takes the best step of the frontier, until none is left or a limit is reached.
    mutating func next(for worker: Int, at position: Position) -> Next {
        while stopReason == nil {
            if let limit = limitReached() {
                stop(limit)
            } else if isStepLimitInFlight {
                return .wait(since: news)
            } else if let flight = interrupted.popLast() ?? frontier.next().map({ Flight(edge: $0) }) {
                if graph[flight.edge.source].isBroken || takeAsKnown(flight.edge) { continue }
                flights[worker] = flight
                flightCount += 1
                return .take(flight.edge, position.jump(to: flight.edge.source, in: graph))
            } else if flightCount > 0 {
                return .wait(since: news)
            } else if reopenStatesWithinDepth() == 0 {
                stop(.frontierEmpty(depthLimit: depthLimitReached))
            }
        }
        return .end
    }

    private func limitReached() -> StopReason? {
        if Task.isCancelled { return .interrupted }
        if let steps = limits.steps, statistics.transitions >= steps, stepsLeft > 0 { return .stepLimit(steps) }
        if let time = limits.time, ContinuousClock.now - started >= time { return .timeLimit(time) }
        if let violations = limits.violations, findings.count >= violations { return .violationLimit(violations) }
        return nil
    }

    /// Whether the steps under way use up the limit.
    private var isStepLimitInFlight: Bool {
        guard let steps = limits.steps, flightCount > 0 else { return false }
        return statistics.transitions + flightCount >= steps
    }

    var stepsLeft: Int { frontier.count + interrupted.count }

    // MARK: Taking in

    /// Judges what a step did and gives the result its place, unless more has to be known first.
    mutating func receive(_ execution: Execution<Context>, by worker: Int) throws -> Reception {
        guard let edge = flights[worker]?.edge else { return .settled(newState: nil) }
        if execution.lostAnAnswer && experiments.stepsThatLost.insert(edge.step).inserted {
            // The step may be at fault, or an API that was just being ended: then the walk can go on from here.
            for flaw in lawsBroken(by: execution) { add(flaw, source: edge.source, step: edge.step) }
            return .takeAgain
        }
        switch experiments.standing(of: edge.step, execution, underWay: flights) {
        case .known: return try settle(execution, edge: edge, by: worker)
        case .underWay: return .wait(since: news)
        case .new(let kinds):
            flights[worker]?.claimed = kinds
            return .takeAgain
        }
    }

    /// The same for a step that was taken twice: learns from the difference.
    mutating func receive(
        _ second: Execution<Context>, repeating first: Execution<Context>, by worker: Int
    ) throws -> Reception {
        guard let flight = flights[worker] else { return .settled(newState: nil) }
        flights[worker]?.wasRepeated = true
        if first.lostAnAnswer { return try receive(second, by: worker) }
        try learn(flight.edge.step, from: flight.edge.source, first, second)
        experiments.conclude(flight.claimed)
        flights[worker]?.claimed = []
        news += 1
        noteFlaws(of: first, missingIn: second, edge: flight.edge)
        return try settle(second, edge: flight.edge, by: worker)
    }

    private mutating func settle(
        _ execution: Execution<Context>, edge: Edge, by worker: Int
    ) throws -> Reception {
        if let arrival = flights[worker]?.arrival { return try settleAgain(execution, edge: edge, arrival) }
        statistics.transitions += 1
        workers[worker].transitions += 1
        guard execution.canBePlaced else {
            noteUnplaced(execution, edge: edge)
            try note(execution, edge: edge, by: worker)
            writeStep(of: worker)
            land(worker)
            return .settled(newState: nil)
        }
        let flaws = judge(execution, edge: edge)
        let (target, isNew, isMerged) = try place(execution, edge: edge)
        record(execution, edge: edge, target: target, flaws: flaws, by: worker)
        try note(execution, edge: edge, placed: (target, isNew, isMerged), flaws, by: worker)
        if !isNew { noteArrival(at: target, by: edge) }
        let newState = isNew ? target : nil
        if (isNew || isMerged) && !exploration.invariants.isEmpty {
            if isNew { unchecked[target] = Unchecked() }
            flights[worker]?.arrival = Flight.Arrival(target: target, isFlawless: flaws.isEmpty)
            return .inspect(newState: newState)
        }
        if flaws.isEmpty { open(target, reachedFrom: edge.source) }
        writeStep(of: worker)
        land(worker)
        return .settled(newState: newState)
    }

    /// Notes what is to be written of a step, and compares it with what an earlier walk wrote.
    private mutating func note(
        _ execution: Execution<Context>, edge: Edge, placed: (node: NodeID, isNew: Bool, isMerged: Bool)? = nil,
        _ flaws: [Flaw] = [], by worker: Int
    ) throws {
        guard isRecorded else { return }
        let wasRepeated = flights[worker]?.wasRepeated ?? false
        let record = try stepRecord(
            of: execution, edge: edge, placed: placed, flaws: flaws, wasRepeated: wasRepeated)
        flights[worker]?.record = record
        try recognise(record, edge: edge, by: worker)
    }

    /// A step that was counted and placed before its world died leads to the same state in another world, and the check of
    /// the invariants is made up for.
    private mutating func settleAgain(
        _ execution: Execution<Context>, edge: Edge, _ arrival: Flight.Arrival
    ) throws -> Reception {
        guard execution.canBePlaced else {
            throw notRewindable(edge.step, from: edge.source, "it led to a state at first, then \(describe(execution))")
        }
        let again = try fingerprint(of: try node(after: execution, edge: edge), execution.context)
        guard try again == fingerprint(of: graph[arrival.target], contexts[arrival.target]) else {
            throw notRewindable(edge.step, from: edge.source, "it led to another state than before")
        }
        return .inspect(newState: nil)
    }

    /// Takes in what the invariants said where a step led.
    mutating func receive(_ inspection: Inspection<Context>, by worker: Int) {
        guard let flight = flights[worker], let arrival = flight.arrival else { return }
        let edge = flight.edge
        let flaws = flaws(in: inspection, after: { "\($0.pathDescription(to: edge.source)) → \($0.label(edge.step))" })
        for flaw in flaws { add(flaw, source: edge.source, step: edge.step, state: arrival.target) }
        var sources = arrival.isFlawless ? [edge.source] : []
        if let meanwhile = unchecked.removeValue(forKey: arrival.target) {
            // A law that the invariants' own requests broke says nothing against the state.
            graph[arrival.target].isBroken = flaws.contains { $0.rule.kind == .invariant }
            if !flaws.isEmpty { flawsOfStates[arrival.target] = flaws }
            for edge in meanwhile.arrivals { noteArrival(at: arrival.target, by: edge) }
            if let source = meanwhile.source { sources.append(source) }
        }
        if let nearest = sources.min(by: { graph[$0].depth < graph[$1].depth }) {
            open(arrival.target, reachedFrom: nearest)
        }
        writeStep(of: worker, alsoBroken: flaws)
        land(worker)
    }

    private mutating func land(_ worker: Int) {
        flights[worker] = nil
        flightCount -= 1
        news += 1
    }

    // MARK: Ending

    private mutating func stop(_ reason: StopReason) {
        stopReason = reason
        news += 1
    }

    /// Ends the walk without a verdict. The first error is the reason.
    mutating func stop(because error: any Error) {
        if !hasFailed { stop(.failed(reason(of: error))) }
    }

    /// Puts back the step of a worker that can't finish it.
    /// - Returns: whether the worker is to go on in another world; otherwise the walk ends with the reason.
    mutating func giveUp(_ worker: Int, because error: any Error, isReplaceable: Bool) -> Bool {
        let deathsOverStep = putBack(worker)
        let deaths = 1 + workers.reduce(0) { $0 + $1.replacements }
        guard let loss = error as? WorldLost, isReplaceable else {
            stop(because: error)
            return false
        }
        if deathsOverStep >= Self.deathsOverOneStep {
            stop(because: NotDecided("\(loss.reason) \(deathsOverStep) worlds were lost over this step."))
        } else if deaths > Self.deathsInAll {
            stop(because: NotDecided("\(loss.reason) \(deaths) worlds were lost in all."))
        } else {
            workers[worker].replacements += 1
            return true
        }
        return false
    }

    /// - Returns: how many worlds were lost over the step so far.
    private mutating func putBack(_ worker: Int) -> Int {
        guard var flight = flights[worker] else { return 0 }
        flight.claimed = []
        flight.deaths += 1
        interrupted.append(flight)
        land(worker)
        return flight.deaths
    }

    // MARK: Progress

    /// How the walk is going, when it is time to say so.
    mutating func progress() -> ExplorationProgress? {
        let now = ContinuousClock.now
        guard now - lastProgress > .milliseconds(50) else { return nil }
        lastProgress = now
        return ExplorationProgress(
            states: graph.nodes.count, transitions: statistics.transitions, frontier: stepsLeft,
            depth: statistics.depth, violations: findings.count, elapsed: now - started)
    }
}
