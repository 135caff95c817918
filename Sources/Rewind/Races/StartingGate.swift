import Foundation

/// Holds back the first request of each thread that may change something until all threads are ready to send theirs, so that the requests of a race
/// are under way together.
///
/// An adapter passes its ``Lane`` when the connection stands and nothing of the request is written yet.
public final class StartingGate: @unchecked Sendable {
    // Unchecked: everything that changes is only touched with `condition` locked.
    private let condition = NSCondition()
    private var expected = 0
    private var waiting = 0
    private var isOpen = true
    private var startedTogether = false
    private var start = ContinuousClock.now
    private var hasPassed: [Bool]
    private var delays: [Duration]

    /// Someone who never comes may not keep the others for ever.
    private static let longestWaitSeconds = 5.0
    /// Between the opening and the start: by then whoever slept is awake.
    private static let lead = Duration.microseconds(200)

    init(lanes: Int) {
        hasPassed = Array(repeating: true, count: lanes)
        delays = Array(repeating: .zero, count: lanes)
    }

    /// What one of the threads goes through.
    public struct Lane: Sendable {
        fileprivate let gate: StartingGate
        fileprivate let number: Int

        /// Blocks until all others of the round are here as well. Only the first time in a round; otherwise it costs a lock.
        public func pass() { gate.pass(number) }

        /// Says that this one sends nothing more.
        func leave() { gate.leave(number) }
    }

    func lane(_ number: Int) -> Lane { Lane(gate: self, number: number) }

    /// Begins a round. A lane's delay is waited for after the gate has opened.
    func close(for count: Int, delays: [Duration]) {
        condition.withLock {
            expected = count
            waiting = 0
            isOpen = false
            startedTogether = false
            for lane in hasPassed.indices { hasPassed[lane] = lane >= count }
            self.delays = delays
        }
    }

    /// Whether at least two requests of the round were let go together.
    var letSeveralGo: Bool { condition.withLock { startedTogether } }

    private func pass(_ lane: Int) {
        condition.lock()
        guard !hasPassed[lane] else { return condition.unlock() }
        hasPassed[lane] = true
        waiting += 1
        openIfComplete()
        let deadline = Date(timeIntervalSinceNow: Self.longestWaitSeconds)
        while !isOpen {
            if !condition.wait(until: deadline) { open() }
        }
        let start = start + delays[lane]
        condition.unlock()
        Self.wait(until: start)
    }

    /// To the microsecond: the last stretch is not slept.
    private static func wait(until start: ContinuousClock.Instant) {
        let left = (start - .now).components
        let seconds = Double(left.seconds) + Double(left.attoseconds) / 1e18
        if seconds > 0.002 { Thread.sleep(forTimeInterval: seconds - 0.001) }
        while ContinuousClock.now < start {}
    }

    private func leave(_ lane: Int) {
        condition.withLock {
            guard !hasPassed[lane] else { return }
            hasPassed[lane] = true
            expected -= 1
            openIfComplete()
        }
    }

    private func openIfComplete() { if waiting >= expected { open() } }

    private func open() {
        if !isOpen {
            startedTogether = waiting > 1
            start = startedTogether ? .now + Self.lead : .now
        }
        isOpen = true
        condition.broadcast()
    }
}

/// A service of a ``World`` that can be had once more, for requests that are under way at the same time.
public protocol ConcurrentService: Sendable {
    /// The same service over a connection of its own, blocking that thread.
    /// - Parameter lane: to be passed right before a request that may change something is written.
    func connected(on thread: WorkerThread, through lane: StartingGate.Lane) throws -> any ConcurrentService
}
