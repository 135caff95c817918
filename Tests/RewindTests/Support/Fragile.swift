import Synchronization

@testable import Rewind

/// Lets a world's API die after so many calls, for as long as the world lives.
final class Fuse: Sendable {
    private let callsLeft: Mutex<Int>

    init(calls: Int) { callsLeft = Mutex(calls) }

    func burn() throws {
        try callsLeft.withLock { left in
            if left <= 0 { throw Unreachable() }
            left -= 1
        }
    }

    struct Unreachable: UndecidedError {
        let undecidedReason: String? = "Could not reach the API."
    }
}

/// A system that notes whether it was begun and ended, and may take its time or fail.
final class Watched: RewindableSystem {
    let tables: MemoryTables
    private let state = Mutex((begun: 0, ended: 0, captures: 0))
    private let pausesPerCall: Int
    private let failingAtCapture: Int

    /// - Parameter pausesPerCall: how often each call lets other tasks go first, to shuffle who is done when.
    init(_ tables: MemoryTables, pausesPerCall: Int = 0, failingAtCapture: Int = .max) {
        self.tables = tables
        self.pausesPerCall = pausesPerCall
        self.failingAtCapture = failingAtCapture
    }

    var name: String { tables.name }
    var isAtEnd: Bool { state.withLock { $0.begun > 0 && $0.begun == $0.ended } }

    func begin() async {
        state.withLock { $0.begun += 1 }
        await tables.begin()
    }

    func capture() async throws -> ChangeSet {
        for _ in 0..<pausesPerCall { await Task.yield() }
        let count = state.withLock { state in
            state.captures += 1
            return state.captures
        }
        if count >= failingAtCapture { throw SystemError(.unreachable, "The connection was closed.") }
        return await tables.capture()
    }

    func apply(_ changes: ChangeSet) async {
        for _ in 0..<pausesPerCall { await Task.yield() }
        await tables.apply(changes)
    }

    func end() async {
        state.withLock { $0.ended += 1 }
        await tables.end()
    }

    func schema() async -> Schema { await tables.schema() }
    func contentFingerprint() async -> Fingerprint { await tables.contentFingerprint() }
}

/// Calls the closure with workers on threads of their own, which end with it.
func withWorkers<Result: Sendable>(
    _ count: Int, in makeWorld: @Sendable (Int) throws -> World,
    _ body: ([Worker]) async throws -> Result
) async throws -> Result {
    let workers = try await Worker.team(of: count) { number, _ in try makeWorld(number) }
    defer { for worker in workers { worker.thread.stop() } }
    return try await body(workers)
}
