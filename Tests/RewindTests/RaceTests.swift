import Testing

@testable import Rewind

@Suite struct `Requests at the same time` {
    private typealias Together = Concurrently<Till.Knowledge>
    private static let deposits = Together("change(10)", "change(10)")
    private static let withdrawals = Together("change(-60)", "change(-60)")

    private func explore(
        _ kind: Till.Kind, _ race: Concurrently<Till.Knowledge>, limits: Limits = Limits()
    ) async throws -> ExplorationResult {
        try await Explorer(tillExploration(race), in: Till(kind).world, limits: limits).explore()
    }

    @Test func `lose an update that is made of what was read before`() async throws {
        let result = try await explore(.careless, Self.deposits)
        let violation = try #require(result.violations.first)
        #expect(result.verdict == .violated && result.violations.count == 1)
        #expect(violation.rule == .linearizable && violation.isConfirmed)
        #expect(violation.counterexample.path == ["open_till", "concurrently(change(10), change(10))"])
        let beginning = """
            Lost update: at the same time, change(10) was accepted (200) and change(10) was accepted (200); one after another, \
            change(10) is accepted, then change(10) is accepted. The systems hold what they would if one of the accepted \
            requests had not been sent. It occurred in
            """
        // Both write a row of the log, so that what is left is of no order at all.
        let other = beginning.replacing("Lost update", with: "Impossible state").replacing(
            "The systems hold what they would if one of the accepted requests had not been sent.",
            with: "The systems hold what no order leaves.")
        #expect(violation.message.hasPrefix(other) || violation.message.hasPrefix(beginning), "\(violation.message)")
        let last = try #require(violation.counterexample.steps.last)
        #expect(last.isConcurrent && last.exchanges.count == 2)
    }

    @Test func `take twice what is there once`() async throws {
        let result = try await explore(.careless, Self.withdrawals)
        let violation = try #require(result.violations.first)
        #expect(violation.message.hasPrefix("Double effect: at the same time, change(-60) was accepted (200) and "))
        #expect(violation.message.contains("change(-60) is accepted, then change(-60) is refused."))
        #expect(violation.isConfirmed && result.races[0].anomalies > 0)
    }

    @Test(arguments: [Till.Kind.correct, .busy])
    func `come to nothing else when they are kept apart or told to come again`(kind: Till.Kind) async throws {
        for race in [Self.deposits, Self.withdrawals, Together("change(10)", "change(-60)", "change(-70)")] {
            let result = try await explore(kind, race.rounds(6))
            #expect(result.verdict == .held(.everything), "\(result.violations.map(\.message))")
            let count = result.races[0]
            #expect(count.places > 0 && count.rounds == count.places * 6 && count.roundsTogether == count.rounds)
            #expect(count.orders > 0 && count.anomalies == 0)
            #expect(result.warnings.isEmpty)
        }
    }

    @Test func `add no state`() async throws {
        let alone = try await Explorer(tillExploration(), in: Till(.correct).world).explore()
        let together = try await explore(.correct, Self.deposits)
        #expect(alone.states == together.states && alone.transitions == together.transitions)
        #expect(alone.races.isEmpty)
    }

    @Test func `are sent as often as the limits say`() async throws {
        let result = try await explore(.correct, Self.deposits.places(atMost: 2), limits: Limits(rounds: 3))
        #expect(result.races[0].rounds == 6 && result.races[0].places == 2)
        let left = result.races[0].placesLeftOut
        #expect(result.warnings == ["\(result.races[0].name) was tried in 2 places, and \(left) were left out."])
    }

