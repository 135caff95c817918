/// Explores every reachable state of a world and says what it found.
///
/// ```swift
/// let result = await Explorer(payments, in: world).explore()
/// ```
///
/// The systems are taken as they are: their content becomes the root, and is what they hold again when `explore` returns,
/// whatever happened in between.
public struct Explorer<Context: ExplorationContext>: Sendable {
    private(set) var exploration: Exploration<Context>
    let workers: [Worker]
    let replacement: (@Sendable (Int, WorkerThread) async throws -> World)?
    let strategy: Strategy
    let seed: UInt64
    let limits: Limits
    let onProgress: (@Sendable (ExplorationProgress) -> Void)?
    let onRecord: (@Sendable (WalkRecord) -> Void)?
    let records: [WalkRecord]

    /// - Parameters:
    ///   - exploration: what to try and what must hold.
    ///   - world: where; its systems' content becomes the root.
    ///   - strategy: in which order.
    ///   - seed: decides everything that is left to chance. Same seed, same API, same run.
    ///   - limits: where to stop at the latest.
    ///   - thread: where the walk runs; give adapters the same, so that calls need no thread switch.
    ///   - onProgress: called now and then from the walk, at most every few milliseconds.
    ///   - onRecord: called with what another walk needs to go on from this one, in order, while the walk waits.
    ///   - records: what an earlier walk wrote, to go on from it. It must have had the same exploration, strategy and seed,
    ///     and the systems must hold what they held when it began; the result is ``Verdict/notDecided(_:)`` when they do
    ///     not, or when a step that is taken again does something else. Limits of steps count those of the earlier walk.
    /// - Throws: ``ExplorationError`` when the exploration contradicts itself.
    public init(
        _ exploration: Exploration<Context>, in world: World, strategy: Strategy = .breadthFirst, seed: UInt64 = 1,
        limits: Limits = Limits(), thread: WorkerThread = .shared,
        onProgress: (@Sendable (ExplorationProgress) -> Void)? = nil,
        onRecord: (@Sendable (WalkRecord) -> Void)? = nil, resuming records: [WalkRecord] = []
    ) throws(ExplorationError) {
        try self.init(
            exploration, by: [Worker(in: world, on: thread)], strategy: strategy, seed: seed, limits: limits,
            onProgress: onProgress, onRecord: onRecord, resuming: records)
    }

    /// Explores with several workers, each in a world of its own.
    ///
    /// They find the same states and the same violations as one, with paths as short. Who takes which step is left to
    /// chance, and so is the order within a strategy.
    /// - Parameters:
    ///   - workers: at least one, on different threads. Their worlds have equal systems in the same order, with equal
    ///     content to begin with; the result is ``Verdict/notDecided(_:)`` when they have not.
    ///   - replacement: makes another world, equal to what the first ones were to begin with, for the worker with that
    ///     number (from 1) on its thread, when its API or a system does not answer any more. The step is then taken again.
    ///     The third world lost over one step, the sixth in all, and the first without this closure end the walk.
    ///   - onProgress: called now and then from any worker's thread.
    ///   - onRecord: called with what another walk needs to go on from this one, one at a time, while the walk waits.
    ///   - records: what an earlier walk wrote, to go on from it, be it with another number of workers.
    /// - Throws: ``ExplorationError`` when the exploration contradicts itself, or the worlds have other systems.
    public init(
        _ exploration: Exploration<Context>, by workers: [Worker], strategy: Strategy = .breadthFirst, seed: UInt64 = 1,
        limits: Limits = Limits(),
        replacingLostWorlds replacement: (@Sendable (_ number: Int, _ thread: WorkerThread) async throws -> World)? =
            nil,
        onProgress: (@Sendable (ExplorationProgress) -> Void)? = nil,
        onRecord: (@Sendable (WalkRecord) -> Void)? = nil, resuming records: [WalkRecord] = []
    ) throws(ExplorationError) {
        try exploration.validate(for: workers)
        self.exploration = exploration
        self.workers = workers
        self.replacement = replacement
        self.strategy = strategy
        self.seed = seed
        self.limits = limits
        self.onProgress = onProgress
        self.onRecord = onRecord
        self.records = records
    }

    /// The same, asked about a law that was not selected.
    func checking(alsoLaw name: String?) -> Explorer {
        var copy = self
        copy.exploration = exploration.checking(alsoLaw: name)
        return copy
    }

    /// Walks, replays what was found, and returns the systems to where they were.
    ///
    /// Cancelling the task ends the walk at the next step; what was found until then is in the result.
    public func explore() async -> ExplorationResult {
        await workers[0].thread.run { await exploreOnThread { _, _ in } }.0
    }

    /// On the first worker's thread; what concerns other worlds happens on theirs.
    /// - Parameter afterwards: what the first walker does in its world once the walk has ended, before it goes back
    ///   to the root; it is given what was found.
    func exploreOnThread<More: Sendable>(
        _ afterwards: @Sendable (inout Walker<Context>, [Violation]) async -> More
    ) async -> (ExplorationResult, More) {
        let walk = SharedWalk(Walk(self))
        var first = Walker(0, of: self, on: walk)
        var others = workers.indices.dropFirst().map { Walker($0, of: self, on: walk) }
        await first.begin()
        for index in others.indices where walk.with({ $0.stopReason == nil }) {
            others[index] = await others[index].onThread { await $0.begin() }
        }
        await allWorking(&first, &others)
        let violations = await first.conclude()
        let more = await afterwards(&first, violations)
        await first.end()
        for walker in others { _ = await walker.onThread { await $0.end() } }
        return (walk.with { $0.result(violations: violations) }, more)
    }

    /// Each on its own thread, until the walk ends.
    private func allWorking(_ first: inout Walker<Context>, _ others: inout [Walker<Context>]) async {
        await withTaskGroup(of: Walker<Context>.self) { group in
            for walker in others {
                group.addTask(executorPreference: walker.thread.taskExecutor) {
                    await walker.onThread { await $0.work() }
                }
            }
            await first.work()
            others = []
            for await walker in group { others.append(walker) }
        }
    }
}
