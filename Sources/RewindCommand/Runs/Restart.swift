import Rewind
import RewindHTTP

/// Waits for an API that runs by itself to be ended and started again.
struct Restart {
    private let api: API
    private let limit: Duration

    /// How often it is asked. One that is down for a shorter time is not noticed.
    private static let interval = Duration.milliseconds(50)

    init(of url: String, within limit: Duration) throws {
        api = try API(baseURL: url, timeoutMilliseconds: 2_000)
        self.limit = limit
    }

    /// - Returns: whether it is there again; not when the time is over or the task was cancelled.
    func wait() async -> Bool {
        let deadline = ContinuousClock.now + limit
        guard await wait(untilReachable: false, deadline) else { return false }
        return await wait(untilReachable: true, deadline)
    }

    private func wait(untilReachable isAwaited: Bool, _ deadline: ContinuousClock.Instant) async -> Bool {
        while !Task.isCancelled && ContinuousClock.now < deadline {
            if await isReachable == isAwaited { return true }
            try? await Task.sleep(for: Self.interval)
        }
        return false
    }

    private var isReachable: Bool {
        get async {
            do {
                return try await api.send(Request("GET", "/")).status != nil
            } catch {
                return false
            }
        }
    }
}
