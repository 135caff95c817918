import Hyperswitch
import PaymentProviders
import Testing

struct WebhookTests {
    private func webhookKey() throws -> WebhookKey { try WebhookKey(Secret("profile-hash-key")) }

    private func body(_ type: String, _ content: String) -> [UInt8] {
        Array(
            (#"{"merchant_id":"m","event_id":"evt_1","event_type":"\#(type)","content":\#(content),"#
                + #""timestamp":"2026-06-25T10:00:00.000Z"}"#).utf8)
    }

    private static func content(of kind: HyperswitchEvent.Kind) -> String {
        func wrapped(_ type: String, _ object: String) -> String { #"{"type":"\#(type)","object":\#(object)}"# }
        switch kind.rawValue.prefix(while: { $0 != "_" }) {
        case "refund": return wrapped("refund_details", refundBody())
        case "dispute": return wrapped("dispute_details", disputeBody(status: kind.rawValue))
        case "payout": return wrapped("payout_details", payoutBody())
        case "mandate": return wrapped("mandate_details", #"{"mandate_id":"man_1"}"#)
        case "invoice": return wrapped("subscription_details", "{}")
        default: return wrapped("payment_details", paymentBody(status: "processing"))
        }
    }

    /// RFC 4231, test case 2: computed by others.
    @Test func `a signature is the lowercase HMAC of the bytes`() throws {
        let key = try WebhookKey(Secret("Jefe"))
        let body = Array("what do ya want for nothing?".utf8)
        let signature =
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        #expect(WebhookSignature.headerName == "X-Webhook-Signature-512")
        #expect(WebhookSignature.sign(body, with: key) == signature)
        try WebhookSignature.verify(signature, of: body, with: key)
        #expect(throws: WebhookError.wrongSignature) {
            try WebhookSignature.verify(signature.uppercased(), of: body, with: key)
        }
    }

    @Test(arguments: HyperswitchEvent.Kind.allCases)
    func `each kind of event is read`(kind: HyperswitchEvent.Kind) throws {
        let key = try webhookKey()
        let body = body(kind.rawValue, Self.content(of: kind))
        let signature = WebhookSignature.sign(body, with: key)
        let event = try HyperswitchEvent(body: body, signature: signature, key: key)
        #expect(event.id == "evt_1")
        #expect(event.type == .known(kind))
        #expect(event.merchantID == "m")
        switch (kind.rawValue.prefix(while: { $0 != "_" }), event.content) {
        case ("refund", .refund), ("dispute", .dispute), ("payout", .payout), ("mandate", .other),
            ("invoice", .other), ("payment", .payment), ("action", .payment):
            break
        default: Issue.record("\(kind) has \(event.content)")
        }
    }

    @Test func `an event of a kind that is not known passes as such`() throws {
        let key = try webhookKey()
        for content in [#"{"type":"payment_details","object":\#(paymentBody())}"#, #"{"type":"novel_details"}"#] {
            let body = body("payment_teleported", content)
            let signature = WebhookSignature.sign(body, with: key)
            let event = try HyperswitchEvent(body: body, signature: signature, key: key)
            #expect(event.type == .other("payment_teleported"))
            #expect(event.type.name == "payment_teleported")
        }
    }

    @Test func `a signature is that of the exact bytes`() throws {
        let key = try webhookKey()
        let original = body("refund_succeeded", Self.content(of: .refundSucceeded))
        let signature = WebhookSignature.sign(original, with: key)
        let text = String(decoding: original, as: UTF8.self)
        let forgeries: [[UInt8]] = [
            Array(text.replacing("4000", with: "9000").utf8), Array(text.replacing(":", with: ": ").utf8),
            Array(original.dropLast()), original + [UInt8(ascii: "\n")], [],
        ]
        for forged in forgeries {
            #expect(throws: WebhookError.wrongSignature) {
                try HyperswitchEvent(body: forged, signature: signature, key: key)
            }
        }
        let wrong = [String(signature.dropLast()), signature + "0", "0" + signature.dropFirst(), "x"]
        for text in wrong where text != signature {
            #expect(throws: WebhookError.wrongSignature) {
                try HyperswitchEvent(body: original, signature: text, key: key)
            }
        }
        for absent in [nil, ""] as [String?] {
            #expect(throws: WebhookError.unsigned) {
                try HyperswitchEvent(body: original, signature: absent, key: key)
            }
        }
        let other = try WebhookKey(Secret("another"))
        #expect(throws: WebhookError.wrongSignature) {
            try HyperswitchEvent(body: original, signature: signature, key: other)
        }
    }

    @Test(arguments: [
        ("{", "the body is not JSON (it ends too early at byte 1)"), ("[]", "the body is no object"),
        (#"{"event_id":7}"#, "event_id is the number 7, not a string"),
        (#"{"event_id":"e"}"#, "event_type is missing"),
        (#"{"event_id":"e","event_type":"refund_failed"}"#, "content is missing"),
        (#"{"event_id":"","event_type":"x","content":{"type":"y"}}"#, "event_id is empty"),
        (
            #"{"event_id":"e","event_type":"x","content":{"type":"refund_details","object":{}}}"#,
            "content.object.refund_id is missing"
        ),
        (
            #"{"event_id":"e","event_type":"x","content":{"type":"dispute_details","object":\#(disputeBody(amount: "2500"))}}"#,
            "content.object.amount is the number 2500, not a string"
        ),
        (
            #"{"event_id":"e","event_type":"x","content":{"type":"dispute_details","object":\#(disputeBody(amount: #""25.00""#))}}"#,
            "content.object.amount is “25.00”, not a whole number in a string"
        ),
    ])
    func `a signed body that cannot be read says why`(text: String, reason: String) throws {
        let key = try webhookKey()
        let body = Array(text.utf8)
        #expect(throws: WebhookError.unreadable(reason)) {
            try HyperswitchEvent(body: body, signature: WebhookSignature.sign(body, with: key), key: key)
        }
    }

    @Test func `an empty key is none`() {
        let error = #expect(throws: HyperswitchConfigurationError.self) { try WebhookKey(Secret("")) }
        #expect(error?.description == "The webhook key is empty: anybody could sign with it.")
    }
}
