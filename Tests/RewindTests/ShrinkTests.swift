import Testing

@testable import Rewind

@Suite struct `Delta debugging` {
    /// Runs it on numbers that fail together if all of some are among them.
    private func minimized(_ whole: [Int], needing needed: Set<Int>) -> (result: [Int], trials: Int) {
        var ddmin = DeltaDebugging(whole)
        var trials = 0
        while let candidate = ddmin.next() {
            trials += 1
            if needed.isSubset(of: candidate) { ddmin.note(failing: candidate) }
        }
        return (ddmin.smallest, trials)
    }

    @Test(arguments: [[0], [7], [0, 7], [3, 4], [1, 6, 7], Array(0...7)] as [[Int]])
    func `leaves what is needed, in order`(needed: [Int]) {
        #expect(minimized(Array(0...7), needing: Set(needed)).result == needed)
    }

    @Test func `finds the one that is to blame in logarithmic time`() {
        let (result, trials) = minimized(Array(0..<1024), needing: [700])
        #expect(result == [700])
        // Two trials for each halving at most.
        #expect(trials <= 20)
    }

    @Test func `leaves nothing out that is all needed, in quadratic time`() {
        let (result, trials) = minimized(Array(0..<16), needing: Set(0..<16))
        #expect(result == Array(0..<16))
        #expect(trials <= 16 * 16)
    }

    @Test func `goes on from something even smaller than its candidate`() {
        var ddmin = DeltaDebugging([1, 2, 3, 4, 5, 6])
        _ = ddmin.next()
        ddmin.note(failing: [2])
        #expect(ddmin.next() == nil)
        #expect(ddmin.smallest == [2])
    }
}

@Suite struct `Shrinking a path` {
    static let detour: [PathStep] = [
        "create_order", "refund_order(100)", "pay_order", "pay_order", "refund_order(50)", "cancel_order",
        "refund_order(50)", "pay_order", "refund_order(50)", "cancel_order",
    ]

    private func explorer(_ bugs: Shop.Bug...) throws -> Explorer<Shop.Knowledge> {
        try Explorer(shopExploration(machine: false), in: Shop(bugs: bugs).world)
    }

    @Test func `leaves out what is not needed`() async throws {
        let result = try await explorer(.doubleRefund).shrink(Self.detour, expecting: "no_over_refund")
        // Breadth-first order finds nothing shorter either.
        #expect(result.path.map(\.description).count == 4)
        #expect(result.path.map(\.description).prefix(2) == ["create_order", "pay_order"])
        #expect(result.isMinimal)
        #expect(result.replay.violation?.rule.name == "no_over_refund")
        #expect(result.replay.violation?.counterexample.path == result.path.map(\.description))
        #expect(result.replays > 2 && result.replays < 100)
    }

    @Test func `takes the same way each time`() async throws {
        let first = try await explorer(.doubleRefund).shrink(Self.detour)
        let second = try await explorer(.doubleRefund).shrink(Self.detour)
        #expect(first.path == second.path)
        #expect(first.replays == second.replays)
    }

    @Test func `takes earlier members of an argument's domain`() async throws {
        let path: [PathStep] = ["create_order", "pay_order", "refund_order(100)"]
        let exploration = shopExploration(
            invariants: [Invariant("kept", .high) { $0.context.refunded == 0 }], machine: false)
        let result = try await Explorer(exploration, in: Shop().world).shrink(path, expecting: "kept")
        #expect(result.path.map(\.description) == ["create_order", "pay_order", "refund_order(50)"])
    }

    @Test func `ends where it is when the replays are used up`() async throws {
        let result = try await explorer(.doubleRefund).shrink(
            Self.detour, expecting: "no_over_refund", maximumReplays: 4)
        #expect(result.replays == 4)
        #expect(!result.isMinimal)
        #expect(result.replay.stillFails)
    }

    @Test func `has nothing to do for a path that does not fail`() async throws {
        let result = try await explorer().shrink(Self.detour, expecting: "no_over_refund")
        #expect(result.replay.isFixed)
        #expect(result.path == Self.detour)
        #expect(result.replays == 1)
    }

    @Test(arguments: [Strategy.depthFirst, .randomWalk], [UInt64(1), 2, 3])
    func `comes down to what breadth-first order finds`(strategy: Strategy, seed: UInt64) async throws {
        func find(_ strategy: Strategy) async throws -> Violation {
            let world = Shop(bugs: .doubleRefund).world
            let exploration = shopExploration(machine: false)
            let result = try await Explorer(
                exploration, in: world, strategy: strategy, seed: seed, limits: Limits(violations: 1)
            ).explore()
            return try #require(result.violations.first)
        }
        let (long, short) = (try await find(strategy), try await find(.breadthFirst))
        let result = try await explorer(.doubleRefund).shrink(
            long.counterexample.recordedPath, expecting: short.rule.name)
        #expect(result.path.count == short.counterexample.steps.count)
    }

    @Test func `returns the system to where it was`() async throws {
        let shop = Shop(bugs: .doubleRefund)
        let before = await shop.tables.contentFingerprint()
        _ = try await Explorer(shopExploration(), in: shop.world).shrink(Self.detour)
        #expect(await shop.tables.contentFingerprint() == before)
    }
}
