import Hyperswitch
import Money
import PaymentProviders
import RawServer
import Testing

/// Hyperswitch behind the protocol that a service depends on.
struct ProviderTests {
    private let servers = Servers()

    private func provider(_ server: TestServer, paymentMethod: PaymentMethod? = nil) throws -> HyperswitchProvider {
        let key = try WebhookKey(Secret("hash-key"))
        return HyperswitchProvider(client: try server.client(), webhookKey: key, paymentMethod: paymentMethod)
    }

    private func answering(_ body: String) throws -> HyperswitchProvider {
        try provider(servers.start { _ in .respond(response("200 OK", body)) })
    }

    private func request() throws -> PaymentRequest {
        PaymentRequest(id: paymentID, amount: try dollars("100.00"), customerID: "ada", orderReference: "order 17")
    }

    private static let statuses: [(IntentStatus, ProviderPayment.Status)] = [
        (.requiresPaymentMethod, .pending), (.requiresConfirmation, .pending), (.requiresCustomerAction, .pending),
        (.requiresMerchantAction, .review), (.processing, .pending), (.requiresCapture, .authorized),
        (.partiallyAuthorizedAndRequiresCapture, .review), (.partiallyCapturedAndCapturable, .authorized),
        (.partiallyCapturedAndProcessing, .pending), (.succeeded, .captured), (.failed, .failed),
        (.cancelled, .canceled), (.cancelledPostCapture, .canceled), (.partiallyCaptured, .captured),
        (.expired, .canceled), (.conflicted, .review), (.review, .review),
    ]

    @Test func `the table has all 17 statuses`() {
        #expect(Self.statuses.map(\.0) == IntentStatus.allCases)
        #expect(IntentStatus.allCases.count == 17)
        #expect(IntentStatus.allCases.count(where: \.isTerminal) == 6)
    }

    @Test(arguments: statuses)
    func `each status means one thing to a service`(status: IntentStatus, expected: ProviderPayment.Status) async throws
    {
        let provider = try answering(paymentBody(status: status.rawValue))
        #expect(try await provider.authorize(idempotencyKey: key(), request()).status == expected)
        #expect(try await provider.payment(paymentID)?.status == expected)
    }

