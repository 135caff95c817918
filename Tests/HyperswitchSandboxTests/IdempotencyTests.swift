import ExactJSON
import Testing

@testable import HyperswitchSandbox

@Suite struct `An idempotency key` {
    private func provider(_ profile: SandboxSettings.Profile) -> Provider { Provider { $0.profile = profile } }

    @Test func `is not read by the router`() {
        var provider = provider(.router)
        #expect(provider.pay(key: "k").outcome == "200 succeeded")
        #expect(provider.pay(key: "k").outcome == "400 HE_01")
        #expect(provider.pay("pay_2", key: "k").outcome == "200 succeeded")
        #expect(provider.state.idempotencyRecords.isEmpty)
    }

    @Test(arguments: [(SandboxSettings.Profile.stripe, true), (.strictIETF, false)])
    func `gives the same answer again, with one effect`(profile: SandboxSettings.Profile, isMarked: Bool) {
        var provider = provider(profile)
        let first = provider.pay(key: "k")
        #expect(first.outcome == "200 succeeded" && !first.reply.isReplayed)
        let after = provider.state
        let again = provider.pay(key: "k")
        #expect(again.reply.body == first.reply.body && again.reply.status == 200)
        #expect(again.reply.isReplayed == isMarked)
        #expect(provider.state == after)
    }

    @Test(arguments: [(SandboxSettings.Profile.stripe, 400), (.strictIETF, 422)])
    func `is refused for another body or endpoint`(profile: SandboxSettings.Profile, status: Int) {
        var provider = provider(profile)
        provider.pay(key: "k")
        let otherBody = provider.pay("pay_2", key: "k")
        #expect(otherBody.outcome == "\(status) idempotency_key_reused")
        #expect(
            otherBody.message == "This Idempotency-Key was used before, for a request with another body or endpoint")
        #expect(provider.refund(1, key: "k").outcome == "\(status) idempotency_key_reused")
        #expect(provider.state.payments.count == 1 && provider.state.refunds.isEmpty)
    }

    @Test func `is refused for another endpoint, even with the same body`() {
        var provider = provider(.stripe)
        provider.hold(amountKey: "k0")
        #expect(provider.send("POST", "/payments/pay_1/capture", key: "k1").outcome == "200 succeeded")
        #expect(provider.send("POST", "/payments/pay_1/cancel", key: "k1").outcome == "400 idempotency_key_reused")
    }

    @Test(arguments: [SandboxSettings.Profile.stripe, .strictIETF])
    func `is refused while the first request is in flight`(profile: SandboxSettings.Profile) {
        var provider = provider(profile)
        let request = Provider.request("POST", "/payments", Provider.payment("pay_1", 100), key: "k")
        guard case .admitted(let admission) = provider.state.admit(request) else {
            Issue.record("not admitted")
            return
        }
        let second = Provider.Answer(reply: provider.state.respond(to: request))
        #expect(second.outcome == "409 idempotency_key_in_use")
        #expect(second.message == "A request with the same Idempotency-Key is still being processed")
        #expect(Provider.Answer(reply: provider.state.complete(admission)).outcome == "200 succeeded")
        // The loser's answer is not kept.
        #expect(Provider.Answer(reply: provider.state.respond(to: request)).outcome == "200 succeeded")
    }

    @Test func `is forgotten after a day`() throws {
        var provider = provider(.stripe)
        provider.pay(key: "k")
        try provider.state.advanceClock(bySeconds: 86_399)
        #expect(provider.pay(key: "k").reply.isReplayed)
        try provider.state.advanceClock(bySeconds: 1)
        // A new request: only the id still says that it is the old one.
        #expect(provider.pay(key: "k").outcome == "400 HE_01")
    }

    @Test(
        arguments: [
            (SandboxSettings.Profile.stripe, nil, "200 succeeded"), (.stripe, "", "400 idempotency_key_missing"),
            (.strictIETF, nil, "400 idempotency_key_missing"), (.strictIETF, "", "400 idempotency_key_missing"),
            (.router, "", "200 succeeded"),
        ] as [(SandboxSettings.Profile, String?, String)])
    func `may be missing or not`(profile: SandboxSettings.Profile, key: String?, outcome: String) {
        var provider = provider(profile)
        #expect(provider.pay(key: key).outcome == outcome)
        #expect(provider.send("GET", "/payments/pay_1").reply.status == (outcome.hasPrefix("200") ? 200 : 404))
    }

    @Test(arguments: [(255, "200 succeeded"), (256, "400 idempotency_key_too_long")])
    func `is not endless`(length: Int, outcome: String) {
        var provider = provider(.stripe)
        #expect(provider.pay(key: String(repeating: "k", count: length)).outcome == outcome)
    }

    @Test func `keeps a refusal, but not that of a request that was never begun`() throws {
        var provider = provider(.stripe)
        provider.hold(amountKey: "k0")
        #expect(provider.refund(10, "ref_1", key: "k1").outcome == "400 IR_14")
        provider.send("POST", "/payments/pay_1/capture", key: "k2")
        let replayed = provider.refund(10, "ref_1", key: "k1")
        #expect(replayed.outcome == "400 IR_14" && replayed.reply.isReplayed)
        #expect(provider.refund(-1, "ref_1", key: "k3").outcome == "422 IR_05")
        #expect(provider.refund(10, "ref_1", key: "k3").outcome == "200 succeeded")
    }
}

extension Provider {
    fileprivate mutating func hold(amountKey key: String) {
        send(
            "POST", "/payments", Self.payment("pay_1", 100, [.init("capture_method", "manual")]), key: key)
    }
}
