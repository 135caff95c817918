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

    @Test func `when equal rows in memory have different keys`() async throws {
        let office = Office([:])
        let exploration = Exploration(of: Notes.self) {
            for key in Int64(1)...2 {
                doing("pay_\(key)") { try $0.office.tables.set(table: "orders", key: key, to: [.text("paid")]) }
            }
        }
        #expect(try await explore(exploration, in: office.world).statesVisited == 3)
    }

    private struct Basket: ExplorationContext {
        struct Coupon: Codable, Hashable {
            var note: String?
        }

        var refundsOfOrder: [String: [Int64]] = [:]
        var coupon: Coupon?
    }

    private struct Light: ExplorationContext {
        enum Color: Codable, Hashable { case red, green }

        var color = Color.red
    }

    @Test func `when a case without a value is another`() async throws {
        let exploration = Exploration(of: Light.self) {
            Action("go") { run in
                run.context.color = .green
                return .accepted
            }
        }
        #expect(try await Explorer(exploration, in: World()).explore().statesVisited == 2)
    }

    @Test func `when the tester knows of something empty, or of nothing`() async throws {
        let exploration = Exploration(of: Basket.self) {
            Action("order") { run in
                run.context.refundsOfOrder["o1"] = []
                return .accepted
            }
            Action("take_coupon") { run in
                run.context.coupon = Basket.Coupon()
                return .accepted
            }
        }
        #expect(try await Explorer(exploration, in: World()).explore().statesVisited == 4)
    }

    @Test func `when an amount is by chance the number of a generated thing`() throws {
        #expect(try context(["paid": 1], order: 1) != context(["paid": 2], order: 2))
        #expect(try context(["orderID": 1], order: 1) == context(["orderID": 2], order: 2))
        #expect(try context(["order_id": 1], order: 1) == context(["order_id": 2], order: 2))
        #expect(try context(["id": 1], order: 1) == context(["id": 2], order: 2))
    }

    @Test func `when a text only begins with a point in time`() throws {
        #expect(try context(["cursor": "2026-11-21T02:44:00Z_a"]) != context(["cursor": "2026-11-21T02:44:00Z_b"]))
        #expect(try context(["at": "2026-11-21T02:44:00.5Z"]) == context(["at": "2026-11-21 02:45:00+01:00"]))
    }

    /// What the context adds to the fingerprint of a state in which an order of that number was generated.
    private func context(_ values: [String: some Encodable], order: Int64 = 1) throws -> Fingerprint {
        try identity(inserting: order, counterFrom: order - 1, context: ContextCells(values)).context
    }

    @Test func `when numbers were chosen and the counter followed`() {
        let chosen = [Int64(7), 9].map { identity(inserting: $0, counterFrom: 0).content }
        #expect(chosen[0] != chosen[1])
        let first = [Int64(7), 9].map { identity(inserting: $0, counterFrom: nil).content }
        #expect(first[0] != first[1])
        #expect(identity(inserting: 1, counterFrom: nil).content == identity(inserting: 5, counterFrom: 4).content)
    }

    private func identity(
        inserting number: Int64, counterFrom last: Int64?, context: ContextCells = ContextCells()
    ) -> Canonicalizer.StateIdentity {
        let schema = Schema(tables: ["orders": .init(columns: [.init("id", .identifier(namespace: "orders"))])])
        let row = Row([.integer(number)])
        let changes = ChangeSet(
            squashing: [RowChange(table: "orders", key: row, before: nil, after: row)],
            counters: [
                RowChange(
                    table: "sqlite_sequence", key: Row([.text("orders")]), before: last.map { Row([.integer($0)]) },
                    after: row)
            ])
        return Canonicalizer(systems: ["db"], schemas: [schema], rules: ReadingRules())
            .identity(after: [changes], from: .root, context: context) { [changes] }
    }

    @Test func `when a column of random codes also holds words`() async throws {
        let office = Office(["orders": [.init("code")]])
        let exploration = Exploration(of: Notes.self) {
            doing("create") { try $0.office.add("orders", .text($0.office.unique())) }
            for word in ["canceled", "void"] {
                doing("mark_\(word)", at: 1) { try $0.office.tables.set(table: "orders", key: 1, to: [.text(word)]) }
            }
        }
        let result = try await explore(exploration, in: office.world)
        #expect(result.learnedVolatile == ["orders.code"])
        #expect(result.statesVisited == 4)
    }
}

