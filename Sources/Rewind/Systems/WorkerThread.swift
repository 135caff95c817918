import Foundation

/// One thread that runs Swift tasks and may block.
///
/// A database or HTTP call through a C library blocks the thread it is made on. Blocking one of Swift's shared threads
/// would stall unrelated work, and handing every call to another thread costs two wake-ups a call. So an exploration
/// and its adapters run *on* a thread of their own: an adapter is an actor that names it as its executor, and a call to
/// it from the exploration changes the queue but not the thread.
///
/// ```swift
/// let thread = WorkerThread(name: "worker 1")
/// await thread.run { await explorer.explore() }
/// ```
public final class WorkerThread: SerialExecutor, @unchecked Sendable {
    // Unchecked: `jobs` and `isStopped` are only touched with `condition` locked.
    private let condition = NSCondition()
    private var jobs: [Job] = []
    private var isStopped = false
    private let unisolatedSide = UnisolatedSide()

    /// Work that is isolated to an actor of this thread, or to none. The runtime keeps the two apart, and from one piece
    /// of work to the next of the same kind it need not come back to the queue.
    private enum Job {
        case isolated(UnownedJob)
        case unisolated(UnownedJob)
    }

    /// The thread that adapters and explorers use unless they are given another.
    public static let shared = WorkerThread(name: "rewind")

    /// Starts a thread. It lives until the process ends or `stop()` is called.
    public init(name: String) {
        unisolatedSide.thread = self
        let thread = Thread { [self] in work() }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Runs the operation, and everything it awaits that is not bound elsewhere, on this thread.
    public func run<Success: Sendable>(_ operation: @Sendable () async throws -> Success) async rethrows -> Success {
        try await withTaskExecutorPreference(unisolatedSide, operation: operation)
    }

    /// What a task prefers that is to run on this thread from its beginning.
    var taskExecutor: any TaskExecutor { unisolatedSide }

    /// Ends the thread once the jobs it has are done. A job enqueued later never runs.
    public func stop() {
        condition.withLock { isStopped = true }
        condition.signal()
    }

    /// Called by the Swift runtime with the work of actors that name this thread as their executor.
    public func enqueue(_ job: consuming ExecutorJob) { enqueue(Job.isolated(UnownedJob(job))) }

    private final class UnisolatedSide: TaskExecutor, @unchecked Sendable {
        // Unchecked: set once, before the thread that it stands for is started.
        weak var thread: WorkerThread?

        func enqueue(_ job: consuming ExecutorJob) { thread?.enqueue(Job.unisolated(UnownedJob(job))) }
    }

    private func enqueue(_ job: Job) {
        condition.withLock { jobs.append(job) }
        condition.signal()
    }

    private func work() {
        while let batch = nextJobs() {
            for job in batch {
                switch job {
                case .isolated(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .unisolated(let job): job.runSynchronously(on: unisolatedSide.asUnownedTaskExecutor())
                }
            }
        }
    }

    private func nextJobs() -> [Job]? {
        condition.withLock {
            while jobs.isEmpty && !isStopped { condition.wait() }
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs.isEmpty ? nil : jobs
        }
    }
}
