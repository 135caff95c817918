import ExactJSON
import Testing

@testable import HyperswitchSandbox

@Suite struct `A payment` {
    @Test(arguments: [
        ("4242424242424242", "automatic", "200 succeeded"), ("4111 1111 1111 1111", "manual", "200 requires_capture"),
        ("4242424242424242", "manual_multiple", "200 requires_capture"),
        ("4242424242424242", "sequential_automatic", "200 succeeded"),
        ("4000000000000002", "automatic", "200 failed"), ("4000000000009995", "manual", "200 failed"),
        ("4000003800000446", "automatic", "200 requires_customer_action"), ("1234", "automatic", "200 failed"),
    ])
    func `ends as its card says`(card: String, method: String, outcome: String) {
        var provider = Provider()
        #expect(provider.pay(card: card, [.init("capture_method", .string(method))]).outcome == outcome)
    }

    @Test func `shows what it is`() {
        var provider = Provider()
        let json = provider.pay("pay_1", 1250).json
        #expect(json["amount"] == 1250 && json["amount_received"] == 1250 && json["amount_capturable"] == 0)
        #expect(json["net_amount"] == 1250 && json["currency"] == "USD" && json["attempt_count"] == 1)
        #expect(json["created"] == "2026-01-01T00:00:00.000Z" && json["expires_on"] == "2026-01-01T00:15:00.000Z")
        #expect(json["client_secret"]?.string?.hasPrefix("pay_1_secret_") == true)
        #expect(provider.send("GET", "/payments/pay_1").json == json)
        #expect(provider.pay(card: "4000000000000002").outcome == "400 HE_01")
        let declined = provider.pay("pay_2", card: "4000000000000002").json
        #expect(declined["error_code"] == "DC_08" && declined["error_message"] == "Card declined")
    }

    @Test func `is confirmed in a call of its own`() {
        var provider = Provider()
        let created = provider.send("POST", "/payments", ["amount": 100, "currency": "USD", "payment_id": "pay_1"])
        #expect(created.outcome == "200 requires_payment_method")
        #expect(provider.send("POST", "/payments/pay_1/confirm").outcome == "400 IR_04")
        let card: JSON = ["payment_method_data": ["card": ["card_number": "4242424242424242"]]]
        #expect(provider.send("POST", "/payments/pay_1/confirm", card).outcome == "200 succeeded")
        #expect(provider.pay("pay_2", confirm: false).outcome == "200 requires_confirmation")
        let wrong = provider.send("POST", "/payments/pay_2/confirm", ["client_secret": "x"])
        #expect(wrong.outcome == "400 IR_09")
        #expect(provider.send("POST", "/payments/pay_2/confirm").outcome == "200 succeeded")
    }

    @Test func `gets an id if it has none, a new one each time`() throws {
        var provider = Provider()
        let body: JSON = ["amount": 100, "currency": "USD"]
        let ids = (1...2).compactMap { _ in provider.send("POST", "/payments", body).json["payment_id"]?.string }
        #expect(Set(ids).count == 2)
        #expect(ids.allSatisfy { $0.hasPrefix("pay_") && $0.count == 24 })
    }

    @Test func `that is failed is tried again only where that is allowed`() {
        var provider = Provider()
        provider.pay(card: "4000000000000002")
        let again: JSON = ["payment_method_data": ["card": ["card_number": "4242424242424242"]]]
        #expect(provider.send("POST", "/payments/pay_1/confirm", again).outcome == "400 IR_16")
        provider.state.settings.allowsManualRetry = true
        let answer = provider.send("POST", "/payments/pay_1/confirm", again)
        #expect(answer.outcome == "200 succeeded" && answer.json["attempt_count"] == 2)
    }

    @Test(arguments: [(true, IntentStatus.succeeded), (false, .failed)])
    func `waits for the customer at the bank`(agrees: Bool, status: IntentStatus) throws {
        var provider = Provider()
        let asked = provider.pay([.init("authentication_type", "three_ds")])
        #expect(asked.outcome == "200 requires_customer_action")
        #expect(asked.json["next_action"]?["type"] == "redirect_to_url")
        try provider.state.completeAuthentication(of: "pay_1", succeeds: agrees)
        #expect(provider.state.payments["pay_1"]?.status == status)
        #expect(throws: SandboxControlError.self) { try provider.state.completeAuthentication(of: "pay_1") }
    }

    // MARK: What is refused

