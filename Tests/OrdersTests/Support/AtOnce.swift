import Foundation
import Synchronization

/// Runs the body on as many threads, however many the machine has, and gives what they returned, in order.
func atOnce<R: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> R) throws -> [R] {
    let outcomes = Outcomes<R>()
    let running = DispatchGroup()
    for index in 0..<count {
        running.enter()
        Thread.detachNewThread {
            let outcome = Result { try body(index) }
            outcomes.all.withLock { $0[index] = outcome }
            running.leave()
        }
    }
    running.wait()
    let all = outcomes.all.withLock { $0 }
    return try (0..<count).compactMap { try all[$0]?.get() }
}

private final class Outcomes<R: Sendable>: Sendable {
    let all = Mutex([Int: Result<R, any Error>]())
}
