import ExactJSON
import Testing

@testable import HyperswitchSandbox

@Suite struct `A refund` {
    static let exceeds = "The refund amount exceeds the amount captured"

    @Test(arguments: [
        (SandboxSettings.Settlement.instant, "200 succeeded", ["payment_succeeded", "refund_succeeded"]),
        (.pending, "200 pending", ["payment_succeeded"]),
    ])
    func `is done at once or later`(mode: SandboxSettings.Settlement, outcome: String, events: [String]) {
        var provider = Provider { $0.refunds = mode }
        provider.pay()
        let made = provider.refund(40, "ref_1")
        #expect(made.outcome == outcome && made.json["amount"] == 40 && made.json["refund_id"] == "ref_1")
        #expect(provider.send("GET", "/refunds/ref_1").json == made.json)
        #expect(provider.eventTypes == events)
    }

    @Test(
        arguments: [
            (SandboxRefund.Status.success, "succeeded", "refund_succeeded"), (.failure, "failed", "refund_failed"),
            (.manualReview, "review", nil), (.transactionFailure, "failed", nil),
        ] as [(SandboxRefund.Status, String, String?)])
    func `ends as a control says, and may be silent`(
        status: SandboxRefund.Status, shown: String, event: String?
    ) throws {
        var provider = Provider { $0.refunds = .pending }
        provider.pay()
        provider.refund(40, "ref_1")
        try provider.state.settleRefund("ref_1", as: status)
        #expect(provider.send("GET", "/refunds/ref_1").status == shown)
        #expect(provider.eventTypes == ["payment_succeeded"] + [event].compactMap { $0 })
        if status != .manualReview {
            #expect(
                throws: SandboxControlError.wrongStatus(
                    kind: "refund", id: "ref_1", status: status.rawValue, wanted: "success")
            ) { try provider.state.settleRefund("ref_1", as: .success) }
        }
    }

    // MARK: The checks, in order

    /// Each case fails its own check and every one after it, as far as one request can.
    @Test func `is checked in the router's order`() throws {
        var provider = Provider { $0.refunds = .pending }
        let long = String(repeating: "x", count: 65)
        let foreign: [JSON.Member] = [.init("merchant_id", "other")]
        #expect(provider.refund(-1, long, of: "pay_9", foreign).outcome == "404 HE_02")
        provider.hold("held")
        #expect(provider.refund(-1, long, of: "held", foreign).outcome == "400 IR_14")
        provider.pay()
        let over = provider.refund(101, long, foreign)
        #expect(over.outcome == "400 IR_13" && over.message == Self.exceeds)
        let negative = provider.refund(-1, long, foreign)
        #expect(negative.outcome == "422 IR_05")
        #expect(negative.message == "amount contains invalid data. Expected format is positive integer")
        provider.send("POST", "/payments", ["amount": 100, "currency": "USD", "payment_id": "untried"])
        try provider.state.movePayment("untried", to: .succeeded)
        let untried = provider.refund(1, long, of: "untried", foreign)
        #expect(untried.outcome == "404 HE_04")
        #expect(untried.message == "Successful payment not found for the given payment id")
        #expect(
            provider.refund(1, long, foreign).message
                == "refund_id contains invalid data. Expected format is length is less than 64 characters")
        #expect(
            provider.refund(1, "ref_1", foreign).message
                == "merchant_id contains invalid data. Expected format is merchant_id from merchant account")
        #expect(provider.refund(90, "ref_1").outcome == "200 pending")
        // Pending money is not blocked by the first check of the amount, and is by the second.
        #expect(provider.refund(20, "ref_1").message == Self.exceeds)
        #expect(provider.refund(1, "ref_1").message.hasPrefix("Duplicate refund request."))
    }

    @Test func `of an old payment is refused`() throws {
        var provider = Provider()
        provider.pay()
        try provider.state.advanceClock(bySeconds: 365 * 86_400)
        #expect(provider.refund(1).outcome == "200 succeeded")
        try provider.state.advanceClock(bySeconds: 1)
        #expect(
            provider.refund(1).message
                == "created_at contains invalid data. Expected format is created_at not older than 365 days")
    }

    @Test func `is one of eleven at most`() {
        var provider = Provider()
        provider.pay()
        for number in 1...11 { #expect(provider.refund(1, "ref_\(number)").outcome == "200 succeeded") }
        let twelfth = provider.refund(1, "ref_12")
        #expect(twelfth.outcome == "400 IR_12" && twelfth.message == "Reached maximum refund attempts")
    }

    @Test func `without an amount is of all that was captured, even if part is gone`() {
        var provider = Provider()
        provider.hold()
        provider.capture(60)
        #expect(provider.refund(10, "ref_1").outcome == "200 succeeded")
        #expect(provider.refund(nil, "ref_2").message == Self.exceeds)
        var fresh = Provider()
        fresh.pay()
        #expect(fresh.refund(nil).json["amount"] == 100)
    }

    @Test func `that failed frees its amount`() throws {
        var provider = Provider { $0.refunds = .pending }
        provider.pay()
        provider.refund(100, "ref_1")
        #expect(provider.refund(100, "ref_2").outcome == "400 IR_13")
        try provider.state.settleRefund("ref_1", as: .failure)
        #expect(provider.refund(100, "ref_2").outcome == "200 pending")
    }

    @Test func `and a lost dispute together are no more than was captured`() throws {
        var provider = Provider()
        provider.pay()
        let dispute = try provider.state.raiseDispute(of: "pay_1", amount: 60)
        #expect(provider.refund(30, "ref_1").outcome == "200 succeeded")
        try provider.state.settleDispute(dispute, as: .lost)
        #expect(provider.refund(20, "ref_2").message == Self.exceeds)
        #expect(provider.refund(10, "ref_3").outcome == "200 succeeded")
    }

    // MARK: Two at once

    @Test(arguments: [(false, ["200 succeeded", "200 succeeded"]), (true, ["200 succeeded", "400 IR_13"])])
    func `overlaps with another as with the real router, or not`(isLocked: Bool, outcomes: [String]) throws {
        var provider = Provider { $0.checksRefundsUnderLock = isLocked }
        provider.pay()
        let arrivals = (1...2).map { number in
            provider.state.admit(Provider.request("POST", "/refunds", Provider.refund(60, "ref_\(number)")))
        }
        let answers = arrivals.map { arrival in
            guard case .admitted(let admission) = arrival else { return "answered" }
            return Provider.Answer(reply: provider.state.complete(admission)).outcome
        }
        #expect(answers == outcomes)
    }

    @Test func `of one id is made once, even if two overlap`() throws {
        var provider = Provider()
        provider.pay()
        let request = Provider.request("POST", "/refunds", Provider.refund(10, "ref_1"))
        let arrivals = (1...2).map { _ in provider.state.admit(request) }
        let answers = arrivals.map { arrival in
            guard case .admitted(let admission) = arrival else { return "answered" }
            return Provider.Answer(reply: provider.state.complete(admission)).outcome
        }
        #expect(answers == ["200 succeeded", "400 HE_01"])
    }

    // MARK: The list

    @Test func `is listed, the latest first`() throws {
        var provider = Provider()
        provider.pay("pay_1")
        provider.pay("pay_2")
        for number in 1...3 {
            provider.refund(1, "ref_\(number)")
            try provider.state.advanceClock(bySeconds: 1)
        }
        provider.refund(1, "ref_4", of: "pay_2")
        let all = provider.send("POST", "/refunds/list", ["payment_id": "pay_1", "limit": 2]).json
        #expect(all["count"] == 2 && all["total_count"] == 3)
        #expect(all["data"]?[0]?["refund_id"] == "ref_3" && all["data"]?[1]?["refund_id"] == "ref_2")
        #expect(provider.send("POST", "/refunds/list").json["total_count"] == 4)
        #expect(provider.send("POST", "/refunds/list", ["limit": 101]).outcome == "422 IR_05")
    }
}

extension Provider {
    fileprivate mutating func refund(_ amount: Int64, _ id: String, _ more: [JSON.Member]) -> Answer {
        refund(amount, id, of: "pay_1", more)
    }
}
