import Dispatch
import Testing

@testable import Rewind

/// An audit says which rules can fire, and names those that can't.
@Suite struct `An audit` {
    private func audited(
        _ invariants: [Invariant<Shop.Knowledge>], bugs: Shop.Bug..., plan: AuditPlan = AuditPlan(furtherMutants: 600)
    ) async throws -> (result: AuditResult, shop: Shop) {
        let shop = Shop(bugs: bugs)
        let explorer = try Explorer(shopExploration(invariants: invariants), in: shop.world)
        return (await explorer.audit(plan), shop)
    }

    private func standing(_ name: String, in result: AuditResult) throws -> AuditedRule.Standing {
        try #require(result.rules.first { $0.rule.name == name }).standing
    }

    private func canFire(_ name: String, in result: AuditResult) throws -> Bool {
        if case .canFire = try standing(name, in: result) { true } else { false }
    }

    private static let booksAgree = Invariant<Shop.Knowledge>("books_agree", .high, "What is stored was told") { run in
        guard let id = run.context.order else { return true }
        return try run.shop.tables.get(table: "orders", key: id)?.last == .integer(run.context.refunded)
    }
    .when { $0.order != nil }

    @Test func `finds that live invariants, the laws and the diagram can fire`() async throws {
        let (result, shop) = try await audited([Shop.noOverRefund, Self.booksAgree])
        #expect(result.conclusion == .everythingCanFire)
        for name in ["no_over_refund", "books_agree", "no_server_error", "refusal_changes_nothing", "state_machine"] {
            #expect(try canFire(name, in: result), "\(name)")
        }
        let faithful = try #require(result.rules.first { $0.rule.name == "rewinding_is_faithful" })
        #expect(faithful.timesChecked > 0)
        #expect(try canFire("rewinding_is_faithful", in: result))
        #expect(result.actions.allSatisfy { $0.problem == nil && $0.accepted > 0 })
        #expect(result.arrowsNeverWalked.isEmpty)
        #expect(shop.tables.count(table: "orders") == 0)
    }

