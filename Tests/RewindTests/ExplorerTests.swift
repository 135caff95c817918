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
    }

    @Test func `a double refund is found by the shortest path and confirmed`() async throws {
        let exploration = shopExploration(halves: false)
        let result = try await Explorer(exploration, in: Shop(bugs: .doubleRefund).world).explore()
        #expect(result.verdict == .violated)
        let violation = try #require(result.violations.first { $0.rule.name == "no_over_refund" })
        #expect(violation.isConfirmed)
        #expect(
            violation.counterexample.path == ["create_order", "pay_order", "refund_order(100)", "refund_order(100)"])
    }
}