@Suite struct `Equal states are one` {
    @Test func `when sets were filled in another order`() throws {
        let words = (0..<50).map { "word \($0)" }
        var backwards = Set<String>(minimumCapacity: 1000)
        for word in words.reversed() { backwards.insert(word) }
        #expect(try ContextCells(Set(words)).row == ContextCells(backwards).row)
        let numbers = Dictionary(uniqueKeysWithValues: (0..<50).map { (Int64($0), $0) })
        var reserved = [Int64: Int](minimumCapacity: 1000)
        for number in (0..<50).reversed() { reserved[Int64(number)] = number }
        #expect(try ContextCells(numbers).row == ContextCells(reserved).row)
    }

    @Test func `although it was learned late, and no rewind is blamed for it`() async throws {
        let office = Office(["orders": [.init("status"), .init("code")]])
        @Sendable func change(_ run: Run<Notes>, _ body: (inout [Value]) -> Void) throws {
            var cells = try run.office.tables.get(table: "orders", key: 1) ?? []
            body(&cells)
            try run.office.tables.set(table: "orders", key: 1, to: cells)
        }
        let exploration = Exploration(of: Notes.self) {
            doing("create") { try $0.office.add("orders", .text("pending"), .text("-")) }
            // Random only in a state in which it was not first tried, so two states differ until `renew` is seen.
            Action("stamp") { run in
                let code = try run.office.unique()
                let isPaid = try run.office.tables.get(table: "orders", key: 1)?.first == .text("paid")
                try change(run) { $0[1] = .text(isPaid ? code : "stamped") }
                if isPaid { run.context.number = 1 }
                return .accepted
            }
            .when { $0.step == 1 && $0.number == nil }
            Action("pay") { run in
                try change(run) { $0[0] = .text("paid") }
                return .accepted
            }
            .when { $0.step == 1 }
            Action("renew") { run in
                let code = try run.office.unique()
                try change(run) { $0[1] = .text(code) }
                return .accepted
            }
            .when { $0.number == 1 }
        }
        let result = try await explore(exploration, in: office.world, limits: Limits(steps: 200))
        #expect(result.learnedVolatile == ["orders.code"])
        #expect(result.verdict == .held(.everything))
    }

    @Test func `although rows of one table have different lengths`() async throws {
        let office = Office(["orders": [.init("status"), .init("code")]])
        let exploration = Exploration(of: Notes.self) {
            doing("create") { try $0.office.add("orders", .text("pending")) }
            doing("extend", at: 1) { run in
                try run.office.tables.set(table: "orders", key: 1, to: [.text("paid"), .text(run.office.unique())])
            }
            doing("renew", at: 1) { run in
                try run.office.tables.set(table: "orders", key: 2, to: [.text("paid"), .text(run.office.unique())])
            }
            doing("extend_after", at: 2) { run in
                try run.office.tables.set(table: "orders", key: 1, to: [.text("paid"), .text(run.office.unique())])
            }
        }
        #expect(try await explore(exploration, in: office.world).verdict == .held(.everything))
    }
}

private func answered(_ method: String, _ status: Int) -> Exchange {
    Exchange(method: method, path: "/orders/1", reply: .response(status: status, headers: [], body: []))
}

@Suite struct `Nothing is missed` {
    @Test func `behind a state that a wrong step reached first`() async throws {
        let exploration = Exploration(of: Notes.self) {
            for (name, method) in [("look", "GET"), ("create", "POST")] {
                doing(name) { run in
                    try run.office.tables.set(table: "orders", key: 1, to: [.text("new")])
                    run.journal.append(answered(method, 200))
                }
            }
            doing("pay", at: 1) { $0.context.number = 9 }
            Invariant("never_nine") { $0.context.number != 9 }
        }
        let result = try await explore(exploration, in: Office([:]).world)
        #expect(Set(result.violations.map(\.rule.name)) == ["safe_methods_change_nothing", "never_nine"])
        let nine = result.violations.first { $0.rule.name == "never_nine" }
        #expect(nine?.counterexample.path == ["create", "pay"])
        #expect(nine?.isConfirmed == true)
    }

    @Test func `and nothing tried too often, when a path allows more than 255`() async throws {
        let exploration = Exploration(of: Notes.self) {
            Action("count") { run in
                run.context.step += 1
                return .accepted
            }
            .atMost(300)
        }
        let result = try await explore(exploration, in: World(), limits: Limits(steps: 400))
        #expect(result.statesVisited == 301)
        #expect(result.verdict == .held(.everything))
    }

