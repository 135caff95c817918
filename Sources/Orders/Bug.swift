/// A realistic defect that the reference service can be started with, to show that a test finds it.
///
/// Each is one slip at the place where the correct service does it right, and an instance of what `seenInTheWild` says.
public enum Bug: String, CaseIterable, Hashable, Sendable {
    /// A refunded order can be refunded again.
    case doubleRefund = "double-refund"
    /// A canceled order can be refunded.
    case refundAfterCancel = "refund-after-cancel"
    /// A refunded order can be captured.
    case captureAfterRefund = "capture-after-refund"
    /// Partial refunds can sum up to more than the amount.
    case partialRefundOverflow = "partial-refund-overflow"
    /// A refund can exceed the amount by less than a whole unit.
    case roundingOverflow = "rounding-overflow"
    /// A refund can be negative.
    case negativeRefund = "negative-refund"
    /// A partial refund ends the order.
    case partialRefundCloses = "partial-refund-closes"
    /// A captured order can be captured again.
    case doubleCapture = "double-capture"
    /// A paid order can be canceled.
    case lateCancel = "late-cancel"
    /// An expired order can be paid.
    case payAfterExpiry = "pay-after-expiry"
    /// A refund that is refused leaves a row.
    case refusedRefundLeavesRow = "refused-refund-leaves-row"
    /// The order's refunded amount is not kept.
    case staleTotal = "stale-total"
    /// Reading an order writes to it.
    case getTouches = "get-touches"
    /// Refunding an unpaid order is an internal error.
    case crashOnUnpaidRefund = "crash-on-unpaid-refund"
    /// A capture is answered and its status not written.
    case staleStatus = "stale-status"
    /// An order's earnings can be paid out again.
    case payoutTwice = "payout-twice"
    /// A payout whose outcome is unknown is tried again under a new key.
    case payoutRetryNewKey = "payout-retry-new-key"
    /// A payout can be asked back before the seller has it.
    case reversalOfPending = "reversal-of-pending"
    /// The answer to a payout's request is taken for its end.
    case payoutAcceptedIsCompleted = "payout-accepted-is-completed"
    /// A subscription is active when its order's payment is only authorised.
    case activeWithoutPayment = "active-without-payment"
    /// A subscription stays inactive when its order is captured.
    case captureActivatesNothing = "capture-activates-nothing"
    /// A repeated idempotency key replays whatever the body says.
    case keyIgnoresBody = "key-ignores-body"
    /// One account's idempotency key replays another's answer.
    case keyForgetsScope = "key-forgets-scope"
    /// An idempotency key is forgotten when its request is answered.
    case keyIsOnlyALock = "key-is-only-a-lock"
    /// An idempotency key is written down when its request is answered, and not before.
    case keyWrittenLast = "key-written-last"

    // Where a provider moves the money.

    /// A refund whose answer was lost is tried again under a new id.
    case retryUnderNewID = "retry-under-new-id"
    /// The answer to a refund's request is taken for its end.
    case acknowledgementIsFinal = "acknowledgement-is-final"
    /// A call that timed out counts as failed.
    case timeoutIsFailure = "timeout-is-failure"
    /// A webhook that comes twice is applied twice.
    case duplicateWebhook = "duplicate-webhook"
    /// A failure told late undoes a success.
    case lateFailure = "late-failure"
    /// A webhook about something unknown is answered with success.
    case unknownObjectAccepted = "unknown-object-accepted"
    /// Refunds are limited by the order's amount and not by what was captured.
    case refundLimitFromTotal = "refund-limit-from-total"
    /// Refunds that are under way are not counted.
    case refundIgnoresPending = "refund-ignores-pending"
    /// A refund is decided without keeping others out.
    case refundWithoutLock = "refund-without-lock"
    /// Disputed money can be refunded.
    case refundIgnoresDisputes = "refund-ignores-disputes"
    /// An authorisation that ran out is captured.
    case captureAfterAuthorizationExpired = "capture-after-authorization-expired"
    /// The reconciler fails what the provider does not know.
    case reconcilerGivesUp = "reconciler-gives-up"
    /// More can be captured than was authorised.
    case overCapture = "over-capture"
    /// A webhook without a signature is believed.
    case unsignedWebhook = "unsigned-webhook"
    /// A payment that is under way does not keep another from beginning.
    case secondClickCharges = "second-click-charges"
    /// A lost answer takes back the record of what was asked.
    case lostAnswerRollsBack = "lost-answer-rolls-back"
    /// A capture is booked on one account only.
    case oneSidedEntry = "one-sided-entry"
    /// A partial capture is written down as one of everything.
    case partialCaptureCountsAll = "partial-capture-counts-all"
    /// The reconciler does not ask about payments.
    case reconcilerSkipsPayments = "reconciler-skips-payments"

