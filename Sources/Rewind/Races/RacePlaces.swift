/// Where races are run, and what came of them. They come after the walk, when all that is volatile was learned.
struct RaceLedger: Sendable {
    struct Place: Sendable {
        let step: StepID
        let node: NodeID
    }

    /// One for each race, in order of declaration.
    var counts: [RaceCount] = []
    /// Races in which something was found: the nearest place is enough.
    fileprivate var found: Set<Int> = []
    fileprivate var open: [Place]?
}

extension Walker {
    /// Races wherever it is possible, the nearest places first.
    mutating func raceWherePossible() async throws {
        while let (place, rounds) = walk.with({ $0.nextRacePlace() }) {
            let tally = try await race(place.step, from: place.node, rounds: rounds, enough: 1)
            walk.with { $0.note(tally, at: place) }
        }
    }

    /// The crew for this walker's world.
    mutating func racingCrew() throws -> RacingCrew {
        if let crew { return crew }
        let made = try RacingCrew(Race<Context>.numberOfRequests.upperBound, in: world)
        crew = made
        return made
    }
}

extension Walk {
    fileprivate mutating func nextRacePlace() -> (place: RaceLedger.Place, rounds: Int)? {
        if races.open == nil { races.open = racePlaces().reversed() }
        while let place = races.open?.last {
            let number = place.step.action - exploration.actions.count
            if races.found.contains(number) || !mayRace {
                races.counts[number].placesLeftOut += 1
                races.open?.removeLast()
                continue
            }
            return (place, limits.rounds ?? exploration.races[number].parts.rounds)
        }
        return nil
    }

    private var mayRace: Bool {
        if Task.isCancelled { return false }
        if let time = limits.time, ContinuousClock.now - started >= time { return false }
        if let violations = limits.violations, findings.count >= violations { return false }
        if case .interrupted? = stopReason { return false }
        return true
    }

    fileprivate mutating func note(_ tally: RaceTally, at place: RaceLedger.Place) {
        races.open?.removeLast()
        let number = place.step.action - exploration.actions.count
        races.counts[number].places += 1
        races.counts[number].rounds += tally.rounds
        races.counts[number].roundsTogether += tally.roundsTogether
        races.counts[number].orders += tally.orders
        races.counts[number].anomalies += tally.anomalies
        if let flaw = tally.flaw {
            races.found.insert(number)
            add(flaw, source: place.node, step: place.step)
        }
        if let failure = tally.failure {
            findings.addFailure(
                of: label(place.step), message: "\(failure) It happened after \(pathDescription(to: place.node)).")
        }
    }

    /// States in which all actions of a race can be formed and at least one was accepted: where all are refused, they have
    /// nothing to race for.
    private mutating func racePlaces() -> [RaceLedger.Place] {
        var accepted: [NodeID: Set<StepID>] = [:]
        for transition in graph.transitions where transition.outcome == .accepted {
            accepted[NodeID(transition.source), default: []].insert(transition.step)
        }
        let nodes = accepted.keys.sorted { (graph[$0].depth, $0) < (graph[$1].depth, $1) }
        var places: [RaceLedger.Place] = []
        for (number, race) in exploration.races.enumerated() {
            var own: [RaceLedger.Place] = []
            for node in nodes where race.parts.canBeFormed(contexts[node]) {
                let known = accepted[node] ?? []
                let formed = Set(edges(from: node).map(\.step))
                for (combination, steps) in race.combinations.enumerated()
                where steps.allSatisfy(formed.contains) && steps.contains(where: known.contains) {
                    let step = StepID(action: exploration.actions.count + number, variant: combination)
                    own.append(RaceLedger.Place(step: step, node: node))
                }
            }
            races.counts[number].placesLeftOut += max(0, own.count - race.parts.places)
            places += own.prefix(race.parts.places)
        }
        return places
    }

    /// What races did not show.
    var raceWarnings: [String] {
        races.counts.flatMap { count -> [String] in
            if count.rounds == 0 {
                let reason =
                    count.placesLeftOut > 0
                    ? "\(count.placesLeftOut) places were left out."
                    : "there was no state in which all of its actions could be formed and one was accepted."
                return ["\(count.name) was never tried: \(reason)"]
            }
            var warnings: [String] = []
            if count.roundsTogether == 0 {
                warnings.append(
                    "\(count.name) never overlapped: its requests did not go through a service that has a connection for "
                        + "each, so they were not seen to be under way together.")
            }
            if count.placesLeftOut > 0 && count.anomalies == 0 {
                warnings.append(
                    "\(count.name) was tried in \(count.places) places, and \(count.placesLeftOut) were left out.")
            }
            return warnings
        }
    }
}

extension Walker {
    /// The end of a replayed path that is a race: at least so many rounds are run, so that it can be said how often it occurs.
    mutating func follow(
        race step: StepID, from current: NodeID, asking question: ReplayQuestion, _ replay: inout Replay
    ) async throws {
        guard let (race, steps) = exploration.race(named: step) else { return }
        let context = walk.context(of: current)
        let label = exploration.label(step)
        guard steps.allSatisfy({ exploration.actions[$0.action].canBeFormed(context) }) else {
            return replay.ending = .stopped("\(label) could not be formed.")
        }
        let rounds = max(walk.with { $0.limits.rounds } ?? race.parts.rounds, RaceLedger.mostRoundsOfReplay)
        let tally = try await self.race(step, from: current, rounds: rounds, enough: RaceLedger.roundsOfReplay)
        replay.path.append(step)
        if let seen = tally.step { replay.steps.append(seen) }
        replay.rounds = tally.rounds
        if let flaw = tally.flaw, question.isSought(flaw) {
            replay.ending = .broken(flaw)
        } else if let failure = tally.failure {
            replay.ending = .stopped("\(label) could not be judged: \(failure)")
        }
    }
}

extension RaceLedger {
    /// What is found goes on to be run so often, to say how often it occurs.
    static let roundsOfReplay = 20
    /// What is not found is run at least so often.
    static let mostRoundsOfReplay = 200
}