    @Test func `in a root that the diagram does not mention`() async throws {
        let exploration = Exploration(of: Notes.self) {
            Action("reopen") { run in
                run.context.token = "open"
                return .accepted
            }
            .when { $0.token != "open" }
            Action("close") { run in
                guard run.context.token == "open" else { return .refused }
                run.context.token = "closed"
                return .accepted
            }
            StateMachine(\.token) {
                Arrow("close", from: "open", to: "closed")
                Arrow("reopen", from: "closed", to: "open")
            }
        }
        let result = try await explore(exploration, in: World())
        #expect(
            result.violations.map(\.message) == [
                "reopen was accepted in state none; the diagram has no such arrow."
            ])
        #expect(result.coverage.states == ["open", "closed", "none"])
    }

    @Test func `when one action breaks the diagram in two states`() async throws {
        let exploration = Exploration(of: Notes.self) {
            for status in ["canceled", "refunded"] {
                Action("be_\(status)") { run in
                    run.context.token = status
                    return .accepted
                }
                .when { $0.token == nil }
            }
            Action("refund") { run in run.context.token == nil ? .refused : .accepted }
            StateMachine(\.token) {
                Arrow("be_canceled", from: nil, to: "canceled")
                Arrow("be_refunded", from: nil, to: "refunded")
                Arrow("refund", from: "paid", to: "refunded")
            }
        }
        let result = try await explore(exploration, in: World())
        #expect(
            result.violations.map(\.message) == [
                "refund was accepted in state canceled; the diagram has no such arrow.",
                "refund was accepted in state refunded; the diagram has no such arrow.",
            ])
    }

    @Test func `when only the first of two equal steps did wrong`() async throws {
        let memory = MemoryTables(name: "hidden")
        let exploration = Exploration(of: Notes.self) {
            doing("request") { run in
                if memory.count(table: "seen") == 0 { try run.office.add("orders", .integer(1)) }
                memory.set(table: "seen", key: 1, to: [])
                run.journal.append(answered("POST", 409))
            }
        }
        let result = try await explore(exploration, in: Office([:]).world)
        #expect(result.violations.map(\.rule.name) == ["refusal_changes_nothing"])
        guard case .notDecided = result.verdict else {
            Issue.record("\(result.verdict)")
            return
        }
    }

    @Test func `by an invariant in states that a narrowed identity merges`() async throws {
        let exploration = Exploration(of: Notes.self) {
            Action("count") { run in
                run.context.step = min(run.context.step + 1, 3)
                return .accepted
            }
            Invariant("never_one") { $0.context.step != 1 }
        }
        let narrowed = exploration.identity(.context(\.token))
        let result = try await explore(narrowed, in: World())
        #expect(result.violations.map(\.counterexample.path) == [["count"]])
        #expect(result.verdict == .violated)
    }

    @Test func `without being said, when a narrowed identity merged states that differ`() async throws {
        let exploration = Exploration(of: Notes.self) { doing("count") { _ in } }.identity(.context(\.token))
        let result = try await explore(exploration, in: World())
        #expect(result.verdict == .held(.within("the states that the narrowed identity tells apart")))
    }
}

@Suite struct `No false alarm` {
    private func filling(breakingAt level: Int? = nil) -> Exploration<Notes> {
        Exploration(of: Notes.self) {
            Action("fill", over: ["water", "sand"]) { run, what in
                guard what == "water", run.context.step < 3 else { return .refused }
                run.context.step += 1
                if run.context.step == 3 { run.context.token = "full" }
                return .accepted
            }
            StateMachine(\.token) { Arrow("fill", from: nil, to: nil, "full") }
            Invariant("is_dry") { $0.context.step != level }
        }
    }

    @Test func `for an answer that is another one each time on some paths only`() async throws {
        let exploration = Exploration(of: Notes.self) {
            Action("say") { run in
                let isFirst = run.context.step == 0
                try run.office.add(isFirst ? "greetings" : "answers", .integer(1))
                let body = isFirst ? "hello" : try run.office.unique()
                run.journal.append(
                    Exchange(
                        method: "POST", path: "/", reply: .response(status: 200, headers: [], body: Array(body.utf8))))
                run.context.step += 1
                return .accepted
            }
            .when { $0.step < 2 }
        }
        #expect(try await explore(exploration, in: Office([:]).world).verdict == .held(.everything))
    }

    @Test func `for a refusal that is worded in another way each time`() async throws {
        let exploration = Exploration(of: Notes.self) {
            Action("start") { run in
                let isFirst = run.context.step == 0
                if isFirst { try run.office.add("orders", .integer(1)) }
                let body = isFirst ? "started" : "refused, see \(try run.office.unique())"
                run.journal.append(
                    Exchange(
                        method: "POST", path: "/",
                        reply: .response(status: isFirst ? 201 : 409, headers: [], body: Array(body.utf8))))
                run.context.step = 1
                return isFirst ? .accepted : .refused
            }
        }
        #expect(try await explore(exploration, in: Office([:]).world).verdict == .held(.everything))
    }