    /// What is wrong with the service, in one sentence.
    public var summary: String {
        switch self {
        case .doubleRefund:
            "A refund does not check whether the order is refunded already, and returns everything again."
        case .refundAfterCancel:
            "A refund does not check whether the order was canceled, and returns money never paid."
        case .captureAfterRefund:
            "A capture does not check whether the order was refunded, and takes the money again."
        case .partialRefundOverflow:
            "A partial refund is compared with the order's amount and not with what is left."
        case .roundingOverflow:
            "A refund is compared with the limit in whole units, so some cents more pass."
        case .negativeRefund:
            "A refund's amount is not checked to be positive, so a negative one raises the limit."
        case .partialRefundCloses:
            "A partial refund marks the order refunded, so the rest cannot be returned any more."
        case .doubleCapture:
            "A capture does not check whether the order is captured already, and collects it twice."
        case .lateCancel:
            "A cancel does not check whether the order is paid, and keeps the money of a canceled order."
        case .payAfterExpiry:
            "A payment does not check the payment window, so an expired order can be paid."
        case .refusedRefundLeavesRow:
            "A refund's row is committed before the rules are asked, and stays when they refuse."
        case .staleTotal:
            "A refund is recorded without updating the order's refunded amount, so the two disagree."
        case .getTouches:
            "Reading an order counts the view in the order's row, so a safe method changes data."
        case .crashOnUnpaidRefund:
            "A refund reads the payment date before the status, and an unpaid order has none."
        case .staleStatus:
            "A capture writes the amount and not the status, so that its answer says captured and the order is still paid."
        case .refundWithoutLock:
            "A refund is decided on what was read before the provider was asked, so two at once do not know of each other."
        case .payoutTwice:
            "A payout is not tied to the earnings it pays out, so that the same ones are paid out again."
        case .payoutRetryNewKey:
            "A payout whose answer was lost is tried again under a new key, and the seller is paid twice."
        case .reversalOfPending:
            "A reversal does not check that the seller has the money, and asks back what may never arrive."
        case .payoutAcceptedIsCompleted:
            "A payout that the provider has accepted counts as completed, though the seller's bank may still refuse it."
        case .activeWithoutPayment:
            "A subscription takes an authorised payment for a captured one, and is active without money."
        case .captureActivatesNothing:
            "A capture does not activate the subscription that it pays for, so that it cannot be used."
        case .keyIgnoresBody:
            "A repeated idempotency key is answered from memory without comparing the body."
        case .keyForgetsScope:
            "An idempotency key is looked up without the account, so one reads the answer of another."
        case .keyIsOnlyALock:
            "An idempotency key is let go once its request is answered, so that a repetition does everything again."
        case .keyWrittenLast:
            "An idempotency key is written down once its request is answered, so that of two at once both take effect."
        case .retryUnderNewID:
            "A refund whose answer was lost is given up and asked for again under a new id and key, so it may happen twice."
        case .acknowledgementIsFinal:
            "The answer to a refund's request is taken for its end, though the provider has only accepted it."
        case .timeoutIsFailure:
            "A call that timed out is marked failed, though it may have happened, and the way is free to do it again."
        case .duplicateWebhook:
            "A webhook's event id and its object's status are not looked at, so what comes twice is applied twice."
        case .lateFailure:
            "A webhook's failure is written over a success that was known before, so money returned counts as kept."
        case .unknownObjectAccepted:
            "A webhook about an object that is not known yet is answered with success, so the provider never tells it again."
        case .refundLimitFromTotal:
            "A refund is compared with the order's amount, so after a partial capture more can be returned than was taken."
        case .refundIgnoresPending:
            "A refund is compared with what was returned and not with what is being returned, so two at once exceed the limit."
        case .refundIgnoresDisputes:
            "A refund does not look at disputes, so money that a bank has taken back is returned a second time."
        case .captureAfterAuthorizationExpired:
            "A capture does not look at the age of the authorisation, and asks for money that is no longer reserved."
        case .reconcilerGivesUp:
            "The reconciler marks failed what the provider does not know yet, though the request may still be on its way."
        case .overCapture:
            "A capture's amount is not compared with what was authorised, and the provider is asked for more."
        case .unsignedWebhook:
            "A webhook's signature is checked only if there is one, so anybody can speak for the provider."
        case .secondClickCharges:
            "A payment whose answer was lost is given up when the customer pays again, and the card is charged twice."
        case .lostAnswerRollsBack:
            "A lost answer rolls back the record of what was asked, and with it all trace of what the provider did."
        case .oneSidedEntry:
            "A capture is booked on the balance and not as a sale, so that the books show money from nowhere."
        case .partialCaptureCountsAll:
            "A partial capture is written down as one of everything, so that the order shows money never collected."
        case .reconcilerSkipsPayments:
            "The reconciler asks about refunds and payouts only, so that a payment whose answer was lost is never decided."
        }
    }

