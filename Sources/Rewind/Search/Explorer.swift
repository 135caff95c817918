/// Explores every reachable state of a world and says what it found.
///
/// ```swift
/// let result = await Explorer(payments, in: world).explore()
/// ```
///
/// The systems are taken as they are: their content becomes the root, and is what they hold again when `explore` returns,
/// whatever happened in between.
public struct Explorer<Context: ExplorationContext>: Sendable {
    let exploration: Exploration<Context>
    let world: World
    let strategy: Strategy
    let seed: UInt64
    let limits: Limits
    let thread: WorkerThread
    let onProgress: (@Sendable (ExplorationProgress) -> Void)?

    /// - Parameters:
    ///   - seed: decides everything that is left to chance. Same seed, same API, same run.
    ///   - thread: where the walk runs; give adapters the same, so that calls need no thread switch.
    ///   - onProgress: called now and then from the walk, at most every few milliseconds.
    /// - Throws: ``ExplorationError`` when the exploration contradicts itself.
    public init(
        _ exploration: Exploration<Context>, in world: World, strategy: Strategy = .breadthFirst, seed: UInt64 = 1,
        limits: Limits = Limits(), thread: WorkerThread = .shared,
        onProgress: (@Sendable (ExplorationProgress) -> Void)? = nil
    ) throws(ExplorationError) {
        try exploration.validate(in: world)
        self.exploration = exploration
        self.world = world
        self.strategy = strategy
        self.seed = seed
        self.limits = limits
        self.thread = thread
        self.onProgress = onProgress
    }

    /// Walks, replays what was found, and returns the systems to where they were.
    ///
    /// Cancelling the task ends the walk at the next step; what was found until then is in the result.
    public func explore() async -> ExplorationResult {
        await thread.run { await exploreOnThread() }
    }

    private func exploreOnThread() async -> ExplorationResult {
        var walk = Walk(self)
        var begun: [any RewindableSystem] = []
        do {
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
            try await walk.prepare()
            try await walk.run()
        } catch {
            walk.stop(because: error)
        }
        var violations = await walk.confirmFindings()
        await walk.finish(begun)
        violations.sort { $0.rule.severity > $1.rule.severity }
        return walk.result(violations: violations)
    }
}