    @Test func `a capture or release that failed is no declined payment: the money is still held`() async throws {
        let provider = try answering(paymentBody(#""error_code":"E1","error_message":"no""#, status: "failed"))
        let captured = try await provider.capture(
            idempotencyKey: key(), payment: paymentID, amount: dollars("100.00"))
        #expect(captured.status == .review)
        #expect(captured.failure == "E1: no")
        #expect(try await provider.cancel(idempotencyKey: key(), payment: paymentID).status == .review)
        #expect(try await provider.authorize(idempotencyKey: key(), request()).status == .failed)
        for attempt in ["void_failed", "capture_failed"] {
            let attempts = #""attempts":[{"status":"failure"},{"status":"\#(attempt)"}]"#
            let provider = try answering(paymentBody(attempts, status: "failed"))
            #expect(try await provider.payment(paymentID)?.status == .review)
        }
        let held = try answering(paymentBody(#""amount_capturable":10000"#, status: "failed"))
        #expect(try await held.payment(paymentID)?.status == .review)
        let declined = try answering(paymentBody(#""attempts":[{"status":"failure"}]"#, status: "failed"))
        #expect(try await declined.payment(paymentID)?.status == .failed)
    }

    @Test func `what was captured is what the router received`() async throws {
        let part = try answering(paymentBody(#""amount_received":6000"#, status: "partially_captured"))
        #expect(try await part.payment(paymentID)?.capturedAmount == dollars("60.00"))
        let all = try answering(paymentBody(status: "succeeded"))
        #expect(try await all.payment(paymentID)?.capturedAmount == dollars("100.00"))
        let none = try answering(paymentBody(#""amount_received":null"#))
        #expect(try await none.payment(paymentID)?.capturedAmount == dollars("0.00"))
    }

    @Test func `an authorisation is a manual payment, confirmed if there is something to pay with`() async throws {
        let server = try servers.start { _ in .respond(response("200 OK", paymentBody())) }
        _ = try await provider(server).authorize(idempotencyKey: key("order-17"), request())
        _ = try await provider(server, paymentMethod: .card(.testAccepted))
            .authorize(idempotencyKey: key("order-17"), request())
        let start = #"{"payment_id":"\#(paymentID)","amount":10000,"currency":"USD","capture_method":"manual","#
        let end = #""customer_id":"ada","#
        let reference = #""merchant_order_reference_id":"order 17"}"#
        let card = #""payment_method":"card","payment_method_data":{"card":{"card_number":"4242424242424242","#
        #expect(server.requests.first?.body == start + #""confirm":false,"# + end + reference)
        #expect(server.requests.last?.body.hasPrefix(start + #""confirm":true,"# + end + card) == true)
        #expect(server.requests.allSatisfy { $0.headers.contains("Idempotency-Key: order-17") })
    }

    @Test func `every call of the protocol goes where it belongs, with its own key and id`() async throws {
        let server = try servers.start { request in
            let body = request.line.contains("/refunds") ? refundBody() : paymentBody()
            return .respond(response("200 OK", request.line.contains("/payouts") ? payoutBody() : body))
        }
        let provider = try provider(server)
        _ = try await provider.capture(idempotencyKey: key("c"), payment: paymentID, amount: dollars("60.00"))
        _ = try await provider.cancel(idempotencyKey: key("v"), payment: paymentID)
        let refund = ProviderRefundRequest(id: refundID, payment: paymentID, amount: try dollars("40.00"))
        #expect(try await provider.refund(idempotencyKey: key("r"), refund).status == .pending)
        let payout = PayoutRequest(id: payoutID, amount: try dollars("9.00"), sellerID: "seller")
        #expect(try await provider.payout(idempotencyKey: key("o"), payout).status == .pending)
        _ = try await provider.payment(paymentID)
        _ = try await provider.refund(refundID)
        _ = try await provider.payout(payoutID)
        let keys = server.requests.map { request in
            request.headers.first { $0.hasPrefix("Idempotency-Key: ") }.map { String($0.dropFirst(17)) }
        }
        #expect(keys == ["c", "v", "r", "o", nil, nil, nil])
        #expect(
            server.requests.map { String($0.line.dropLast(9)) } == [
                "POST /payments/\(paymentID)/capture", "POST /payments/\(paymentID)/cancel", "POST /refunds",
                "POST /payouts/create", "GET /payments/\(paymentID)?force_sync=true&expand_attempts=true",
                "GET /refunds/\(refundID)?force_sync=true", "GET /payouts/\(payoutID)",
            ])
    }

    @Test(arguments: HyperswitchRefund.Status.allCases)
    func `a refund's status is kept`(status: HyperswitchRefund.Status) async throws {
        let provider = try answering(refundBody(#""error_message":"why""#, status: status.rawValue))
        let refund = try await provider.refund(refundID)
        #expect(refund?.status.rawValue == status.rawValue)
        #expect(refund?.failure == "why")
        #expect(refund?.amount == (try dollars("40.00")))
    }

    @Test(arguments: [
        (HyperswitchPayout.Status.success, ProviderPayout.Status.succeeded), (.reversed, .reversed),
        (.failed, .failed), (.cancelled, .failed), (.expired, .failed), (.ineligible, .failed),
        (.initiated, .pending), (.pending, .pending), (.processing, .pending), (.requiresFulfillment, .pending),
    ])
    func `a payout's status means one thing`(
        status: HyperswitchPayout.Status, expected: ProviderPayout.Status
    ) async throws {
        #expect(try await answering(payoutBody(status: status.rawValue)).payout(payoutID)?.status == expected)
    }

    @Test(arguments: [
        (HyperswitchDispute.Status.opened, ProviderDispute.Status.open), (.challenged, .open), (.won, .won),
        (.cancelled, .won), (.lost, .lost), (.accepted, .lost), (.expired, .lost),
    ])
    func `a dispute's event says who has the money`(
        status: HyperswitchDispute.Status, expected: ProviderDispute.Status
    ) throws {
        let content = #"{"type":"dispute_details","object":\#(disputeBody(status: status.rawValue))}"#
        let event = try event(status.rawValue, content)
        #expect(
            event.subject
                == .dispute(
                    ProviderDispute(id: "dp_1", payment: paymentID, status: expected, amount: try dollars("25.00"))))
    }

    @Test func `events are about what they are about`() throws {
        let refund = try event("refund_failed", #"{"type":"refund_details","object":\#(refundBody(status: "failed"))}"#)
        #expect(
            refund.subject
                == .refund(.init(id: refundID, payment: paymentID, status: .failed, amount: try dollars("40.00"))))
        let payment = #"{"type":"payment_details","object":\#(paymentBody(status: "cancelled"))}"#
        guard case .payment(let canceled) = try event("payment_cancelled", payment).subject else {
            Issue.record("no payment")
            return
        }
        #expect(canceled.status == .canceled)
        #expect(try event("payment_novel", payment).subject == .other("payment_novel"))
        #expect(try event("mandate_active", #"{"type":"mandate_details"}"#).subject == .other("mandate_active"))
    }

    private func event(_ type: String, _ content: String) throws -> ProviderEvent {
        let body = Array(#"{"event_id":"evt_1","event_type":"\#(type)","content":\#(content)}"#.utf8)
        let signature = WebhookSignature.sign(body, with: try WebhookKey(Secret("hash-key")))
        return try answering("{}").event(body: body, signature: signature)
    }
}
