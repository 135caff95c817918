import Synchronization
import Testing

@testable import Rewind

@Suite struct `States that differ are not merged` {
    @Test func `when a row was deleted by setting its time`() async throws {
        let office = Office(["orders": [.init("status"), .init("deleted_at", .timestamp)]])
        let exploration = Exploration(of: Notes.self) {
            doing("create") { try $0.office.add("orders", .text("paid"), .null) }
            Action("delete") { run in
                let time = Value.text("2026-11-21T02:44:00Z")
                try run.office.tables.set(table: "orders", key: 1, to: [.text("paid"), time])
                return .accepted
            }
            .when { $0.step == 1 }
        }
        #expect(try await explore(exploration, in: office.world).statesVisited == 3)
        let ignoring = exploration.identity(.wholeState.ignoring("orders.deleted_at"))
        #expect(try await explore(ignoring, in: office.world).statesVisited == 2)
    }
}

private func answered(_ method: String, _ status: Int) -> Exchange {
    Exchange(method: method, path: "/orders/1", reply: .response(status: status, headers: [], body: []))
}

/// Rows in memory that can't be moved or let go of.
private final class Stuck: RewindableSystem {
    private let tables = MemoryTables(name: "db")
    private let applied = Mutex(0)
    let failsToEnd: Bool
    var name: String { "db" }
    var timesApplied: Int { applied.withLock { $0 } }

    init(failsToEnd: Bool) { self.failsToEnd = failsToEnd }

    func begin() async { await tables.begin() }
    func capture() async -> ChangeSet { await tables.capture() }
    func apply(_ changes: ChangeSet) async throws {
        applied.withLock { $0 += 1 }
        throw SystemError(.unreachable, "The database is locked.")
    }
    func end() async throws {
        await tables.end()
        if failsToEnd { throw SystemError(.notRewindable, "The row 7 is not as recorded.") }
    }
    func schema() async -> Schema { Schema() }
    func contentFingerprint() async -> Fingerprint { await tables.contentFingerprint() }
    func write() { tables.set(table: "orders", key: 1, to: [.integer(1)]) }
}

@Suite struct `Data is safe` {
    private func exploration(of stuck: Stuck) -> Exploration<Notes> {
        Exploration(of: Notes.self) {
            doing("write") { _ in stuck.write() }
            Invariant("never") { _ in false }
        }
    }
}

@Suite struct `What can't be told apart is refused` {
    private func error(_ exploration: Exploration<Notes>, in world: World) -> String? {
        do throws(ExplorationError) {
            _ = try Explorer(exploration, in: world)
            return nil
        } catch {
            return error.description
        }
    }
}
