import Foundation

/// Sends webhooks by itself: a thread that sleeps until one is due.
final class Courier: @unchecked Sendable {
    // Unchecked: everything below is only touched with `condition` locked.
    private let condition = NSCondition()
    private var isStopped = false
    private var wasWoken = false
    private var isStarted = false

    /// Starts the thread.
    func start(_ front: SandboxFront, _ onDelivery: @escaping @Sendable (SandboxDeliveryReport) -> Void) {
        condition.withLock { isStarted = true }
        // Weak: a sandbox that nobody keeps ends.
        Thread.detachNewThread { [weak front, self] in
            while waitUntilDue(front?.millisecondsToNextDelivery()), let front {
                while !condition.withLock({ isStopped }), let report = front.deliverNext() { onDelivery(report) }
            }
        }
    }

    /// Looks anew when the next delivery is due.
    func wake() {
        condition.withLock {
            guard isStarted else { return }
            wasWoken = true
            condition.signal()
        }
    }

    func stop() {
        condition.withLock {
            isStopped = true
            condition.signal()
        }
    }

    /// - Returns: whether to go on.
    private func waitUntilDue(_ milliseconds: Double?) -> Bool {
        condition.withLock {
            // Looks once an hour at the least: a condition cannot wait until `Date.distantFuture`.
            let deadline = Date(timeIntervalSinceNow: min(milliseconds ?? .infinity, 3_600_000) / 1000)
            while !wasWoken && !isStopped && condition.wait(until: deadline) {}
            wasWoken = false
            return !isStopped
        }
    }
}
