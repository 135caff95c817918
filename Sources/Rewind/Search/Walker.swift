/// One who takes steps: a world, and where its systems are.
///
/// The main loop is ``work()``; one step of it is ``take(_:)``: move there, act, capture, then let the walk judge and place
/// what came of it. All of it runs on the worker's thread.
struct Walker<Context: ExplorationContext>: Sendable {
    let exploration: Exploration<Context>
    /// From 0.
    let number: Int
    let thread: WorkerThread
    private(set) var world: World
    let walk: SharedWalk<Context>
    var position: Position
    let journal = Journal()
    var faithfulness = Faithfulness()
    /// This walker's part of the counts and times.
    var statistics = Statistics()
    let isWatching: Bool
    private let makesWorld: (@Sendable (Int, WorkerThread) async throws -> World)?
    private let onProgress: (@Sendable (ExplorationProgress) -> Void)?
    /// Those who send requests at the same time, once there is a race.
    var crew: RacingCrew?
    /// The systems that are to be returned to the root.
    private var begun: [any RewindableSystem] = []

    init(_ number: Int, of explorer: Explorer<Context>, on walk: SharedWalk<Context>) {
        exploration = explorer.exploration
        self.number = number
        thread = explorer.workers[number].thread
        world = explorer.workers[number].world
        makesWorld = explorer.replacement
        onProgress = explorer.onProgress
        self.walk = walk
        position = Position(systems: world.systems)
        isWatching = walk.with { $0.isWatching }
    }

    /// Works on the walker's thread.
    func onThread(_ work: @Sendable (inout Walker) async -> Void) async -> Walker {
        await thread.run {
            var walker = self
            await work(&walker)
            return walker
        }
    }

    // MARK: The main loop

    /// Takes steps until the walk ends.
    mutating func work() async {
        while true {
            switch walk.with({ $0.next(for: number, at: position) }) {
            case .end: return
            case .wait(let news): await walk.news(since: news)
            case .take(let edge, let jump):
                do {
                    if let jump { try await position.move(by: jump) }
                    try await take(edge)
                    if isTimeToVerify { try await verifyContent() }
                    reportProgress()
                } catch {
                    _ = await goOn(after: error)
                }
            }
        }
    }

    /// One step: act where the systems are, see what changed, and have it judged and placed.
    private mutating func take(_ edge: Edge) async throws {
        var execution = try await execute(edge.step, from: edge.source)
        var reception = try walk.with { try $0.receive(execution, by: number) }
        while reception.isUnfinished {
            if case .wait(let news) = reception {
                await walk.news(since: news)
                reception = try walk.with { try $0.receive(execution, by: number) }
            } else {
                let first = execution
                execution = try await takeAgain(edge)
                reception = try walk.with { try $0.receive(execution, repeating: first, by: number) }
            }
        }
        try await probe(edge, execution)
        if let newState = reception.newState { position.arrived(at: newState) }
        guard case .inspect = reception else { return }
        let inspection = try await inspect(execution.context)
        walk.with { $0.receive(inspection, by: number) }
    }

    /// Goes back and runs the step again.
    private mutating func takeAgain(_ edge: Edge) async throws -> Execution<Context> {
        try await move(to: edge.source)
        if statistics.repetitions == 0 { try await verifyContent() }
        return try await repeatStep(edge.step, from: edge.source)
    }

    private func reportProgress() {
        guard let onProgress, let progress = walk.with({ $0.progress() }) else { return }
        onProgress(progress)
    }

    // MARK: Acting

    /// Moves the systems to a state. Costs nothing when they are there.
    mutating func move(to target: NodeID) async throws {
        if let jump = walk.with({ position.jump(to: target, in: $0.graph) }) { try await position.move(by: jump) }
    }