    @Test(arguments: [
        (#"{"currency":"USD"}"#, 400, "IR_04", "Missing required param: amount"),
        (#"{"amount":100}"#, 400, "IR_04", "Missing required param: currency"),
        (
            #"{"amount":0,"currency":"USD"}"#, 422, "IR_05",
            "amount contains invalid data. Expected format is positive integer"
        ),
        (#"{"amount":1000000000,"currency":"USD"}"#, 422, "IR_06", "amount should not exceed 999999999"),
        (
            #"{"amount":1,"currency":"USD","payment_id":"a b"}"#, 422, "IR_05",
            "payment_id contains invalid data. Expected format is 1 to 64 letters, digits, _ and -"
        ),
        (
            #"{"amount":2,"currency":"USD","amount_to_capture":1}"#, 400, "IR_16",
            "amount_to_capture must be equal to total_amount when capture_method = automatic"
        ),
        (#"{"amount":2,"currency":"USD","confirm":true}"#, 400, "IR_04", "Missing required param: payment_method_data"),
    ])
    func `is refused before it is made`(body: String, status: Int, code: String, message: String) {
        var provider = Provider()
        let before = provider.state
        let request = SandboxRequest("POST", "/payments", apiKey: "snd_key", body: Array(body.utf8))
        let reply = provider.state.respond(to: request)
        #expect(reply.status == status)
        #expect(reply.body == #"{"error":{"type":"invalid_request","message":"\#(message)","code":"\#(code)"}}"#)
        #expect(provider.state == before)
    }

    @Test(arguments: [
        ("{", "expected value"), ("[]", "invalid type: sequence, expected an object"),
        (#"{"amount":100.0}"#, "amount: invalid type: floating point `100.0`, expected i64"),
        (#"{"amount":"100"}"#, #"amount: invalid type: string \"100\", expected i64"#),
        (#"{"amount":1,"currency":"XXX"}"#, "unknown variant `XXX`, expected a currency of ISO 4217"),
    ])
    func `has another shape of error for a body that cannot be read`(body: String, reason: String) {
        var provider = Provider()
        let reply = provider.state.respond(
            to: SandboxRequest("POST", "/payments", apiKey: "snd_key", body: Array(body.utf8)))
        #expect(reply.status == 400)
        let message = "Json deserialize error: \(reason)"
        #expect(
            reply.body == #"{"error":{"error_type":"invalid_request","message":"\#(message)","code":"IR_06"}}"#)
    }

    @Test func `of an id that is taken is not made again`() {
        var provider = Provider()
        provider.pay()
        let before = provider.state
        #expect(
            provider.pay(amount: 999).reply.body
                == #"{"error":{"type":"invalid_request","message":"The payment with the specified payment_id already "#
                + #"exists in our records","code":"HE_01","reason":"pay_1 already exists"}}"#)
        #expect(provider.state == before)
    }

    @Test(arguments: [
        ("GET", "/payments/pay_9", "404 HE_02"), ("POST", "/payments/pay_9/capture", "404 HE_02"),
        ("POST", "/payments/pay_9/cancel", "404 HE_02"), ("POST", "/payments/pay_9/confirm", "404 HE_02"),
        ("GET", "/refunds/ref_9", "404 HE_02"), ("GET", "/payouts/out_9", "404 HE_02"),
        ("GET", "/disputes/dp_9", "404 HE_04"), ("GET", "/nothing", "404 IR_02"), ("GET", "/payments", "405 IR_03"),
        ("DELETE", "/refunds/ref_1", "405 IR_03"),
    ])
    func `that is not there is not found`(method: String, path: String, outcome: String) {
        var provider = Provider()
        #expect(provider.send(method, path).outcome == outcome)
    }

    @Test(arguments: [nil, "", "wrong"])
    func `is nobody's without the key`(key: String?) {
        var state = SandboxState()
        let reply = state.respond(to: SandboxRequest("GET", "/payments/pay_1", apiKey: key))
        #expect(
            reply.body
                == #"{"error":{"type":"invalid_request","message":"API key not provided or invalid API key used","#
                + #""code":"IR_01"}}"#)
        #expect(reply.status == 401)
    }
}

extension Provider {
    fileprivate mutating func pay(amount: Int64) -> Answer { pay("pay_1", amount) }
    fileprivate mutating func pay(_ more: [JSON.Member]) -> Answer { pay("pay_1", 100, more) }
    fileprivate mutating func pay(card: String, _ more: [JSON.Member]) -> Answer {
        pay("pay_1", 100, card: card, more)
    }
}