    @Test func `are warned about when they were never sent, or never together`() async throws {
        let never = try await explore(.correct, Self.deposits.when { $0.taken > 7 })
        #expect(
            never.warnings == [
                "concurrently(change(10), change(10)) was never tried: there was no state in which all of its actions could "
                    + "be formed and one was accepted."
            ])
        // A service that can be had only once.
        let shop = Shop()
        let exploration = Exploration(of: Shop.Knowledge.self) {
            Action("create_order") { run in
                run.context.order = try run.shop.create()
                return .accepted
            }
            .when { $0.order == nil }
            Concurrently("create_order", "create_order")
        }
        let result = try await Explorer(exploration, in: shop.world).explore()
        #expect(
            result.warnings.contains { $0.hasPrefix("concurrently(create_order, create_order) never overlapped: ") })
    }

    @Test(arguments: [
        (["change(10)"], "concurrently(change(10)) has 1 actions; two or three can be sent at the same time."),
        (
            ["chang", "change"],
            "concurrently(chang, change) names “chang”, and no action has that name. Did you mean change?"
        ),
        (
            ["change(11)", "change"],
            "concurrently(change(11), change) names “change(11)”, and no action has that name. Did you mean change(10)?"
        ),
    ])
    func `must be of actions that there are`(names: [String], message: String) {
        let error = #expect(throws: ExplorationError.self) {
            try Explorer(tillExploration(Concurrently(names)), in: Till(.correct).world)
        }
        #expect(error?.description == message)
    }

    @Test func `are every combination of values, once`() {
        let race = tillExploration(Together("change", "change")).races[0]
        #expect(race.combinations.count == 6)
        #expect(tillExploration(Together("change", "change", "change(10)")).races[0].combinations.count == 6)
    }

    // MARK: Again

    private static let path: [PathStep] = ["open_till", "concurrently(change(-60), change(-60))"]

    private func replay(_ kind: Till.Kind, _ path: [PathStep] = path) async throws -> ReplayResult {
        try await Explorer(tillExploration(Self.withdrawals), in: Till(kind).world).replay(
            path, expecting: "linearizable")
    }

    @Test func `are sent again on a replay until they fail as before`() async throws {
        let result = try await replay(.careless)
        #expect(result.stillFails && result.violation?.message.contains("Double effect") == true)
        #expect(result.steps.map(\.label) == Self.path.map(\.description))
    }

    @Test func `are fixed as far as so many rounds can tell`() async throws {
        #expect(
            try await replay(.correct).description
                == "Fixed: The path ran to its end, and linearizable held in each of 200 rounds, which is no proof.")
    }

    @Test(
        arguments: [
            (
                ["concurrently(change(-60), change(-6))"],
                "There is no step “concurrently(change(-60), change(-6))”. Did you mean "
                    + "concurrently(change(-60), change(-60))?"
            ),
            (
                ["concurrently(change(-60), change(-60))"],
                "On replay, concurrently(change(-60), change(-60)) could not be formed."
            ),
            (
                ["open_till", "concurrently(change(-60), change(-60))", "change(10)"],
                "On replay, concurrently(change(-60), change(-60)) is not the last step, as it must be."
            ),
        ] as [([PathStep], String)])
    func `can't be sent again on a path that can't be taken`(path: [PathStep], reason: String) async throws {
        #expect(try await replay(.correct, path).description == "Not decided: " + reason)
    }

    @Test func `are what is left of a longer path`() async throws {
        let explorer = try Explorer(tillExploration(Self.withdrawals), in: Till(.careless).world)
        let path: [PathStep] = ["open_till", "change(10)", "concurrently(change(-60), change(-60))"]
        let result = await explorer.shrink(path, expecting: "linearizable")
        #expect(result.path.map(\.description) == Self.path.map(\.description))
    }
}

@Suite struct `An outcome without an order` {
    private static let step = StepID(action: 0, variant: 0)
    private static let one = Fingerprint(table: "a", row: Row([.integer(1)]))
    private static let two = Fingerprint(table: "a", row: Row([.integer(2)]))

    private func outcome(_ accepted: Bool..., state: Fingerprint) -> RaceOutcome {
        RaceOutcome(accepted.map { .init(step: Self.step, isAccepted: $0) }, state: state)
    }

    @Test func `has a name`() {
        let once: Set = [outcome(true, false, state: Self.one)]
        let twice: Set = [outcome(true, true, state: Self.two)]
        #expect(RaceAnomaly(outcome(true, true, state: Self.one), amid: once, isLikeFewer: true) == .doubleEffect)
        #expect(RaceAnomaly(outcome(true, true, state: Self.one), amid: twice, isLikeFewer: true) == .lostUpdate)
        #expect(
            RaceAnomaly(outcome(false, false, state: Self.one), amid: once, isLikeFewer: false) == .impossibleAnswer)
        #expect(RaceAnomaly(outcome(true, true, state: .zero), amid: twice, isLikeFewer: false) == .impossibleState)
    }

    @Test func `is the same whichever of two equal requests was refused`() {
        #expect(outcome(true, false, state: .zero) == outcome(false, true, state: .zero))
    }

    @Test func `is looked for among all orders, and without those that were told to come again`() {
        let (a, b) = (Self.step, StepID(action: 1, variant: 0))
        #expect(orders(of: [a, b]) == [[a, b], [b, a]])
        #expect(orders(of: [a, a]) == [[a, a]])
        #expect(orders(of: [a, b, a]).count == 3)
        #expect(remainders(of: [a, b], leavingOut: [0, 1]) == [[1], [0], []])
        #expect(remainders(of: [a, b], leavingOut: []).isEmpty)
    }
}

