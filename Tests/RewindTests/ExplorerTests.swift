import Testing

@testable import Rewind

@Suite struct `Exploring` {
    @Test func `a correct shop holds, and everything was explored`() async throws {
        let result = try await Explorer(shopExploration(), in: Shop().world).explore()
        #expect(result.verdict == .held(.everything))
        #expect(result.violations.isEmpty)
        #expect(result.warnings.isEmpty)
        // Nothing yet; pending; paid with 0 and 50 refunded; refunded; canceled.
        #expect(result.statesVisited == 6)
        // create from the start, and four steps from each of the other five states.
        #expect(result.transitions == 21)
        #expect(result.invariantsChecked == 6)
    }

    @Test func `a double refund is found by the shortest path and confirmed`() async throws {
        let exploration = shopExploration(halves: false)
        let result = try await Explorer(exploration, in: Shop(bugs: .doubleRefund).world).explore()
        #expect(result.verdict == .violated)
        let violation = try #require(result.violations.first { $0.rule.name == "no_over_refund" })
        #expect(violation.isConfirmed)
        #expect(
            violation.counterexample.path == ["create_order", "pay_order", "refund_order(100)", "refund_order(100)"])
        #expect(violation.counterexample.steps.last?.exchanges.map(\.status) == [200])
        #expect(violation.counterexample.steps.last?.changes.first?.changes.tables == ["orders"])
    }

    @Test func `a refusal that writes is found by the law alone`() async throws {
        let exploration = shopExploration(invariants: [], machine: false)
        let result = try await Explorer(exploration, in: Shop(bugs: .refusalWrites).world).explore()
        let violation = try #require(result.violations.first)
        #expect(violation.rule.name == "refusal_changes_nothing")
        #expect(violation.counterexample.path == ["create_order", "refund_order(50)"])
    }

    @Test(arguments: Strategy.allCases, [UInt64(1), 2, 3])
    func `finds the same states in any order`(strategy: Strategy, seed: UInt64) async throws {
        let nearest = try await Explorer(shopExploration(), in: Shop().world).explore()
        let result = try await Explorer(shopExploration(), in: Shop().world, strategy: strategy, seed: seed).explore()
        #expect(result.states == nearest.states)
        #expect(result.transitions == nearest.transitions)
        #expect(result.verdict == nearest.verdict)
    }

    @Test(arguments: Strategy.allCases)
    func `finds a shortest path in any order`(strategy: Strategy) async throws {
        let world = Shop(bugs: .refundAfterCancel).world
        let result = try await Explorer(shopExploration(), in: world, strategy: strategy).explore()
        #expect(result.violations.map(\.counterexample.steps.count).min() == 3)
        #expect(result.violations.allSatisfy { $0.isConfirmed })
    }

    @Test func `returns the system to where it was`() async throws {
        let shop = Shop()
        shop.tables.set(table: "orders", key: 99, to: [.text("paid"), .integer(0)])
        let before = await shop.tables.contentFingerprint()
        _ = try await Explorer(shopExploration(), in: shop.world).explore()
        #expect(await shop.tables.contentFingerprint() == before)
    }
}

@Suite struct `A limit` {
    @Test func `of steps ends the walk and is stated`() async throws {
        let result = try await Explorer(shopExploration(), in: Shop().world, limits: Limits(steps: 7)).explore()
        #expect(result.transitions == 7)
        #expect(result.stopReason == .stepLimit(7))
        #expect(result.statistics.frontier > 0)
    }

    @Test func `that is never reached proves everything`() async throws {
        let result = try await Explorer(shopExploration(), in: Shop().world, limits: Limits(steps: 21)).explore()
        #expect(result.verdict == .held(.everything))
    }

    @Test(arguments: Strategy.allCases, [1, 2, 3])
    func `of depth means the same in any order`(strategy: Strategy, depth: Int) async throws {
        let limits = Limits(depth: depth)
        let nearest = try await Explorer(shopExploration(), in: Shop().world, limits: limits).explore()
        let world = Shop().world
        let result = try await Explorer(shopExploration(), in: world, strategy: strategy, limits: limits).explore()
        #expect(result.states == nearest.states)
        #expect(result.stopReason == .frontierEmpty(depthLimit: depth))
    }

    @Test func `of time ends an endless walk`() async throws {
        let exploration = Exploration(of: Notes.self) {
            Action("count") { run in
                run.context.step += 1
                return .accepted
            }
        }
        let limits = Limits(time: .milliseconds(30))
        let result = try await explore(exploration, in: World(), limits: limits)
        #expect(result.verdict == .held(.within("0.03 seconds")))
    }

    @Test func `per path is part of a state's identity`() async throws {
        let exploration = Exploration(of: Notes.self) {
            Action("flip") { run in
                run.context.step = 1 - run.context.step
                return .accepted
            }
            .atMost(3)
        }
        // After none to three flips.
        #expect(try await explore(exploration, in: World()).statesVisited == 4)
    }

    @Test func `set by cancelling leaves a partial result, not decided`() async throws {
        let task = Task {
            try await explore(
                Exploration(of: Notes.self) {
                    Action("count") { run in
                        run.context.step += 1
                        return .accepted
                    }
                }, in: World())
        }
        task.cancel()
        let result = try await task.value
        #expect(result.stopReason == .interrupted)
        #expect(result.verdict == .notDecided(["It was interrupted."]))
    }
}