    /// The line of the catalogue of bugs seen in the wild that this is an instance of (cause → the invariant that sees
    /// it), or for a slip that is not about money, the law that it breaks.
    public var seenInTheWild: String {
        switch self {
        case .doubleRefund:
            "refund retried under a new id → one intent, at most one provider refund"
        case .refundAfterCancel: "refund after cancel → cancelled ⇒ refunded = 0"
        case .captureAfterRefund:
            "capture after refund or cancel → no capture from a terminal state"
        case .partialRefundOverflow:
            "refund race → Σ non-failed refunds ≤ captured at every interleaving"
        case .roundingOverflow:
            "partial-refund rounding → Σ lines ≤ total, last takes the remainder"
        case .negativeRefund: "negative or zero amount → amount > 0"
        case .partialRefundCloses:
            "partial capture then refund → refundable = Σ captured, not the order total"
        case .doubleCapture: "double capture / over-capture → Σ captured ≤ authorised"
        case .lateCancel: "out of order, late failure → terminal never downgraded"
        case .payAfterExpiry:
            "capture after the authorisation expired → refused, order closed"
        case .refusedRefundLeavesRow: "law: a refused request changes nothing"
        case .staleTotal: "lost update on a balance → balance = Σ ledger entries"
        case .getTouches: "law: safe methods change nothing"
        case .crashOnUnpaidRefund: "law: no 5xx"
        case .staleStatus:
            "stale save overwrites a webhook → status writes are compare-and-set"
        case .refundWithoutLock: "refund race → Σ non-failed refunds ≤ captured at every interleaving"
        case .payoutTwice: "payout twice → at most one transfer per earning set"
        case .payoutRetryNewKey:
            "refund retried under a new id → one intent, at most one provider refund; the same holds for payouts"
        case .reversalOfPending: "stale save overwrites a webhook → status writes are compare-and-set"
        case .payoutAcceptedIsCompleted:
            "synchronous ack treated as final → only webhook or GET finalises; the same holds for payouts"
        case .activeWithoutPayment: "active without payment → active ⇒ effective payment"
        case .captureActivatesNothing:
            "active without payment → active ⇒ effective payment, and the other way round"
        case .keyIgnoresBody: "same key, other body → 422, and nothing of it happens"
        case .keyForgetsScope: "scoped per account → another tenant cannot read the answer"
        case .keyIsOnlyALock:
            "same key, same body → same status and body, one effect"
        case .keyWrittenLast: "two at once, same key → one runs, other 409"
        case .retryUnderNewID:
            "refund retried under a new id → one intent, at most one provider refund"
        case .acknowledgementIsFinal:
            "synchronous ack treated as final → only webhook or GET finalises"
        case .timeoutIsFailure:
            "timeout marked failed → timeout ⇒ unknown"
        case .duplicateWebhook:
            "duplicate webhook → one effect per event id"
        case .lateFailure:
            "out of order, late failure → terminal never downgraded"
        case .unknownObjectAccepted:
            "webhook before the row exists → unknown object is not a final 2xx"
        case .refundLimitFromTotal:
            "partial capture then refund → refundable = Σ captured, not the order total"
        case .refundIgnoresPending:
            "refund race → Σ non-failed refunds ≤ captured at every interleaving"
        case .refundIgnoresDisputes:
            "refund after chargeback → refunded + disputed ≤ captured"
        case .captureAfterAuthorizationExpired:
            "capture after the authorisation expired → refused, order closed"
        case .reconcilerGivesUp:
            "crash between phases → nothing pending longer than T without a look-up"
        case .overCapture:
            "double capture / over-capture → Σ captured ≤ authorised"
        case .unsignedWebhook:
            "forged webhook → no effect without a valid MAC"
        case .secondClickCharges:
            "double charge on slow success → at most one successful charge per attempt key"
        case .lostAnswerRollsBack:
            "provider charged, local rollback → every provider charge has a local row"
        case .oneSidedEntry:
            "lost update on a balance → balance = Σ ledger entries; the entries of one cause sum up to nothing"
        case .partialCaptureCountsAll:
            "lost update on a balance → balance = Σ ledger entries"
        case .reconcilerSkipsPayments:
            "crash between phases → nothing pending longer than T without a look-up"
        }
    }
}
