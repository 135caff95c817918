import Synchronization

/// When something was last done, for doing it at most every so often.
final class LockedInstant: Sendable {
    private let last = Mutex(ContinuousClock.now)

    /// Whether that much time has passed; if so, it starts anew.
    func hasPassed(_ duration: Duration) -> Bool {
        last.withLock { last in
            let now = ContinuousClock.now
            guard now - last >= duration else { return false }
            last = now
            return true
        }
    }
}
