import Rewind

/// Makes worlds for workers, and ends what is behind them.
protocol WorldSource: Actor {
    /// A world for the worker with that number, from 1, equal to all others it makes.
    func world(_ number: Int, on thread: WorkerThread) async throws -> World

    /// What those who were started have to say about how they ended.
    func notes() async -> [String]

    /// Ends everything that was started and removes everything that was made.
    func stop() async
}

/// Workers, each in a world of its own, for as long as they are used.
struct WorkerTeam: Sendable {
    let workers: [Worker]
    private let makeWorld: @Sendable (Int, WorkerThread) async throws -> World

    /// Makes another world for a worker that lost its own; `nil` for a single worker.
    var replacement: (@Sendable (Int, WorkerThread) async throws -> World)? { workers.count > 1 ? makeWorld : nil }

    /// Makes the worlds, has them used, and stops the source, whatever happens in between.
    /// - Parameter notingFailure: is given the result, and asks what the source has to say before it is stopped. To ask
    ///   whether a service has just ended is to wait a while for news of its end, so only a failure should.
    static func use<R: Sendable>(
        _ source: some WorldSource, workers count: Int, _ body: (WorkerTeam) async throws -> R,
        notingFailure: (R, () async -> [String]) async -> Void = { _, _ in }
    ) async throws -> R {
        do {
            let makeWorld: @Sendable (Int, WorkerThread) async throws -> World = { try await source.world($0, on: $1) }
            let workers = try await Worker.team(of: count, makingWorlds: makeWorld)
            let result = try await body(WorkerTeam(workers: workers, makeWorld: makeWorld))
            await notingFailure(result) { await source.notes() }
            await source.stop()
            return result
        } catch {
            await source.stop()
            throw error
        }
    }
}
