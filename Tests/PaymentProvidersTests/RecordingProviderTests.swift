import Money
import PaymentProviders
import Testing

struct RecordingProviderTests {
    private let payment = ProviderID.payment(ofRow: "orders/1")
    private let refund = ProviderID.refund(ofRow: "refunds/1")
    private let payout = ProviderID.payout(ofRow: "payouts/1")

    private func dollars(_ text: String) throws -> Money { try Money(decimal: text, .usd) }

    private func request(_ amount: String = "100.00") throws -> PaymentRequest {
        PaymentRequest(id: payment, amount: try dollars(amount), customerID: "customer-1", orderReference: "order 1")
    }

    private func key(_ text: String) throws -> IdempotencyKey { try IdempotencyKey(text) }

    private func captured(_ provider: RecordingProvider, _ amount: String = "100.00") async throws {
        _ = try await provider.authorize(idempotencyKey: key("pay-1"), request())
        _ = try await provider.capture(idempotencyKey: key("capture-1"), payment: payment, amount: dollars(amount))
    }

    @Test func `every call is recorded in order with its key, id and amount`() async throws {
        let provider = RecordingProvider()
        try await captured(provider)
        let refunded = ProviderRefundRequest(id: refund, payment: payment, amount: try dollars("40.00"))
        _ = try await provider.refund(idempotencyKey: key("refund-1"), refunded)
        #expect(provider.lastIdempotencyKey == (try key("refund-1")))
        _ = try await provider.refund(refund)
        let paid = PayoutRequest(id: payout, amount: try dollars("9.00"), sellerID: "seller-1")
        _ = try await provider.payout(idempotencyKey: key("payout-1"), paid)
        _ = try await provider.payout(payout)
        _ = try await provider.payment(payment)
        #expect(
            provider.calls == [
                .authorize(try key("pay-1"), try request()),
                .capture(try key("capture-1"), payment: payment, amount: try dollars("100.00")),
                .refund(try key("refund-1"), refunded), .lookUpRefund(refund),
                .payout(try key("payout-1"), paid), .lookUpPayout(payout), .lookUpPayment(payment),
            ])
        #expect(provider.lastIdempotencyKey == (try key("payout-1")))
        provider.forgetCalls()
        #expect(provider.calls.isEmpty && provider.lastIdempotencyKey == nil)
    }

    @Test func `what is not scripted goes well, and refunds and payouts are only acknowledged`() async throws {
        let provider = RecordingProvider()
        #expect(try await provider.authorize(idempotencyKey: key("k"), request()).status == .authorized)
        let captured = try await provider.capture(idempotencyKey: key("k"), payment: payment, amount: dollars("60.00"))
        #expect(captured.status == .captured)
        #expect(captured.capturedAmount == (try dollars("60.00")))
        let asked = ProviderRefundRequest(id: refund, payment: payment, amount: try dollars("60.00"))
        var made = try await provider.refund(idempotencyKey: key("k"), asked)
        #expect(made.status == .pending)
        made.status = .succeeded
        provider.set(made)
        #expect(try await provider.refund(refund) == made)
        let sent = PayoutRequest(id: payout, amount: try dollars("1.00"), sellerID: "s")
        #expect(try await provider.payout(idempotencyKey: key("k"), sent).status == .pending)
        let nobody = ProviderID(rawValue: "pay_nobody")
        #expect(try await provider.payment(nobody) == nil)
    }

    @Test func `an effect with a lost reply is unknown to the caller and found by a look-up`() async throws {
        let provider = RecordingProvider()
        try await captured(provider)
        provider.script(refund: .effectThenLostReply(.succeeded))
        let asked = ProviderRefundRequest(id: refund, payment: payment, amount: try dollars("60.00"))
        let lost = ProviderError.unknown(.init(id: refund, reason: "the answer was lost"))
        await #expect(throws: lost) { try await provider.refund(idempotencyKey: key("k"), asked) }
        #expect(try await provider.refund(refund)?.status == .succeeded)
    }

    @Test func `scripted failures happen once each, in order, without an effect`() async throws {
        let provider = RecordingProvider()
        let errors: [ProviderError] = [
            .rejected(.init(httpStatus: 400, type: "invalid_request", code: "IR_06", message: "no")),
            .unknown(.init(id: payment, reason: "none came within 5 ms")),
            .unusable(.init(id: payment, httpStatus: 200, reason: "amount is missing")),
        ]
        for error in errors { provider.script(authorize: .failure(error)) }
        for error in errors {
            await #expect(throws: error) { try await provider.authorize(idempotencyKey: key("k"), request()) }
            #expect(try await provider.payment(payment) == nil)
        }
        provider.script(authorize: .effect(.failed))
        #expect(try await provider.authorize(idempotencyKey: key("k"), request()).failure == "declined")
        provider.script(lookUp: nil, errors[1])
        #expect(try await provider.payment(payment)?.status == .failed)
        await #expect(throws: errors[1]) { try await provider.payment(payment) }
    }

    @Test func `an id that comes again is rejected, or replayed for the same key`() async throws {
        let strict = RecordingProvider()
        let lenient = RecordingProvider(repetition: .replayed)
        for provider in [strict, lenient] {
            _ = try await provider.authorize(idempotencyKey: key("k"), request())
            let again = try? await provider.authorize(idempotencyKey: key("k"), request())
            #expect((again != nil) == (provider === lenient))
            let error = await #expect(throws: ProviderError.self) {
                try await provider.authorize(idempotencyKey: key("other"), request())
            }
            guard case .rejected(let rejection) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(rejection.code == "HE_01")
        }
    }

    @Test(arguments: [("IR_13", "60.01"), ("IR_05", "0.00"), ("IR_05", "-1.00")])
    func `a refund against the rules is rejected`(code: String, amount: String) async throws {
        let provider = RecordingProvider()
        try await captured(provider)
        let first = ProviderRefundRequest(id: refund, payment: payment, amount: try dollars("40.00"))
        _ = try await provider.refund(idempotencyKey: key("a"), first)
        let second = ProviderRefundRequest(
            id: .refund(ofRow: "refunds/2"), payment: payment, amount: try dollars(amount))
        await #expect {
            try await provider.refund(idempotencyKey: key("b"), second)
        } throws: { error in
            if case ProviderError.rejected(let rejection) = error { rejection.code == code } else { false }
        }
    }

    @Test func `a capture or cancellation is rejected unless the payment is authorized`() async throws {
        let provider = RecordingProvider()
        func code(_ call: () async throws -> ProviderPayment) async -> String {
            do {
                return try await call().status.rawValue
            } catch ProviderError.rejected(let rejection) {
                return rejection.code
            } catch {
                return "\(error)"
            }
        }
        func cancel() async throws -> ProviderPayment {
            try await provider.cancel(idempotencyKey: key("x"), payment: payment)
        }
        func capture(_ amount: Money) async throws -> ProviderPayment {
            try await provider.capture(idempotencyKey: key("c"), payment: payment, amount: amount)
        }
        #expect(await code { try await cancel() } == "HE_02")
        _ = try await provider.authorize(idempotencyKey: key("a"), request())
        #expect(await code { try await capture(dollars("100.01")) } == "IR_06")
        #expect(await code { try await capture(Money(decimal: "1.00", .eur)) } == "IR_06")
        #expect(await code { try await cancel() } == "canceled")
        #expect(await code { try await capture(dollars("1.00")) } == "IR_14")
        #expect(await code { try await cancel() } == "IR_16")
    }

    @Test func `only webhooks made by it are believed`() throws {
        let provider = RecordingProvider()
        let event = ProviderEvent(id: "evt_1", type: "mandate_active", subject: .other("mandate_active"))
        let (body, signature) = provider.webhook(event)
        #expect(try provider.event(body: body, signature: signature) == event)
        #expect(throws: WebhookError.unsigned) { try provider.event(body: body, signature: nil) }
        #expect(throws: WebhookError.wrongSignature) { try provider.event(body: body + [0x20], signature: signature) }
        #expect(throws: WebhookError.unreadable("it was made by another RecordingProvider")) {
            try RecordingProvider().event(body: body, signature: signature)
        }
    }

    @Test func `200 calls at once are all recorded`() async throws {
        let provider = RecordingProvider()
        let amount = try dollars("1.00")
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let request = PaymentRequest(
                        id: .payment(ofRow: "\(number)"), amount: amount, customerID: "c", orderReference: "o")
                    guard let key = try? IdempotencyKey("key-\(number)") else { return }
                    _ = try? await provider.authorize(idempotencyKey: key, request)
                }
            }
        }
        #expect(Set(provider.calls.compactMap(\.idempotencyKey)).count == 200)
    }
}
