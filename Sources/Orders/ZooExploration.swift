/// The explorations that are shipped with the service, by the names under which they run.
public enum ZooExploration: String, CaseIterable, Hashable, Sendable {
    /// Orders that are paid, captured, refunded and canceled, without a provider.
    case payments
    /// Every call to the provider with every fault, its webhooks, repetitions under one key.
    case providerFaults = "provider-faults"
    /// What sellers get, and give back.
    case payouts
    /// What may be used, and when.
    case subscriptions
    /// Webhooks that are forged, repeated or about nothing.
    case webhookSecurity = "webhook-security"
}

extension Bug {
    /// The exploration that finds it.
    public var exploration: ZooExploration {
        switch self {
        case .doubleRefund, .refundAfterCancel, .captureAfterRefund, .partialRefundOverflow, .roundingOverflow,
            .negativeRefund, .partialRefundCloses, .doubleCapture, .lateCancel, .payAfterExpiry,
            .refusedRefundLeavesRow, .staleTotal, .getTouches, .crashOnUnpaidRefund:
            .payments
        case .keyIgnoresBody, .keyForgetsScope: .providerFaults
        case .payoutTwice, .payoutRetryNewKey, .reversalOfPending: .payouts
        case .activeWithoutPayment: .subscriptions
        }
    }
}
