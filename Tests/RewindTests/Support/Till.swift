import Synchronization

@testable import Rewind

/// A till in memory that takes requests from several threads, with or without keeping them apart.
struct Till: ConcurrentService {
    enum Kind: Sendable {
        /// Each request is alone while it reads and writes.
        case correct
        /// Reads, and writes what it made of it while others read the same.
        case careless
        /// Whoever comes while another is at work is told to come again.
        case busy
    }

    /// What the tester knows.
    struct Knowledge: ExplorationContext {
        var isOpen = false
        var taken = 0
    }

    let tables = MemoryTables(
        name: "db",
        schema: Schema(tables: [
            "till": .init(columns: [.init("balance")]), "log": .init(columns: [.init("amount")]),
        ]))
    let kind: Kind
    private let work = Work()
    private var lane: StartingGate.Lane?

    init(_ kind: Kind) { self.kind = kind }

    var world: World { World(systems: [tables]).providing(self) }

    func connected(on thread: WorkerThread, through lane: StartingGate.Lane) throws -> any ConcurrentService {
        var copy = self
        copy.lane = lane
        return copy
    }

    func open() { tables.set(table: "till", key: 1, to: [.integer(100)]) }

    /// The status of the answer.
    func change(by amount: Int64) -> Int {
        lane?.pass()
        switch kind {
        case .correct: return work.alone { write(read(), amount) }
        case .careless:
            let balance = read()
            work.awaitAnother()
            return work.alone { write(balance, amount) }
        case .busy:
            guard work.begin() else { return 409 }
            defer { work.end() }
            work.awaitAnother()
            return write(read(), amount)
        }
    }

    private func read() -> Int64 {
        if case .integer(let balance)? = tables.get(table: "till", key: 1)?.first { balance } else { 0 }
    }

    private func write(_ balance: Int64, _ amount: Int64) -> Int {
        guard balance + amount >= 0 else { return 422 }
        tables.set(table: "till", key: 1, to: [.integer(balance + amount)])
        tables.set(table: "log", key: Int64(tables.count(table: "log") + 1), to: [.integer(amount)])
        return 200
    }

    /// Who is at work, and who was.
    private final class Work: Sendable {
        private let lock = Mutex(())
        private let state = Mutex((isBusy: false, arrivals: 0))

        func alone<R: Sendable>(_ body: () -> R) -> R { lock.withLock { _ in body() } }

        /// False while another is at work.
        func begin() -> Bool {
            state.withLock { state in
                state.arrivals += 1
                defer { state.isBusy = true }
                return !state.isBusy
            }
        }

        func end() { state.withLock { $0.isBusy = false } }

        /// The time that a slow request takes: until another has come as well, or for a while.
        func awaitAnother() {
            let arrivals = state.withLock { state in
                state.arrivals += 1
                return state.arrivals
            }
            let deadline = ContinuousClock.now + .milliseconds(3)
            while state.withLock({ $0.arrivals == arrivals }) && ContinuousClock.now < deadline {}
        }
    }
}

extension Run {
    var till: Till { get throws { try world.service(Till.self) } }
}

/// Puts in and takes out, one after another and at the same time.
func tillExploration(_ races: Concurrently<Till.Knowledge>...) -> Exploration<Till.Knowledge> {
    Exploration(of: Till.Knowledge.self) {
        Action("open_till") { run in
            try run.till.open()
            run.context.isOpen = true
            return .accepted
        }
        .when { !$0.isOpen }
        Action("change", over: [10, -60, -70]) { run, amount in
            let status = try run.till.change(by: Int64(amount))
            run.record("/till", status: status)
            guard status == 200 else { return .refused }
            run.context.taken += 1
            return .accepted
        }
        .when { $0.isOpen && $0.taken < 2 }
        races
    }
}
