/// A world, and the thread on which everything in it runs.
///
/// Several workers explore one state space together. Each needs systems and an API process of its own, all with the same
/// content to begin with, such as copies of one database:
///
/// ```swift
/// @Sendable func world(_ number: Int, _ thread: WorkerThread) async throws -> World {
///     let database = try copyOfDatabase(number)
///     let api = try API(baseURL: startServer(on: database), thread: thread)
///     return World(api: api, systems: [SQLiteSystem(path: database, thread: thread)])
/// }
/// let workers = try await Worker.team(of: 4, makingWorlds: world)
/// let result = try await Explorer(payments, by: workers, replacingLostWorlds: world).explore()
/// ```
public struct Worker: Sendable {
    public let world: World
    public let thread: WorkerThread

    /// - Parameter thread: the one that was given to the adapters of the world, and to no other worker.
    public init(in world: World, on thread: WorkerThread) {
        self.world = world
        self.thread = thread
    }

    /// Workers on threads of their own.
    /// - Parameter makingWorlds: makes the world of the worker with that number, from 1, with adapters on that thread.
    /// - Throws: what `makingWorlds` throws.
    public static func team(
        of count: Int, makingWorlds world: @Sendable (_ number: Int, _ thread: WorkerThread) async throws -> World
    ) async rethrows -> [Worker] {
        var workers: [Worker] = []
        for number in 1...max(1, count) {
            let thread = WorkerThread(name: "worker \(number)")
            workers.append(Worker(in: try await world(number, thread), on: thread))
        }
        return workers
    }
}