    @Test func `says of a law without anything to judge what is lacking`() async throws {
        let (result, _) = try await audited([Shop.noOverRefund])
        #expect(
            try standing("safe_methods_change_nothing", in: result)
                == .notApplicable("no step or check sends safe requests alone"))
    }

    @Test func `names what was altered, in words`() async throws {
        let (result, _) = try await audited([Self.booksAgree])
        guard case .canFire(let example) = try standing("books_agree", in: result) else {
            Issue.record("books_agree is not said to fire")
            return
        }
        #expect(example.contains(" after create_order"), "\(example)")
        let rule = try #require(result.rules.first { $0.rule.name == "books_agree" })
        #expect((rule.noticed[.content] ?? 0) > 0)
        #expect((rule.noticed[.context] ?? 0) > 0)
        #expect(rule.mutantsNoticed < rule.mutantsJudged)
    }

    @Test func `names invariants that check nothing, the severest first`() async throws {
        let (result, _) = try await audited([
            Shop.noOverRefund,
            Invariant("anything_goes", .low) { $0.context.refunded >= 0 || true },
            Invariant("equal_to_itself", .critical) { [$0.context.refunded] == [$0.context.refunded] },
            Invariant("asks_for_nothing", .medium) { try $0.shop.tables.get(table: "orders", key: -1) == nil },
            Invariant<Shop.Knowledge>("never_applies", .high) { _ in false }.when { $0.refunded > 1_000_000 },
        ])
        #expect(result.conclusion == .somethingIsDead)
        #expect(
            result.rules.filter(\.isDead).map(\.rule.name)
                == ["equal_to_itself", "never_applies", "asks_for_nothing", "anything_goes"])
        guard case .dead(let why) = try standing("never_applies", in: result) else { return }
        #expect(why.hasPrefix("It was never checked: its condition held in none of "))
        #expect(try canFire("no_over_refund", in: result))
    }

    @Test func `names actions without effect and arrows that nobody walks`() async throws {
        let shop = Shop()
        let exploration = Exploration(of: Shop.Knowledge.self) {
            Shop.moving("pay_order", from: .pending, to: .paid)
            Action("create_order") { run in
                run.context.order = try run.shop.create()
                run.context.status = .pending
                return .accepted
            }
            .when { $0.order == nil }
            Action("wish") { run in
                run.record("/wishes", status: 404)
                return .refused
            }
            Action("dream") { _ in .accepted }.when { $0.refunded > 1_000_000 }
            Shop.noOverRefund
            StateMachine(\.status) {
                Arrow("create_order", from: nil, to: .pending)
                Arrow("pay_order", from: .pending, to: .paid)
                Arrow("dream", from: .paid, to: .refunded)
            }
        }
        let result = await (try Explorer(exploration, in: shop.world)).audit(AuditPlan(furtherMutants: 100))
        #expect(result.conclusion == .somethingIsDead)
        let problems = result.actions.filter { $0.problem != nil }
        #expect(problems.map(\.name) == ["wish", "dream"])
        #expect(problems.last?.problem == "It never ran: it could be formed in no state reached.")
        #expect(problems.first?.problem?.hasPrefix("It was never accepted in ") == true)
        #expect(result.arrowsNeverWalked == ["dream: paid → refunded"])
    }

    @Test func `does not audit what does not hold`() async throws {
        let (result, shop) = try await audited([Shop.noOverRefund], bugs: .doubleRefund)
        #expect(result.conclusion == .violated)
        #expect(result.rules.isEmpty && result.mutants.isEmpty)
        #expect(shop.tables.count(table: "orders") == 0)
    }

    @Test func `is the same for the same seed`() async throws {
        let (first, _) = try await audited([Shop.noOverRefund, Self.booksAgree])
        let (second, _) = try await audited([Shop.noOverRefund, Self.booksAgree])
        #expect(first.mutants == second.mutants)
        #expect(first.rules.map(\.standing) == second.rules.map(\.standing))
        #expect(first.rules.map(\.noticed) == second.rules.map(\.noticed))
    }

    @Test func `returns the systems to the root when it is cancelled midway`() async throws {
        let shop = Shop()
        let watched = Watched(shop.tables)
        let explorer = try Explorer(
            shopExploration(invariants: [Invariant("dead", .low) { _ in true }]),
            in: World(systems: [watched]).providing(shop))
        let (started, starting) = AsyncStream.makeStream(of: Void.self)
        let cancelled = DispatchSemaphore(value: 0)
        let task = Task {
            await explorer.audit { _ in
                // It waits here until it is cancelled, so that it is always midway.
                starting.yield()
                _ = cancelled.wait(timeout: .now() + 60)
                cancelled.signal()
            }
        }
        for await _ in started { break }
        task.cancel()
        cancelled.signal()
        let result = await task.value
        if case .notDecided(let reasons) = result.conclusion {
            #expect(reasons == ["It was interrupted."])
        } else {
            Issue.record("It came to its end: \(result.conclusion)")
        }
        #expect(watched.isAtEnd)
        #expect(shop.tables.count(table: "orders") == 0)
    }

    @Test func `leaves a system that refuses a mutant as it was`() async throws {
        let shop = Shop()
        let strict = Strict(shop.tables)
        let explorer = try Explorer(
            shopExploration(invariants: [Self.booksAgree]), in: World(systems: [strict]).providing(shop))
        let result = await explorer.audit()
        #expect(result.conclusion == .everythingCanFire)
        #expect(result.mutantsRefused > 0)
        #expect(shop.tables.count(table: "orders") == 0)
    }

    // MARK: Parts

    private struct Nested: ExplorationContext {
        struct Line: Codable, Hashable, Sendable {
            var name = "book"
            var count: UInt64 = 2
        }

        enum Color: String, Codable, Hashable, Sendable { case red, green }

        var lines = [Line(), Line()]
        var color = Color.red
        var price: Double? = 2.5
        var isNew = true
        var none: Int?
    }

    @Test func `takes a context apart and puts it together again`() throws {
        let context = Nested()
        let value = try ContextValue(context)
        #expect(try value.decoded(as: Nested.self) == context)
        #expect(value.leaves.contains(["lines", "1", "count"]))
        let altered = value.replacing(["lines", "1", "count"], by: .integer(7))
        #expect(try altered.decoded(as: Nested.self).lines.map(\.count) == [2, 7])
        let impossible = value.replacing(["color"], by: .text("blue"))
        #expect(throws: DecodingError.self) { try impossible.decoded(as: Nested.self) }
    }

    @Test func `alters a context to what its type takes, and sets nothing that was not set`() {
        var other = Nested()
        (other.color, other.none) = (.green, 4)
        let mutants = ContextMutants(seenIn: [Nested(), other]).all(of: Nested())
        #expect(mutants.contains { $0.context.color == .green })
        #expect(mutants.contains { !$0.context.isNew })
        #expect(mutants.contains { $0.context.lines[0].count == 3 })
        #expect(mutants.allSatisfy { $0.context.none == nil && $0.context.price != nil })
    }

    @Test(arguments: [
        ("100.00", ["101.00", "-100.00"]), ("-0.50", ["-1.50", "0.50"]), ("0.00", ["1.00"]), ("1.5", ["2.5", "-1.5"]),
    ])
    func `finds decimal texts near one`(text: String, neighbours: [String]) {
        #expect(ContentMutants.decimals(besides: text) == neighbours)
    }

    @Test(arguments: ["", "100", "1.", ".5", "1e5", "1.2.3", "007.50", "two.50", "99999999999999999999.5"])
    func `takes other texts for no decimal`(text: String) {
        #expect(ContentMutants.decimals(besides: text) == nil)
    }

    @Test func `finds the values in a JSON answer, under their names`() {
        let body = #" {"id": 7, "say \"hi\"": "a\"b", "list": [1.50, true, null], "nested": {"x": "y"}} "#
        let scalars = JSONScalars.all(in: Array(body.utf8))
        #expect(scalars.map(\.text) == ["7", #""a\"b""#, "1.50", "true", #""y""#])
        #expect(scalars.map(\.name) == ["id", #"say \"hi\""#, "list", "list", "x"])
        #expect(JSONScalars.all(in: Array("plain 7".utf8)).isEmpty)
        #expect(JSONScalars.all(in: Array(#"{"cut": "of"#.utf8)).count == 1)
    }
}

/// Tables that refuse negative numbers, all or nothing.
private final class Strict: RewindableSystem {
    private let tables: MemoryTables

    init(_ tables: MemoryTables) { self.tables = tables }

    var name: String { tables.name }
    func begin() async { await tables.begin() }
    func capture() async -> ChangeSet { await tables.capture() }
    func end() async { await tables.end() }
    func schema() async -> Schema { await tables.schema() }
    func contentFingerprint() async -> Fingerprint { await tables.contentFingerprint() }

    func apply(_ changes: ChangeSet) async throws {
        for change in changes.rows {
            for case .integer(let number) in change.after?.cells ?? [] where number < 0 {
                throw SystemError(.notRewindable, "\(number) is less than nothing.")
            }
        }
        await tables.apply(changes)
    }
}
