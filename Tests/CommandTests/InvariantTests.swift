import Orders
import Payments
import ProviderExplorations
import Rewind
import Testing

@testable import HyperswitchSandbox

extension CommandTests {
    /// Every invariant that is shipped is able to fire. One that is added without an entry here fails its test.
    @Suite struct InvariantTests {
        @Test func `of the payments fires`() async throws {
            try await requireFired(Payments.payments, hasProvider: false, Self.payments)
        }

        @Test func `of the repeated requests fires`() async throws {
            try await requireFired(ProviderExplorations.idempotencyKeys, hasProvider: false, Self.idempotencyKeys)
        }

        @Test func `of the purchases fires`() async throws {
            try await requireFired(ProviderExplorations.providerFaults, Self.purchases)
        }

        @Test func `of the webhooks' security is one of the purchases`() {
            // The same values, so they are not shown to fire a second time.
            let names = ProviderExplorations.webhookSecurity.invariants.map(\.name)
            #expect(!names.isEmpty && Set(names).isSubset(of: Self.purchases.keys))
        }

        @Test func `of the payouts fires`() async throws {
            try await requireFired(ProviderExplorations.payouts, Self.payouts)
        }

        @Test func `of the subscriptions fires`() async throws {
            try await requireFired(ProviderExplorations.subscriptions, Self.subscriptions)
        }

        private func requireFired<Context>(
            _ exploration: Exploration<Context>, hasProvider: Bool = true, _ causes: [String: Cause<Context>]
        ) async throws {
            #expect(Set(exploration.invariants.map(\.name)) == Set(causes.keys), "each has its entry")
            for (name, cause) in causes {
                let violations = try await violations(of: exploration, hasProvider: hasProvider, by: cause)
                let paths = violations.filter { $0.rule.name == name }.map { $0.counterexample.steps.map(\.action) }
                #expect(paths.contains(cause.path), "\(name) fired on \(paths)")
                if cause.bug == nil { #expect(Set(violations.map(\.rule.name)) == [name], "nothing else is wrong") }
            }
        }
    }
}

// MARK: What makes each fire

extension CommandTests.InvariantTests {
    private static let payments: [String: Cause<Checkout>] = [
        "no_over_refund": .bug(.doubleRefund, "create_order → pay_order → refund_order → refund_order"),
        "refunds_are_positive": .bug(.negativeRefund, "create_order → pay_order → partial_refund"),
        "no_refund_after_cancel": .bug(.refundAfterCancel, "create_order → cancel_order → partial_refund"),
        "no_capture_after_refund": .bug(
            .captureAfterRefund, "create_order → pay_order → refund_order → capture_order"),
        "no_over_capture": .bug(.doubleCapture, "create_order → pay_order → capture_order → capture_order"),
        "refunded_means_all": .bug(.partialRefundCloses, "create_order → pay_order → partial_refund"),
        "status_consistency": .bug(.staleStatus, "create_order → pay_order → capture_order"),
        "refunds_in_database": .bug(.staleTotal, "create_order → pay_order → refund_order"),
    ]

    private static let idempotencyKeys: [String: Cause<Repetition>] = [
        "one_effect_per_key": .bug(.keyIsOnlyALock, "create_order → same_again"),
        "replays_say_so": .bug(.keyIsOnlyALock, "create_order → same_again"),
        "key_belongs_to_its_account": .bug(.keyForgetsScope, "create_order → somebody_else"),
    ]

    private static let purchases: [String: Cause<Purchase>] = [
        "one_charge_per_order": .bug(.secondClickCharges, "create_order → pay_amid_disaster → pay_order"),
        "no_over_capture": .provider("create_order → pay_order") { state in
            for var payment in state.payments {
                payment.captured = 2 * payment.amount
                state.payments.put(payment)
            }
        },
        "no_more_is_asked_for": .bug(.overCapture, "create_order → pay_order → capture_more"),
        "no_over_refund": .provider("create_order → pay_order → capture_part → refund_part") { state in
            for var refund in state.refunds {
                refund.amount *= 2
                state.refunds.put(refund)
            }
        },
        "refund_within_what_is_left": .bug(
            .refundIgnoresPending, "create_order → pay_order → capture_order → refund_amid_disaster → refund_order"),
        "every_charge_has_a_row": .bug(.lostAnswerRollsBack, "create_order → pay_amid_disaster"),
        "books_agree_on_refunds": .bug(
            .retryUnderNewID, "create_order → pay_order → capture_order → refund_amid_disaster"),
        "books_agree_on_payments": .bug(.partialCaptureCountsAll, "create_order → pay_order → capture_part"),
        "money_is_conserved": .bug(.oneSidedEntry, "create_order → pay_order → capture_order"),
        "balance_is_what_moved": .bug(.partialCaptureCountsAll, "create_order → pay_order → capture_part"),
        "pending_amounts_add_up": .bug(
            .duplicateWebhook,
            "create_order → pay_order → capture_order → refund_answered_as_done → reconcile → latest_webhook_arrives_first"
        ),
        "told_disputes_are_kept": .bug(
            .unknownObjectAccepted,
            "create_order → pay_order → capture_amid_disaster → customer_disputes → latest_webhook_arrives_first"),
        "nothing_stays_in_the_dark": .bug(
            .reconcilerSkipsPayments, "create_order → pay_amid_disaster → reconcile"),
        "no_is_said_by_the_provider": .bug(
            .reconcilerGivesUp, "create_order → pay_order → capture_order → refund_amid_disaster → reconcile"),
        "only_news_is_final": .bug(
            .acknowledgementIsFinal, "create_order → pay_order → capture_order → refund_answered_as_done"),
    ]

    private static let payouts: [String: Cause<Earnings>] = [
        "earnings_are_paid_once": .bug(.payoutTwice, "sell → pay_out → pay_out"),
        "reversal_needs_a_payout": .bug(.reversalOfPending, "sell → pay_out → ask_back"),
        "books_agree_on_payouts": .bug(.payoutAcceptedIsCompleted, "sell → pay_out"),
        "money_is_conserved": .bug(.oneSidedEntry, "sell"),
    ]

    private static let subscriptions: [String: Cause<Membership>] = [
        "active_means_paid": .bug(.activeWithoutPayment, "create_order → subscribe → pay_order"),
        "paid_means_active": .bug(
            .captureActivatesNothing, "create_order → subscribe → pay_order → capture_order"),
    ]
}
