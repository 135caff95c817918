/// Where a payment stands (fact sheet, §2: all 17).
public enum IntentStatus: String, CaseIterable, Hashable, Sendable, SandboxCell {
    case requiresPaymentMethod = "requires_payment_method"
    case requiresConfirmation = "requires_confirmation"
    case requiresCustomerAction = "requires_customer_action"
    case requiresMerchantAction = "requires_merchant_action"
    case processing
    case requiresCapture = "requires_capture"
    case partiallyAuthorizedAndRequiresCapture = "partially_authorized_and_requires_capture"
    case partiallyCapturedAndCapturable = "partially_captured_and_capturable"
    case partiallyCapturedAndProcessing = "partially_captured_and_processing"
    case succeeded
    case failed
    case cancelled
    case cancelledPostCapture = "cancelled_post_capture"
    case partiallyCaptured = "partially_captured"
    case expired
    case conflicted
    case review

    /// Whether nothing moves it any more (fact sheet, §2).
    public var isTerminal: Bool {
        switch self {
        case .succeeded, .failed, .cancelled, .cancelledPostCapture, .partiallyCaptured, .expired: true
        default: false
        }
    }

    /// Whether it may be confirmed; a failed one is asked about apart.
    var mayBeConfirmed: Bool { self == .requiresPaymentMethod || self == .requiresConfirmation }

    /// Whether money may be returned.
    var mayBeRefunded: Bool { self == .succeeded || self == .partiallyCaptured }

    /// Whether it waits for the customer, and expires with its session.
    var expiresWithSession: Bool { mayBeConfirmed || self == .requiresCustomerAction }

    /// Whether money may be collected; `processing` only when it may be in several parts.
    func mayBeCaptured(_ method: CaptureMethod) -> Bool {
        switch self {
        case .requiresCapture, .partiallyCapturedAndCapturable, .partiallyAuthorizedAndRequiresCapture: true
        case .processing: method == .manualMultiple
        default: false
        }
    }

    /// Whether it may be called off before money is collected.
    func mayBeCancelled(_ rules: SandboxSettings.CancelRules) -> Bool {
        switch rules {
        case .documented:
            mayBeConfirmed || self == .requiresCapture || self == .requiresCustomerAction
        case .asCode:
            ![.failed, .succeeded, .cancelled, .processing, .requiresMerchantAction, .review].contains(self)
        }
    }

    /// The event that tells of it (fact sheet, §4); nothing before the payment was tried.
    public var eventType: String? {
        switch self {
        case .succeeded: "payment_succeeded"
        case .failed: "payment_failed"
        case .processing, .partiallyCapturedAndProcessing: "payment_processing"
        case .requiresCustomerAction, .requiresMerchantAction, .conflicted, .review: "action_required"
        case .cancelled: "payment_cancelled"
        case .cancelledPostCapture: "payment_cancelled_post_capture"
        case .expired: "payment_expired"
        case .partiallyCaptured, .partiallyCapturedAndCapturable: "payment_captured"
        case .requiresCapture: "payment_authorized"
        case .partiallyAuthorizedAndRequiresCapture: "payment_partially_authorized"
        case .requiresPaymentMethod, .requiresConfirmation: nil
        }
    }
}

/// When the money of an authorised payment is collected.
public enum CaptureMethod: String, CaseIterable, Hashable, Sendable, SandboxCell {
    /// At once, with the authorisation.
    case automatic
    /// At once, in another order within the provider.
    case sequentialAutomatic = "sequential_automatic"
    /// Once, by a call; the rest is released.
    case manual
    /// By any number of calls, until all is collected.
    case manualMultiple = "manual_multiple"
    /// By the provider, at a time that is set there.
    case scheduled

    var isAutomatic: Bool { self == .automatic || self == .sequentialAutomatic }
}
