import Dispatch
import PaymentProviders
import Synchronization

/// The one bridge from threads that may wait, those that handle requests, to the provider's asynchronous calls.
///
/// The call runs on the thread that waits for it. It needs none of the few threads that Swift's concurrency has, and so
/// cannot wait in vain for one of them, whatever those are doing.
struct BlockingProvider: Sendable {
    let provider: any PaymentProvider

    /// Makes a call and waits for its end. How long that takes at most is the provider's business.
    func call<R: Sendable>(
        _ body: @escaping @Sendable (any PaymentProvider) async throws(ProviderError) -> R
    ) throws(ProviderError) -> R {
        let thread = WaitingThread()
        let reply = Reply<R>()
        Task(executorPreference: thread) { [provider] in
            do throws(ProviderError) {
                reply.give(.success(try await body(provider)))
            } catch {
                reply.give(.failure(error))
            }
        }
        while true {
            if let result = reply.result { return try result.get() }
            thread.runNextPart()
        }
    }
}

/// A result that is there or not.
private final class Reply<R: Sendable>: Sendable {
    private let given = Mutex<Result<R, ProviderError>?>(nil)

    var result: Result<R, ProviderError>? { given.withLock { $0 } }

    func give(_ value: Result<R, ProviderError>) { given.withLock { $0 = value } }
}

/// Runs the parts of a task, from one `await` to the next, on the thread that waits for the task.
private final class WaitingThread: TaskExecutor {
    private let parts = Mutex<[UnownedJob]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let part = UnownedJob(job)
        parts.withLock { $0.append(part) }
        arrivals.signal()
    }

    func runNextPart() {
        arrivals.wait()
        let part = parts.withLock { $0.removeFirst() }
        part.runSynchronously(on: asUnownedTaskExecutor())
    }
}