    /// Runs one action where the systems are, and captures what it changed.
    /// - Throws: ``WorldLost`` when the API can't be asked.
    mutating func execute(_ step: StepID, from source: NodeID) async throws -> Execution<Context> {
        let perform = exploration.actions[step.action].variants[step.variant].perform
        var run = Run(context: walk.context(of: source), world: world, journal: journal)
        let outcome: Outcome
        do {
            outcome = try await perform(&run)
        } catch {
            if let reason = (error as? any UndecidedError)?.undecidedReason {
                countRequests(journal.drain())
                let path = walk.with { $0.pathDescription(to: source) }
                throw WorldLost("\(reason) It happened during \(exploration.label(step)), after \(path).")
            }
            outcome = .failed(String(describing: error))
        }
        let exchanges = journal.drain()
        countRequests(exchanges)
        let changes = try await position.capture()
        return Execution(
            outcome: outcome, context: run.context, exchanges: exchanges, changes: changes)
    }

    /// Runs a step that was taken before.
    mutating func repeatStep(_ step: StepID, from source: NodeID) async throws -> Execution<Context> {
        let execution = try await execute(step, from: source)
        statistics.repetitions += 1
        return execution
    }

    /// Makes the place an execution led to one to go on from.
    mutating func stay(after execution: Execution<Context>, edge: Edge) throws -> NodeID {
        let place = try walk.with { try $0.stay(after: execution, edge: edge) }
        position.arrived(at: place)
        return place
    }

    mutating func countRequests(_ exchanges: [Exchange]) {
        for exchange in exchanges { statistics.requests.add(.nanoseconds(Int64(exchange.durationNanoseconds))) }
    }

    // MARK: Beginning and ending

    /// Makes the systems' content the root. The first walker's is the root of all.
    mutating func begin() async {
        do {
            let schemas = try await beginSystems()
            if number > 0 { return try requireSameRoot(schemas) }
            try walk.with { try $0.prepare(schemas: schemas, contents: faithfulness.root) }
            let inspection = try await inspect(exploration.initialContext)
            walk.with { $0.openRoot(after: inspection) }
        } catch {
            walk.with { $0.stop(because: error) }
        }
    }

    private mutating func beginSystems() async throws -> [Schema] {
        for system in world.systems {
            do {
                try await system.begin()
            } catch {
                // It may have begun in part; what it says now would only hide why it could not begin.
                try? await system.end()
                throw error
            }
            begun.append(system)
        }
        var schemas: [Schema] = []
        for system in world.systems { schemas.append(try await system.schema()) }
        try await faithfulness.begin(world.systems, after: position.moves.count)
        return schemas
    }

    private func requireSameRoot(_ schemas: [Schema]) throws {
        try walk.with { walk in
            for (index, name) in walk.systems.enumerated() {
                let difference =
                    if index >= schemas.count || schemas[index] != walk.schemas[index] {
                        "other tables or columns"
                    } else if faithfulness.root[index] != walk.rootContents[index] {
                        "other content"
                    } else {
                        ""
                    }
                if difference.isEmpty { continue }
                throw NotDecided(
                    "The worlds do not begin alike: \(name) has \(difference) at worker \(number + 1) than at worker 1. "
                        + "Give each worker a copy of the same systems, made while nothing writes to them.")
            }
        }
    }

    /// Goes on in another world when this one is lost, or else ends the walk.
    /// - Returns: whether it goes on.
    mutating func goOn(after error: any Error) async -> Bool {
        let isReplaced = walk.with { $0.giveUp(number, because: error, isReplaceable: makesWorld != nil) }
        guard isReplaced, let makesWorld else { return false }
        // What a dead world says about its end helps nobody.
        for system in begun { try? await system.end() }
        begun = []
        do {
            crew?.stop()
            crew = nil
            world = try await makesWorld(number + 1, thread)
            try exploration.validate(in: world)
            position.start(over: world.systems)
            _ = journal.drain()
            try requireSameRoot(try await beginSystems())
            return true
        } catch {
            walk.with { $0.stop(because: NotDecided("Worker \(number + 1) got no other world. \(reason(of: error))")) }
            return false
        }
    }

    /// Returns the systems to the root and lets go of them. What fails here becomes a reason not to decide.
    mutating func end() async {
        for system in begun {
            do {
                try await system.end()
            } catch {
                walk.with { $0.noteNotReturned("\(system.name) could not be returned to where it was: \(error)") }
            }
        }
        begun = []
        crew?.stop()
        crew = nil
        statistics.moves = position.moves
        statistics.captures = position.captures
        walk.with { $0.statistics += statistics }
    }
}
