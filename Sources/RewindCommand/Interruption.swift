import Dispatch
import Foundation

/// Ctrl-C and `kill` as cancellation, so that what was found is reported and the database restored.
enum Interruption {
    /// Runs the operation in a task that the first signal cancels. A second one ends the process at once; the database is
    /// then restored by the next run or by `rewind restore`.
    static func endingTask<Success: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        let task = Task { try await operation() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if task.isCancelled { _exit(128 + number) }
                Terminal.note("\nInterrupted: ending the walk and restoring the database. Once more to give up.")
                task.cancel()
            }
            source.resume()
            return source
        }
        defer {
            for source in sources { source.cancel() }
            for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        }
        return try await task.value
    }
}
