import HyperswitchSandbox
import Rewind
import RewindHTTP

/// What must be true of the service's books, the provider's, and both together, in every state. Each is named after what
/// it protects.
let moneyInvariants: [Invariant<Purchase>] = [
    Invariant("one_charge_per_order", .critical, "An order is charged at most once") { run in
        try run.provider.state.payments.filter { $0.captured > 0 || $0.capturable > 0 }.count <= 1
    }
    .explained { _ in "The provider holds or has collected more than one payment of the order." },

    Invariant("no_over_capture", .critical, "No more is captured than the customer agreed to") { run in
        try run.provider.state.payments.reduce(0) { $0 + $1.captured } <= Purchase.amount.amountMinorUnits
    },

    Invariant("no_more_is_asked_for", .critical, "The provider is never asked for more than was agreed to") { run in
        try await run.db.rows(
            """
            SELECT operations.id FROM operations JOIN orders ON orders.id = order_id
            WHERE operations.amount_minor > orders.amount_minor
            """
        ).isEmpty
    },

    Invariant("no_over_refund", .critical, "The provider never returns more than was captured") { run in
        let provider = try run.provider.state
        return provider.payments.allSatisfy { payment in
            provider.notFailed(refundsOf: payment.id) <= payment.captured
        }
    },

    Invariant("refund_within_what_is_left", .critical, "A refund is only accepted of what is left") {
        !$0.context.isOverdrawn
    }
    .explained { _ in "A refund was accepted of more than the order said was left." },

    Invariant("every_charge_has_a_row", .critical, "What the provider did is in the service's books") { run in
        let known = try await Set(
            run.db.rows(
                """
                SELECT provider_id FROM operations WHERE kind = 'authorize'
                UNION ALL SELECT provider_reference FROM refunds
                """
            ).map { $0[0] })
        let provider = try run.provider.state
        return provider.payments.allSatisfy { known.contains(.text($0.id)) }
            && provider.refunds.allSatisfy { known.contains(.text($0.id)) }
    }
    .explained { _ in "The provider has a payment or refund that no row of the service stands for." },

    Invariant("books_agree_on_refunds", .critical, "A refund has ended here as it ended at the provider") { run in
        let provider = try run.provider.state
        return try await run.db.rows("SELECT status, provider_reference FROM refunds").allSatisfy { row in
            guard case .text(let status) = row[0], case .text(let id) = row[1] else { return false }
            return agrees(status, provider.refunds[id])
        }
    }
    .explained { _ in "The service's books say of a refund what the provider's do not." },

    Invariant("books_agree_on_payments", .critical, "An order is paid and captured as the provider says") { run in
        let payments = try Array(run.provider.state.payments)
        return try await run.db.rows("SELECT status, captured_minor FROM orders").allSatisfy { row in
            guard case .text(let status) = row[0], case .integer(let captured) = row[1] else { return false }
            return agrees(status, captured, payments)
        }
    }
    .explained { _ in "The service's books say of the payment what the provider's do not." },

    moneyIsConserved(),

    Invariant("balance_is_what_moved", .critical, "The balance is what was captured, less what was returned") { run in
        try await run.db.rows(
            """
            SELECT id FROM orders WHERE captured_minor - refunded_minor - disputed_minor <> (
                SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries
                WHERE order_id = orders.id AND account = 'balance')
            """
        ).isEmpty
    },

    Invariant("pending_amounts_add_up", .high, "What an order has reserved is the sum of its pending refunds") { run in
        try await run.db.rows(
            """
            SELECT id FROM orders WHERE refund_pending_minor <> (
                SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE order_id = orders.id AND status = 'pending')
            OR refunded_minor <> (
                SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE order_id = orders.id AND status = 'succeeded')
            """
        ).isEmpty
    },
]

/// What the service must make of what the provider tells it, and of what it does not.
let newsInvariants: [Invariant<Purchase>] = [
    Invariant("told_disputes_are_kept", .critical, "A dispute that the service has confirmed is in its books") { run in
        let provider = try run.provider.state
        let known = try await Set(run.db.rows("SELECT id FROM disputes").map { $0[0] })
        return provider.events.allSatisfy { event in
            event.subject != .dispute || provider.deliveries[event.id]?.status != .delivered
                || known.contains(.text(event.objectID))
        }
    }
    .explained { _ in
        "A webhook about a dispute was answered 2xx, and the dispute is not in the books: nobody will send it again."
    },

    Invariant("nothing_stays_in_the_dark", .high, "After asking the provider, what it has decided is decided") { run in
        let provider = try run.provider.state
        let pending = try await run.db.rows(
            "SELECT provider_reference FROM refunds WHERE status = 'pending'")
        let operations = try await run.db.rows("SELECT provider_id FROM operations WHERE status = 'pending'")
        return operations.isEmpty
            && pending.allSatisfy { row in
                guard case .text(let id) = row[0] else { return false }
                return provider.refunds[id]?.status == .pending
            }
    }
    .when { $0.isReconciled }
    .explained { _ in "The service has asked the provider, and still does not know what the provider has decided." },

    Invariant("no_is_said_by_the_provider", .high, "A refund fails here only if the provider said no to it") { run in
        // Or would say no: it looks at disputes that nobody has told the service of.
        if try run.context.wasRejected || !run.provider.state.disputes.isEmpty { return true }
        let provider = try run.provider.state
        return try await run.db.rows("SELECT provider_reference FROM refunds WHERE status = 'failed'")
            .allSatisfy { row in
                guard case .text(let id) = row[0] else { return false }
                return provider.refunds[id]?.status.hasFailed == true
            }
    }
    .explained { _ in "A refund was given up, and the provider has never said no: the request may still be on its way."
    },

    Invariant("only_news_is_final", .high, "That a refund has succeeded is known from a webhook or a look-up") { run in
        if run.context.hasAsked { return true }
        let provider = try run.provider.state
        let told = Set(
            provider.events.filter { provider.deliveries[$0.id]?.lastStatus != nil }.map { Value.text($0.objectID) })
        return try await run.db.rows("SELECT provider_reference FROM refunds WHERE status = 'succeeded'")
            .allSatisfy { told.contains($0[0]) }
    }
    .explained { _ in "A refund counts as succeeded, and nobody has told: only the answer to the request said so." },
]

/// Money is neither made nor lost in the service's books, only moved.
func moneyIsConserved<Context>() -> Invariant<Context> {
    Invariant("money_is_conserved", .critical, "Each cause's ledger entries sum up to nothing") { run in
        try await run.db.rows(
            "SELECT cause, sum(amount_minor) FROM ledger_entries GROUP BY cause HAVING sum(amount_minor) <> 0"
        ).isEmpty
    }
}

/// Whether a refund's status here can be, as the provider has it: what is decided here was decided there.
private func agrees(_ status: String, _ refund: SandboxRefund?) -> Bool {
    switch status {
    case "succeeded": refund?.status == .success
    case "failed": refund.map(\.status.hasFailed) ?? true
    default: true
    }
}

/// Whether an order's status and captured amount can be, as the provider has its payments.
private func agrees(_ status: String, _ captured: Int64, _ payments: [SandboxPayment]) -> Bool {
    let collected = payments.reduce(0) { $0 + $1.captured }
    return switch status {
    case "paid":
        payments.contains { $0.captured > 0 || $0.capturable > 0 || $0.status == .expired || $0.status == .cancelled }
    case "captured", "refunded": captured == collected
    // What was captured without our knowing is still pending here.
    case "canceled": collected == 0
    default: captured == 0
    }
}
