import Dispatch

/// What a test waited for did not happen.
package struct DeadlinePassed: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// Waits until the condition holds, looking again and again.
/// - Throws: ``DeadlinePassed`` when it does not in time; the time is far more than any machine needs.
package func eventually(
    _ what: String, within deadline: Duration = .seconds(120), _ holds: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while try await !holds() {
        guard ContinuousClock.now - start < deadline else {
            throw DeadlinePassed(description: "Waited \(deadline) in vain: \(what).")
        }
        await after(.milliseconds(2))
    }
}

/// Goes on when that time has passed, without holding a thread. For choosing a moment, not for waiting for something.
package func after(_ delay: DispatchTimeInterval) async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + delay) { continuation.resume() }
    }
}
