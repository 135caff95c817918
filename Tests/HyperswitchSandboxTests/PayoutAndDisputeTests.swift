import ExactJSON
import Testing

@testable import HyperswitchSandbox

@Suite struct `Payouts and disputes` {
    private func payout(_ more: [JSON.Member] = [.init("confirm", true)]) -> JSON {
        .object([.init("payout_id", "out_1"), .init("amount", 500), .init("currency", "USD")] + more)
    }

    @Test(arguments: [
        (SandboxSettings.Settlement.instant, "200 success", "payout_success"),
        (.pending, "200 pending", "payout_processing"),
    ])
    func `a payout is done at once or later`(mode: SandboxSettings.Settlement, outcome: String, event: String) {
        var provider = Provider { $0.payouts = mode }
        #expect(provider.send("POST", "/payouts/create", payout()).outcome == outcome)
        #expect(provider.send("GET", "/payouts/out_1").outcome == outcome)
        #expect(provider.eventTypes == [event])
        #expect(
            provider.send("POST", "/payouts/create", payout()).message
                == "The payout with the specified payout_id 'out_1' already exists in our records")
    }

    @Test func `a payout waits for its confirmation`() {
        var provider = Provider()
        #expect(provider.send("POST", "/payouts/create", payout([])).outcome == "200 requires_confirmation")
        #expect(provider.send("POST", "/payouts/out_1/confirm").outcome == "200 success")
        #expect(provider.send("POST", "/payouts/out_1/confirm").outcome == "400 IR_16")
    }

    @Test(arguments: SandboxPayout.Status.allCases, SandboxPayout.Status.allCases)
    func `a payout moves only as money can`(from: SandboxPayout.Status, to: SandboxPayout.Status) throws {
        var provider = Provider()
        provider.send("POST", "/payouts/create", payout())
        var moved = try #require(provider.state.payouts["out_1"])
        moved.status = from
        provider.state.payouts["out_1"] = moved
        let isPossible =
            from == .pending && [.success, .failed, .cancelled].contains(to) || from == .success && to == .reversed
        if isPossible {
            try provider.state.settlePayout("out_1", as: to)
            #expect(provider.state.payouts["out_1"]?.status == to)
        } else {
            #expect(throws: SandboxControlError.self) { try provider.state.settlePayout("out_1", as: to) }
        }
    }

    @Test func `a dispute is shown with its amount as text`() throws {
        var provider = Provider()
        provider.pay()
        let id = try provider.state.raiseDispute(of: "pay_1")
        let shown = provider.send("GET", "/disputes/\(id)").json
        #expect(shown["amount"] == "100" && shown["dispute_status"] == "dispute_opened")
        #expect(provider.send("GET", "/disputes/list").json == .array([shown]))
        try provider.state.settleDispute(id, as: .won)
        #expect(provider.eventTypes == ["dispute_opened", "dispute_won", "payment_succeeded"])
    }

    @Test(arguments: SandboxDispute.Status.allCases, SandboxDispute.Status.allCases)
    func `a dispute that is decided stays so`(from: SandboxDispute.Status, to: SandboxDispute.Status) throws {
        var provider = Provider()
        provider.pay()
        let id = try provider.state.raiseDispute(of: "pay_1")
        if from != .opened { try provider.state.settleDispute(id, as: from) }
        let isPossible = from != to && (from == .opened || from == .challenged && to != .opened)
        if isPossible {
            try provider.state.settleDispute(id, as: to)
        } else {
            #expect(throws: SandboxControlError.self) { try provider.state.settleDispute(id, as: to) }
        }
    }

    @Test func `a dispute is of no more than was captured`() {
        var provider = Provider()
        provider.hold()
        #expect(throws: SandboxControlError.amountTooLarge(0, available: 0)) {
            try provider.state.raiseDispute(of: "pay_1")
        }
        provider.capture(60)
        #expect(throws: SandboxControlError.amountTooLarge(61, available: 60)) {
            try provider.state.raiseDispute(of: "pay_1", amount: 61)
        }
        #expect(throws: SandboxControlError.notFound(kind: "payment", id: "pay_9")) {
            try provider.state.raiseDispute(of: "pay_9")
        }
    }
}
