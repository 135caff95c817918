import Dispatch
import Foundation

/// Ctrl-C and `kill` as cancellation, so that what was found is reported and the database restored.
enum Interruption {
    /// Runs the operation in a task that the first signal cancels. A second one ends the process at once; the database is
    /// then restored by the next run or by `rewind restore`.
    static func endingTask<Success: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        let (gate, opening) = AsyncStream.makeStream(of: Never.self)
        let task = Task {
            for await _ in gate {}
            return try await operation()
        }
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM] { sources.append(await listen(to: number) { interrupt(task, by: number) }) }
        defer {
            for source in sources { source.cancel() }
            for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        }
        // Only now: a signal that comes while nobody listens yet is lost, so nothing may have begun by then.
        opening.finish()
        return try await task.value
    }

    private static func listen(
        to number: Int32, _ handler: @escaping @Sendable () -> Void
    ) async -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: handler)
        await withCheckedContinuation { continuation in
            source.setRegistrationHandler { continuation.resume() }
            source.resume()
        }
        return source
    }

    private static func interrupt<Success, Failure>(_ task: Task<Success, Failure>, by number: Int32) {
        if task.isCancelled { _exit(128 + number) }
        Terminal.note("\nInterrupted: ending the walk and restoring the database. Once more to give up.")
        task.cancel()
    }
}
