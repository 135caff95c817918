import ExactJSON
import Testing

@testable import HyperswitchSandbox

/// All 17 statuses with every action (fact sheet, §2).
@Suite struct `Every status` {
    enum Action: String, CaseIterable {
        case confirm, capture, cancel, cancelAfterCapture, refund
    }

    /// What is accepted; everything else is refused.
    static let accepted: [IntentStatus: Set<Action>] = [
        .requiresPaymentMethod: [.confirm, .cancel], .requiresConfirmation: [.confirm, .cancel],
        .requiresCustomerAction: [.cancel], .requiresCapture: [.capture, .cancel],
        .partiallyAuthorizedAndRequiresCapture: [.capture], .partiallyCapturedAndCapturable: [.capture],
        .succeeded: [.cancelAfterCapture, .refund], .partiallyCaptured: [.cancelAfterCapture, .refund],
    ]

    /// Where the code lets a payment be cancelled and the documents do not.
    static let cancelledAsCode: Set<IntentStatus> = [
        .partiallyAuthorizedAndRequiresCapture, .partiallyCapturedAndCapturable, .partiallyCapturedAndProcessing,
        .partiallyCaptured, .cancelledPostCapture, .expired, .conflicted, .requiresPaymentMethod,
        .requiresConfirmation, .requiresCustomerAction, .requiresCapture,
    ]

    /// A payment in that status of which half is captured, so that both capturing and refunding have something to do.
    private func provider(in status: IntentStatus, method: String = "manual") throws -> Provider {
        var provider = Provider()
        provider.pay("pay_1", 100, [.init("capture_method", .string(method))])
        var payment = try #require(provider.state.payments["pay_1"])
        (payment.status, payment.captured, payment.capturable) = (status, 50, 50)
        provider.state.payments["pay_1"] = payment
        return provider
    }

    private func send(_ action: Action, to provider: inout Provider) -> Provider.Answer {
        switch action {
        case .confirm: provider.send("POST", "/payments/pay_1/confirm")
        case .capture: provider.capture(50)
        case .cancel: provider.send("POST", "/payments/pay_1/cancel", ["cancellation_reason": "why"])
        case .cancelAfterCapture: provider.send("POST", "/payments/pay_1/cancel_post_capture")
        case .refund: provider.refund(10)
        }
    }

    private func message(_ action: Action, _ status: String) -> String {
        switch action {
        case .confirm: "You cannot confirm this payment because it has status \(status)"
        case .cancel: "You cannot cancel this payment because it has status \(status)"
        case .cancelAfterCapture: "You cannot cancel_post_capture this payment because it has status \(status)"
        case .capture:
            "This Payment could not be captured because it has a payment.status of \(status). The expected state is "
                + "requires_capture, partially_captured_and_capturable, processing"
        case .refund:
            "This Payment could not be refund because it has a status of \(status). The expected state is succeeded, "
                + "partially_captured"
        }
    }

    @Test(arguments: IntentStatus.allCases, Action.allCases)
    func `allows what it allows and refuses the rest without effect`(status: IntentStatus, action: Action) throws {
        var provider = try provider(in: status)
        let before = provider.state
        let answer = send(action, to: &provider)
        if Self.accepted[status]?.contains(action) == true {
            #expect(answer.reply.status == 200)
            #expect(provider.state != before)
        } else {
            let code = action == .capture || action == .refund ? "IR_14" : "IR_16"
            #expect(answer.outcome == "400 \(code)")
            #expect(answer.message == message(action, status.rawValue))
            #expect(provider.state == before)
        }
    }

    @Test(arguments: IntentStatus.allCases)
    func `is cancelled as the code does it, where that is chosen`(status: IntentStatus) throws {
        var provider = try provider(in: status)
        provider.state.settings.cancelRules = .asCode
        let answer = send(.cancel, to: &provider)
        #expect(answer.outcome == (Self.cancelledAsCode.contains(status) ? "200 cancelled" : "400 IR_16"))
    }

    @Test(arguments: [("manual", "400 IR_14"), ("manual_multiple", "200 succeeded")])
    func `processing is captured only in several parts`(method: String, outcome: String) throws {
        var provider = try provider(in: .processing, method: method)
        #expect(provider.capture(50).outcome == outcome)
    }

    @Test(arguments: IntentStatus.allCases)
    func `is gone into by a control, and tells of itself once`(status: IntentStatus) throws {
        var provider = Provider()
        provider.send("POST", "/payments", ["amount": 100, "currency": "USD", "payment_id": "pay_1"])
        try provider.state.movePayment("pay_1", to: status)
        #expect(provider.send("GET", "/payments/pay_1").status == status.rawValue)
        #expect(provider.eventTypes == [status.eventType].compactMap { $0 })
    }

    @Test func `maps to the event that the fact sheet says`() {
        let events = IntentStatus.allCases.map { "\($0.rawValue) \($0.eventType ?? "-")" }
        #expect(
            events == [
                "requires_payment_method -", "requires_confirmation -", "requires_customer_action action_required",
                "requires_merchant_action action_required", "processing payment_processing",
                "requires_capture payment_authorized",
                "partially_authorized_and_requires_capture payment_partially_authorized",
                "partially_captured_and_capturable payment_captured",
                "partially_captured_and_processing payment_processing", "succeeded payment_succeeded",
                "failed payment_failed", "cancelled payment_cancelled",
                "cancelled_post_capture payment_cancelled_post_capture", "partially_captured payment_captured",
                "expired payment_expired", "conflicted action_required", "review action_required",
            ])
    }
}
