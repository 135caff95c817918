import Foundation

/// Where threads that answer requests are made to wait.
final class Gate: @unchecked Sendable {
    // Unchecked: everything below is only touched with `condition` locked.
    private let condition = NSCondition()
    private var isOpen = false
    private var meetings: [SandboxFault.Call: Meeting] = [:]

    private final class Meeting {
        let expected: Int
        var arrived = 1

        init(expected: Int) { self.expected = expected }

        var isComplete: Bool { arrived >= expected }
    }

    /// Lets everybody go, for good.
    func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }

    /// Holds the thread for that long.
    func hold(forMilliseconds milliseconds: Int) {
        guard milliseconds > 0 else { return }
        condition.withLock { wait(milliseconds) { false } }
    }

    /// Holds the thread until as many requests of its kind are here; those that come meanwhile wait too.
    /// - Parameter expected: how many; `nil` joins those that wait already, if any do.
    func meet(_ call: SandboxFault.Call, _ expected: Int?, atMostMilliseconds limit: Int) {
        condition.withLock {
            if let meeting = meetings[call] {
                meeting.arrived += 1
                wait(for: meeting, call, limit)
            } else if let expected {
                let meeting = Meeting(expected: expected)
                meetings[call] = meeting
                wait(for: meeting, call, limit)
            }
        }
    }

    private func wait(for meeting: Meeting, _ call: SandboxFault.Call, _ limit: Int) {
        if meeting.isComplete { condition.broadcast() }
        wait(limit) { meeting.isComplete }
        if meetings[call] === meeting { meetings[call] = nil }
    }

    /// With `condition` locked.
    private func wait(_ milliseconds: Int, until isOver: () -> Bool) {
        let deadline = Date(timeIntervalSinceNow: Double(milliseconds) / 1000)
        while !isOpen && !isOver() && condition.wait(until: deadline) {}
    }
}
