import Synchronization

/// A walk that several walkers share, one at a time and never for long: what takes time happens between two visits.
final class SharedWalk<Context: ExplorationContext>: Sendable {
    private struct State: Sendable {
        var walk: Walk<Context>
        /// Walkers with nothing to do until there is news.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ walk: Walk<Context>) { state = Mutex(State(walk: walk)) }

    /// Looks at the walk or changes it. Whoever waits for news that this makes goes on.
    func with<Result: Sendable, Failure: Error>(
        _ body: (inout Walk<Context>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try state.withLock { state throws(Failure) in
            let news = state.walk.news
            defer {
                if state.walk.news != news && !state.waiting.isEmpty {
                    for walker in state.waiting { walker.resume() }
                    state.waiting = []
                }
            }
            return try body(&state.walk)
        }
    }

    /// Returns when there is other news than that of the number.
    func news(since number: Int) async {
        await withCheckedContinuation { walker in
            state.withLock { state in
                if state.walk.news == number { state.waiting.append(walker) } else { walker.resume() }
            }
        }
    }
}