@Suite struct `What several requests changed` {
    private static let schema = Schema(tables: [
        "refunds": .init(columns: [
            .init("id", .identifier(namespace: "refunds")), .init("amount"), .init("number"),
            .init("made_at", .timestamp),
        ]),
        "entries": .init(columns: [
            .init("id", .identifier(namespace: "entries")), .init("refund", .identifier(namespace: "refunds")),
            .init("left"),
        ]),
    ])
    private static let canonicalizer = Canonicalizer(systems: ["db"], schemas: [schema], rules: ReadingRules())

    /// Refunds by id and amount, and entries by id, refund and what is left.
    private func changes(
        _ refunds: [(Int64, Int64)], _ entries: [(Int64, Int64, Int64)], numbers: [String] = ["", ""]
    ) -> [ChangeSet] {
        let rows =
            zip(refunds, numbers).map { refund, number in
                (
                    "refunds", refund.0,
                    [Value.integer(refund.0), .integer(refund.1), .text(number), .integer(refund.0 * 9)]
                )
            } + entries.map { ("entries", $0.0, [.integer($0.0), .integer($0.1), .integer($0.2)]) }
        return [
            ChangeSet(
                squashing: rows.map {
                    RowChange(table: $0.0, key: Row([.integer($0.1)]), before: nil, after: Row($0.2))
                })
        ]
    }

    private func fingerprint(_ changes: [ChangeSet], numbered: Set<String> = []) -> Fingerprint {
        Self.canonicalizer.unorderedFingerprint(of: changes, numbered: numbered)
    }

    @Test func `is the same whichever id was drawn first`() {
        // 25 and then 10: in ids of refunds, in ids of entries, or in both.
        let inOrder = changes([(1, 25), (2, 10)], [(1, 1, 75), (2, 2, 65)])
        #expect(fingerprint(inOrder) == fingerprint(changes([(2, 25), (1, 10)], [(1, 2, 75), (2, 1, 65)])))
        #expect(fingerprint(inOrder) == fingerprint(changes([(1, 25), (2, 10)], [(2, 1, 75), (1, 2, 65)])))
        #expect(fingerprint(inOrder) == fingerprint(changes([(4, 25), (9, 10)], [(7, 4, 75), (8, 9, 65)])))
    }

    @Test func `is another when the effects came in another order, or one is missing`() {
        let inOrder = fingerprint(changes([(1, 25), (2, 10)], [(1, 1, 75), (2, 2, 65)]))
        #expect(inOrder != fingerprint(changes([(1, 25), (2, 10)], [(1, 1, 65), (2, 2, 90)])))
        #expect(inOrder != fingerprint(changes([(1, 25), (2, 10)], [(1, 1, 65), (2, 2, 75)])))
        #expect(inOrder != fingerprint(changes([(1, 25), (2, 10)], [(1, 1, 75), (2, 1, 65)])))
        #expect(inOrder != fingerprint(changes([(1, 25)], [(1, 1, 75)])))
        #expect(fingerprint([.empty]) == .zero)
    }

    @Test func `leaves out which number was handed out to which`() {
        let first = changes([(1, 25), (2, 10)], [], numbers: ["RF-1", "RF-2"])
        let second = changes([(1, 25), (2, 10)], [], numbers: ["RF-2", "RF-1"])
        #expect(fingerprint(first) != fingerprint(second))
        let numbered = Self.canonicalizer.numberedColumns(first, second)
        #expect(numbered == ["refunds.number"])
        #expect(fingerprint(first, numbered: numbered) == fingerprint(second, numbered: numbered))
    }
}
