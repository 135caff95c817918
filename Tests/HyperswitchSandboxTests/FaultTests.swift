import ExactJSON
import Testing

@testable import HyperswitchSandbox

@Suite struct `A fault` {
    @Test(arguments: [
        (500, #"{"error":{"type":"api","message":"Something went wrong","code":"HE_00"}}"#),
        (503, #"{"error":{"type":"connector","message":"503: injected by a fault","code":"CE_00"}}"#),
        (429, #"{"error":{"type":"connector","message":"429: injected by a fault","code":"CE_00"}}"#),
        (200, #"{"error":{"type":"blocked","message":"200: injected by a fault","code":"CE_00"}}"#),
    ])
    func `comes before the effect or after it, with any status`(status: Int, body: String) throws {
        var provider = Provider()
        try provider.state.addFault(SandboxFault(.failBefore(status: status), on: .authorize))
        let before = provider.pay()
        #expect(before.reply.status == status && before.reply.body == body)
        #expect(provider.state.payments.isEmpty && provider.state.faults.isEmpty)
        try provider.state.addFault(SandboxFault(.failAfter(status: status), on: .authorize))
        #expect(provider.pay().reply.body == body)
        #expect(provider.state.payments["pay_1"]?.status == .succeeded)
    }

    @Test(arguments: [
        (SandboxFaultEffect.loseReply, SandboxReply.Fate.lost(afterMilliseconds: 0)),
        (.holdReply(milliseconds: 70), .lost(afterMilliseconds: 70)),
        (.slow(milliseconds: 80), .sent(afterMilliseconds: 80)),
    ])
    func `lets it happen and loses or delays the answer`(effect: SandboxFaultEffect, fate: SandboxReply.Fate) throws {
        var provider = Provider()
        provider.pay()
        try provider.state.addFault(SandboxFault(effect, on: .refund))
        #expect(provider.refund(10, "ref_1").reply.fate == fate)
        #expect(provider.refund(10, "ref_2").reply.fate == .sent(afterMilliseconds: 0))
        #expect(provider.state.refunds.count == 2)
    }

    @Test func `happens to the next call, the n-th or every one, of its kind`() throws {
        var provider = Provider()
        try provider.state.addFault(SandboxFault(.failBefore(status: 500), on: .retrieve, at: .nth(3)))
        func statuses(_ count: Int) -> [Int] {
            (0..<count).map { _ in provider.send("GET", "/payments/pay_1").reply.status }
        }
        provider.pay()
        #expect(statuses(4) == [200, 200, 500, 200])
        try provider.state.addFault(SandboxFault(.failBefore(status: 502), on: .retrieve, at: .every))
        #expect(statuses(2) == [502, 502])
        provider.state.removeFaults()
        #expect(statuses(1) == [200])
        try provider.state.addFault(SandboxFault(.failBefore(status: 500), on: .retrieve))
        try provider.state.addFault(SandboxFault(.failBefore(status: 501), on: .retrieve))
        #expect(statuses(3) == [500, 501, 200])
    }

    @Test(arguments: [
        ("POST", "/payments", SandboxFault.Call.authorize), ("POST", "/payments/p/confirm", .authorize),
        ("POST", "/payments/p/capture", .capture), ("POST", "/payments/p/cancel", .cancel),
        ("POST", "/payments/p/cancel_post_capture", .cancel), ("POST", "/refunds", .refund),
        ("POST", "/payouts/create", .payout), ("POST", "/payouts/p/confirm", .payout),
        ("GET", "/payments/p", .retrieve), ("GET", "/refunds/r", .retrieve), ("POST", "/refunds/list", .retrieve),
        ("GET", "/payouts/p", .retrieve), ("GET", "/disputes/d", .retrieve), ("GET", "/disputes/list", .retrieve),
    ])
    func `knows each call by its kind`(method: String, path: String, call: SandboxFault.Call) throws {
        var provider = Provider()
        try provider.state.addFault(SandboxFault(.failBefore(status: 599), on: call))
        #expect(provider.send(method, path).reply.status == 599)
    }

    @Test func `fits what it is put on`() {
        var state = SandboxState()
        #expect(throws: SandboxControlError.faultDoesNotFit(effect: "drop", call: "refund")) {
            try state.addFault(SandboxFault(.drop, on: .refund))
        }
        #expect(throws: SandboxControlError.faultDoesNotFit(effect: "lose-reply", call: "delivery")) {
            try state.addFault(SandboxFault(.loseReply, on: .delivery))
        }
    }

    @Test func `that loses the answer leaves it to be given again`() throws {
        var provider = Provider { $0.profile = .stripe }
        try provider.state.addFault(SandboxFault(.loseReply, on: .authorize))
        #expect(provider.pay(key: "k").reply.fate == .lost(afterMilliseconds: 0))
        let again = provider.pay(key: "k")
        #expect(again.outcome == "200 succeeded" && again.reply.isReplayed)
    }
}
