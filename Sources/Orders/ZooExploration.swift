/// The explorations that are shipped with the service, by the names under which they run.
public enum ZooExploration: String, CaseIterable, Hashable, Sendable {
    /// Orders that are paid, captured, refunded and canceled, without a provider.
    case payments
    /// Requests that are repeated under one key, without a provider.
    case idempotencyKeys = "idempotency-keys"
    /// Every call to the provider with every fault, and its webhooks.
    case providerFaults = "provider-faults"
    /// What sellers get, and give back.
    case payouts
    /// What may be used, and when.
    case subscriptions
    /// Requests that are sent at the same time.
    case concurrency
    /// Webhooks that are forged, repeated or about nothing.
    case webhookSecurity = "webhook-security"

    /// Whether the service has a payment provider there.
    public var needsProvider: Bool { self != .payments && self != .idempotencyKeys }
}

extension Bug {
    /// The exploration that finds it.
    public var exploration: ZooExploration {
        switch self {
        case .doubleRefund, .refundAfterCancel, .captureAfterRefund, .partialRefundOverflow, .roundingOverflow,
            .negativeRefund, .partialRefundCloses, .doubleCapture, .lateCancel, .payAfterExpiry,
            .refusedRefundLeavesRow, .staleTotal, .getTouches, .crashOnUnpaidRefund, .staleStatus:
            .payments
        case .refundWithoutLock: .concurrency
        case .keyIgnoresBody, .keyForgetsScope, .keyIsOnlyALock, .keyWrittenLast: .idempotencyKeys
        case .retryUnderNewID, .acknowledgementIsFinal, .timeoutIsFailure, .duplicateWebhook, .lateFailure,
            .unknownObjectAccepted, .refundLimitFromTotal, .refundIgnoresPending, .refundIgnoresDisputes,
            .captureAfterAuthorizationExpired, .reconcilerGivesUp, .overCapture, .secondClickCharges,
            .lostAnswerRollsBack, .oneSidedEntry, .partialCaptureCountsAll, .reconcilerSkipsPayments:
            .providerFaults
        case .payoutTwice, .payoutRetryNewKey, .reversalOfPending, .payoutAcceptedIsCompleted: .payouts
        case .activeWithoutPayment, .captureActivatesNothing: .subscriptions
        case .unsignedWebhook: .webhookSecurity
        }
    }

    /// The bugs that an exploration finds.
    public static func found(by exploration: ZooExploration) -> [Bug] {
        allCases.filter { $0.exploration == exploration }
    }

    /// Whether it is in what the service does only with a payment provider.
    public var needsProvider: Bool { exploration.needsProvider }
}
