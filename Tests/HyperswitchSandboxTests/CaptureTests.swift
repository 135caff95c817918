import ExactJSON
import Testing

@testable import HyperswitchSandbox

@Suite struct `A capture` {
    @Test(
        arguments: [
            (nil, "200 succeeded", 100, "-"), (100, "200 succeeded", 100, "-"), (40, "200 partially_captured", 40, "-"),
            (0, "422 IR_05", 0, "amount contains invalid data. Expected format is positive integer"),
            (-1, "422 IR_05", 0, "amount contains invalid data. Expected format is positive integer"),
            (101, "422 IR_06", 0, "amount_to_capture is greater than amount"),
        ] as [(Int64?, String, Int64, String)])
    func `collects at most what is held, once`(amount: Int64?, outcome: String, captured: Int64, message: String) {
        var provider = Provider()
        provider.hold()
        let answer = provider.capture(amount)
        #expect(answer.outcome == outcome && answer.message == message)
        #expect(provider.state.payments["pay_1"]?.captured == captured)
        #expect(provider.state.payments["pay_1"]?.capturable == (captured == 0 ? 100 : 0))
        if captured > 0 { #expect(provider.capture(1).outcome == "400 IR_14") }
    }

    @Test func `comes in parts where that was asked for`() {
        var provider = Provider()
        provider.hold(multiple: true)
        #expect(provider.capture().message == "Missing required param: amount_to_capture")
        #expect(provider.capture(30).outcome == "200 partially_captured_and_capturable")
        #expect(provider.capture(71).outcome == "422 IR_06")
        #expect(provider.capture(30).outcome == "200 partially_captured_and_capturable")
        #expect(provider.capture(40).outcome == "200 succeeded")
        let shown = provider.send("GET", "/payments/pay_1", query: ["expand_captures": "true"]).json["captures"]
        #expect(shown?[2]?["amount"] == 40 && shown?[2]?["capture_sequence"] == 3)
        #expect(provider.state.captures.map(\.amount).sorted() == [30, 30, 40])
        // The second payment_captured is never made.
        #expect(provider.eventTypes == ["payment_authorized", "payment_captured", "payment_succeeded"])
    }

    @Test func `of a payment that is captured at once is refused`() throws {
        var provider = Provider()
        provider.pay()
        try provider.state.movePayment("pay_1", to: .requiresCapture)
        #expect(
            provider.capture(10).message
                == "This Payment could not be captured because it has a capture_method of automatic. The expected state "
                + "is manual, manual_multiple, scheduled")
    }

    @Test(arguments: [(Int64(0), IntentStatus.expired), (30, .partiallyCaptured)])
    func `is too late once the hold has ended`(captured: Int64, status: IntentStatus) throws {
        var provider = Provider()
        provider.hold(multiple: true)
        if captured > 0 { provider.capture(captured) }
        try provider.state.advanceClock(bySeconds: 7 * 86_400 - 1)
        #expect(provider.state.payments["pay_1"]?.capturable == 100 - captured)
        try provider.state.advanceClock(bySeconds: 1)
        #expect(provider.state.payments["pay_1"]?.status == status)
        #expect(provider.capture(10).outcome == "400 IR_14")
    }

    @Test func `never comes for a session that ended`() throws {
        var provider = Provider()
        provider.pay(confirm: false)
        try provider.state.advanceClock(bySeconds: 899)
        #expect(provider.state.payments["pay_1"]?.status == .requiresConfirmation)
        try provider.state.advanceClock(bySeconds: 1)
        #expect(provider.send("POST", "/payments/pay_1/confirm").outcome == "400 IR_16")
        #expect(provider.eventTypes == ["payment_expired"])
    }
}
