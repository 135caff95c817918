import Foundation

/// One thread that runs Swift tasks and may block.
///
/// A database or HTTP call through a C library blocks the thread it is made on. Blocking one of Swift's shared threads
/// would stall unrelated work, and handing every call to another thread costs two wake-ups a call. So an exploration
/// and its adapters run *on* a thread of their own: adapters name it as their executor, and calls between them stay on
/// it, without a switch.
///
/// ```swift
/// let thread = WorkerThread(name: "worker 1")
/// await thread.run { await explorer.explore() }
/// ```
public final class WorkerThread: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Unchecked: `jobs` and `isStopped` are only touched with `condition` locked.
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var isStopped = false

    /// The thread that adapters and explorers use unless they are given another.
    public static let shared = WorkerThread(name: "rewind")

    /// Starts a thread. It lives until the process ends or `stop()` is called.
    public init(name: String) {
        let thread = Thread { [self] in work() }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Runs the operation, and everything it awaits that is not bound elsewhere, on this thread.
    public func run<Success: Sendable, Failure: Error>(
        _ operation: @Sendable () async throws(Failure) -> Success
    ) async throws(Failure) -> Success {
        do {
            return try await withTaskExecutorPreference(self) { try await operation() }
        } catch {
            throw error as! Failure
        }
    }

    /// Ends the thread once the jobs it has are done. A job enqueued later never runs.
    public func stop() {
        condition.withLock { isStopped = true }
        condition.signal()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        condition.withLock { jobs.append(unowned) }
        condition.signal()
    }

    private func work() {
        while let batch = nextJobs() {
            for job in batch {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
        }
    }

    private func nextJobs() -> [UnownedJob]? {
        condition.withLock {
            while jobs.isEmpty && !isStopped { condition.wait() }
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs.isEmpty ? nil : jobs
        }
    }
}
