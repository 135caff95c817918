/// Where a payment stands: the router's `IntentStatus`, all 17 (fact sheet, §2).
public enum IntentStatus: String, CaseIterable, Hashable, Sendable {
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
    /// Declined; or, after a capture or a release was asked for, *that* failed and the money is still held.
    case failed
    case cancelled
    case cancelledPostCapture = "cancelled_post_capture"
    case partiallyCaptured = "partially_captured"
    case expired
    /// The bank's side took another amount or currency than was asked for.
    case conflicted
    case review

    /// Whether the router counts it as an end. A person can still change it.
    public var isTerminal: Bool {
        switch self {
        case .succeeded, .failed, .cancelled, .cancelledPostCapture, .partiallyCaptured, .expired: true
        default: false
        }
    }
}

/// When money is collected.
public enum CaptureMethod: String, CaseIterable, Hashable, Sendable {
    /// With the authorisation; the router's default.
    case automatic
    /// By one call; what is not collected then is released.
    case manual
    /// By several calls.
    case manualMultiple = "manual_multiple"
    case scheduled
    case sequentialAutomatic = "sequential_automatic"
}

/// Whether the customer's bank is to ask the customer.
public enum AuthenticationType: String, CaseIterable, Hashable, Sendable {
    case threeDS = "three_ds"
    case noThreeDS = "no_three_ds"
}

/// Whether the customer will be there when the payment method is used again.
public enum FutureUsage: String, CaseIterable, Hashable, Sendable {
    case onSession = "on_session"
    case offSession = "off_session"
}
