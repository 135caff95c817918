import Synchronization

/// A walk that several walkers share, one at a time and never for long: what takes time happens between two visits.
final class SharedWalk<Context: ExplorationContext>: @unchecked Sendable {
    // Unchecked: only `with` touches it, with the lock held, or for the only walker there is.
    private var walk: Walk<Context>
    private let isShared: Bool
    /// Walkers with nothing to do until there is news.
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    init(_ walk: Walk<Context>) {
        self.walk = walk
        isShared = walk.workers.count > 1
    }

    /// Looks at the walk or changes it. Whoever waits for news that this makes goes on.
    @inline(__always)
    func with<Result: Sendable, Failure: Error>(
        _ body: (inout Walk<Context>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // Inlined, because unspecialized generic code looks up the types it hands on, at every step.
        isShared ? try locked(body) : try body(&walk)
    }

    /// What the tester knows in a state.
    func context(of node: NodeID) -> Context { isShared ? locked { $0.contexts[node] } : walk.contexts[node] }

    @inline(never)
    private func locked<Result: Sendable, Failure: Error>(
        _ body: (inout Walk<Context>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try waiting.withLock { waiting throws(Failure) in
            let news = walk.news
            defer {
                if walk.news != news && !waiting.isEmpty {
                    for walker in waiting { walker.resume() }
                    waiting = []
                }
            }
            return try body(&walk)
        }
    }

    /// Returns when there is other news than that of the number.
    func news(since number: Int) async {
        await withCheckedContinuation { walker in
            waiting.withLock { waiting in
                if walk.news == number { waiting.append(walker) } else { walker.resume() }
            }
        }
    }
}
