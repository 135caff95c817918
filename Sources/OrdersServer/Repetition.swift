import Foundation

/// Something done again and again on a thread of its own, until it is stopped.
final class Repetition: Sendable {
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(everySeconds seconds: Double, _ body: @escaping @Sendable () -> Void) {
        Thread.detachNewThread { [stopping, ended] in
            while stopping.wait(timeout: .now() + seconds) == .timedOut { body() }
            ended.signal()
        }
    }

    /// Waits for the round that is under way. Once only.
    func stop() {
        stopping.signal()
        ended.wait()
    }
}
