import Money
import PaymentProviders

extension ProviderPayment {
    /// What was last asked of a payment, as far as it is known.
    enum Deed {
        case authorization, captureOrRelease, unknown
    }

    init(_ payment: HyperswitchPayment, after deed: Deed) {
        let status = Status(payment, after: deed)
        let nothing = Money.zero(payment.amount.currency)
        self.init(
            id: payment.id, status: status, amount: payment.amount,
            // `succeeded` means all of it (fact sheet, §2: a partial capture is `partially_captured`).
            capturedAmount: payment.amountReceived ?? (payment.status == .succeeded ? payment.amount : nothing),
            failure: status == .failed || status == .review ? payment.failure : nil)
    }
}

extension ProviderPayment.Status {
    /// The router's 17 statuses in the six that a service tells apart. Where the router's word may hide that money is still
    /// held, it is `review`, and not `failed`.
    init(_ payment: HyperswitchPayment, after deed: ProviderPayment.Deed) {
        switch payment.status {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresCustomerAction, .processing,
            .partiallyCapturedAndProcessing:
            self = .pending
        case .requiresCapture, .partiallyCapturedAndCapturable:
            self = .authorized
        case .succeeded, .partiallyCaptured:
            self = .captured
        case .cancelled, .cancelledPostCapture, .expired:
            self = .canceled
        case .requiresMerchantAction, .partiallyAuthorizedAndRequiresCapture, .conflicted, .review:
            // Less is reserved than was asked for, or something else than was asked for, or nobody is sure.
            self = .review
        case .failed:
            self = deed == .captureOrRelease || payment.mayStillBeHeld ? .review : .failed
        }
    }
}

extension HyperswitchPayment {
    /// Whether a `failed` payment has an attempt of which only the capture or the release failed (fact sheet, §2): what was
    /// reserved is still reserved. Without the attempts nothing tells.
    fileprivate var mayStillBeHeld: Bool {
        attemptStatuses.contains("void_failed") || attemptStatuses.contains("capture_failed")
            || amountCapturable?.isPositive == true
    }

    /// Why it failed, in the router's words.
    fileprivate var failure: String {
        let words = [errorCode, errorMessage].compactMap { $0 }
        return words.isEmpty ? "the status is \(status.rawValue), without a reason" : words.joined(separator: ": ")
    }
}

extension ProviderRefund {
    init(_ refund: HyperswitchRefund) {
        let status: Status =
            switch refund.status {
            case .pending: .pending
            case .succeeded: .succeeded
            case .failed: .failed
            case .review: .review
            }
        let words = [refund.errorCode, refund.errorMessage].compactMap { $0 }.joined(separator: ": ")
        self.init(
            id: refund.id, payment: refund.payment, status: status, amount: refund.amount,
            failure: words.isEmpty ? nil : words)
    }
}

extension ProviderPayout {
    init(_ payout: HyperswitchPayout) {
        let status: Status =
            switch payout.status {
            case .success: .succeeded
            case .reversed: .reversed
            case .failed, .cancelled, .expired, .ineligible: .failed
            case .initiated, .pending, .processing, .requiresCreation, .requiresConfirmation,
                .requiresPayoutMethodData, .requiresFulfillment, .requiresVendorAccountCreation:
                .pending
            }
        let words = [payout.errorCode, payout.errorMessage].compactMap { $0 }.joined(separator: ": ")
        self.init(id: payout.id, status: status, amount: payout.amount, failure: words.isEmpty ? nil : words)
    }
}

extension ProviderDispute {
    init(_ dispute: HyperswitchDispute) {
        let status: Status =
            switch dispute.status {
            case .opened, .challenged: .open
            // Withdrawn: the merchant keeps the money.
            case .won, .cancelled: .won
            // Conceded, or not answered in time: the customer keeps it.
            case .lost, .accepted, .expired: .lost
            }
        self.init(id: dispute.id, payment: dispute.payment, status: status, amount: dispute.amount)
    }
}