    @Test func `when the depth limit ends before an arrow can be walked`() async throws {
        let result = try await explore(filling(), in: World(), limits: Limits(depth: 2))
        #expect(result.verdict == .held(.within("depth 2")))
        #expect(result.warnings == ["The arrow none → full (fill) was not walked."])
    }

    @Test func `when what leads to an arrow lies behind something wrong`() async throws {
        let result = try await explore(filling(breakingAt: 2), in: World())
        #expect(result.violations.map(\.rule.name) == ["is_dry"])
        #expect(result.warnings == ["The arrow none → full (fill) was not walked."])
    }

    @Test func `against a request, when an invariant wrote before it`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("start") { $0.context.number = 1 }
            Action("ask") { run in
                run.journal.append(answered("POST", 409))
                return .refused
            }
            Invariant("looks") { run in
                if run.context.number == 1 { try run.office.add("views", .integer(1)) }
                return true
            }
        }
        let result = try await explore(exploration, in: Office([:]).world)
        #expect(result.violations.isEmpty)
        guard case .notDecided(let reasons) = result.verdict else {
            Issue.record("\(result.verdict)")
            return
        }
        #expect(
            reasons.first
                == "checking the invariants failed: It changed views of db, and a check must only look. "
                + "It happened after no other step → start.")
    }
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

    @Test func `because nothing is moved any more after a move that failed`() async throws {
        let stuck = Stuck(failsToEnd: false)
        let result = try await explore(exploration(of: stuck), in: World(systems: [stuck]))
        #expect(stuck.timesApplied == 1)
        #expect(result.violations.allSatisfy { !$0.isConfirmed })
    }

    @Test func `or it is said that it is not, whatever else went wrong`() async throws {
        let stuck = Stuck(failsToEnd: true)
        let result = try await explore(exploration(of: stuck), in: World(systems: [stuck]))
        #expect(
            result.stopReason
                == .failed(
                    "The database is locked. And db could not be returned to where it was: The row 7 is not as recorded."
                ))
    }
}

@Suite struct `Held is never said` {
    @Test func `when nothing was sent`() async throws {
        let reason = "Nothing was tried: no action could be formed, or a limit came first."
        let idle = Exploration(of: Notes.self) { doing("later", at: 1) { _ in } }
        #expect(try await explore(idle, in: World()).verdict == .notDecided([reason]))
        let hurried = Exploration(of: Notes.self) { doing("start") { _ in } }
        let result = try await explore(hurried, in: World(), limits: Limits(time: .zero))
        #expect(result.verdict == .notDecided([reason]))
    }

    @Test func `nor is anything else kept back, when something was violated and something failed`() async throws {
        struct Typo: Error, CustomStringConvertible { let description = "No such field." }
        let exploration = Exploration(of: Notes.self) {
            doing("start") { _ in }
            doing("breaks") { _ in throw Typo() }
            Invariant("never_started") { $0.context.step == 0 }
        }
        let result = try await explore(exploration, in: World())
        #expect(result.verdict == .violated)
        #expect(result.warnings.contains("action breaks failed: No such field. It happened after no other step."))
    }

    @Test func `when a step that was skipped changed something`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("start") { _ in }
            Action("skips") { run in
                try run.office.add("orders", .integer(1))
                return .skipped("not today")
            }
        }
        guard case .notDecided(let reasons) = try await explore(exploration, in: Office([:]).world).verdict else {
            Issue.record("held")
            return
        }
        #expect(
            reasons.first == "action skips failed 2 times: It says it was skipped (not today), and yet 1 row of orders "
                + "changed. It happened after no other step.")
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

    @Test func `such as two systems of one name, and two diagrams`() {
        let plain = Exploration(of: Notes.self) { doing("pay") { _ in } }
        #expect(
            error(plain, in: World(systems: [MemoryTables(), MemoryTables()]))
                == "Two systems have the name “memory”. Names tell their rows apart; rename one.")
        let twofold = Exploration(of: Notes.self) {
            doing("pay") { _ in }
            StateMachine(\.step) { Arrow("pay", from: 0, to: 1) }
            StateMachine(\.token) { Arrow("pay", from: nil, to: "paid") }
        }
        #expect(error(twofold, in: World()) == "The exploration has 2 state machines; only one can be followed.")
    }
}
