/// Those who send the requests of a race: a thread, a connection and a journal for each.
final class RacingCrew: Sendable {
    struct Racer: Sendable {
        let thread: WorkerThread
        let lane: StartingGate.Lane
        let journal: Journal
        let world: World
    }

    let gate: StartingGate
    let racers: [Racer]

    /// - Throws: what a service of the world throws that can't be had once more.
    init(_ count: Int, in world: World) throws {
        let gate = StartingGate(lanes: count)
        self.gate = gate
        racers = try (0..<count).map { number in
            let thread = WorkerThread(name: "racer \(number + 1)")
            let lane = gate.lane(number)
            return Racer(
                thread: thread, lane: lane, journal: Journal(), world: try world.connected(on: thread, through: lane))
        }
    }

    /// Carries out the actions at the same time, each knowing the same.
    func race<Context>(
        _ actions: [Action<Context>.Body], knowing context: Context, delays: [Duration]
    ) async -> [RaceAnswer] {
        gate.close(for: actions.count, delays: delays)
        return await withTaskGroup(of: (Int, RaceAnswer).self) { group in
            for (number, perform) in actions.enumerated() {
                let racer = racers[number]
                group.addTask(executorPreference: racer.thread.taskExecutor) {
                    (number, await racer.carryOut(perform, knowing: context))
                }
            }
            var answers: [Int: RaceAnswer] = [:]
            for await (number, answer) in group { answers[number] = answer }
            return actions.indices.compactMap { answers[$0] }
        }
    }

    /// Ends the threads.
    func stop() { for racer in racers { racer.thread.stop() } }
}

/// What became of one action of a race.
struct RaceAnswer: Sendable {
    let outcome: Outcome
    let exchanges: [Exchange]
    /// Why the API can't be asked any more.
    var lossOfWorld: String?
}

extension RacingCrew.Racer {
    fileprivate func carryOut<Context>(
        _ perform: Action<Context>.Body, knowing context: Context
    ) async -> RaceAnswer {
        var run = Run(context: context, world: world, journal: journal)
        let outcome: Outcome
        var loss: String?
        do {
            outcome = try await perform(&run)
        } catch {
            loss = (error as? any UndecidedError)?.undecidedReason
            outcome = .failed(String(describing: error))
        }
        lane.leave()
        return RaceAnswer(outcome: outcome, exchanges: journal.drain(), lossOfWorld: loss)
    }
}
