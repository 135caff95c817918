import Money
import Rewind
import RewindHTTP

/// What must be true in every state: the tutorial's invariants and what it forgot. That no request answers 500 is a law
/// and needs no invariant.
let invariants: [Invariant<Checkout>] = [
    Invariant("no_over_refund", .critical, "Refunds never exceed the order's amount") {
        try $0.context.refunded.isAtMost($0.context.amount)
    }
    .explained { "\($0.context.refunded) were refunded of an order of \($0.context.amount)." }
    .when { $0.orderID != nil },

    Invariant("refunds_are_positive", .critical, "Every refund returns money") { run in
        try await run.db.rows("SELECT id FROM refunds WHERE amount_minor <= 0").isEmpty
    }
    .explained { _ in "The database has a refund of nothing, or of less." }
    .when { $0.orderID != nil },

    Invariant("no_refund_after_cancel", .critical, "A canceled order has no refunds") {
        $0.context.refunded.isZero
    }
    .explained { "\($0.context.refunded) were refunded of an order that was never paid." }
    .when { $0.status == .canceled },

    Invariant("no_capture_after_refund", .critical, "What was refunded in full is not captured") {
        $0.context.refunded != $0.context.amount
    }
    .explained { "The order was captured after all of its \($0.context.amount) had been refunded." }
    .when { $0.status == .captured },

    Invariant("no_over_capture", .critical, "No more is captured than was authorised") {
        try $0.context.captured.isAtMost($0.context.amount)
    }
    .explained { "\($0.context.captured) were captured of an order of \($0.context.amount)." }
    .when { $0.orderID != nil },

    Invariant("refunded_means_all", .high, "An order counts as refunded when all of it was returned") {
        $0.context.refunded == $0.context.amount
    }
    .explained { "The order is refunded, and \($0.context.refunded) of \($0.context.amount) were returned." }
    .when { $0.status == .refunded },

    Invariant("status_consistency", .high, "The API answers the status that the tester was told") { run in
        let order = try await run.api.get("/orders/\(run.context.orderID ?? 0)").decode(OrderReply.self)
        return order.status == run.context.status
    }
    .when { $0.orderID != nil },

    Invariant("refunds_in_database", .critical, "The database holds the refunds that were accepted, and their sum") {
        run in
        let sums = try await run.db.rows(
            """
            SELECT refunded_minor, (SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE order_id = orders.id)
            FROM orders WHERE id = $1
            """, [.integer(run.context.orderID ?? 0)])
        let expected = Value.integer(run.context.refunded.amountMinorUnits)
        return sums == [[expected, expected]]
    }
    .explained { "The tester saw refunds of \($0.context.refunded); the database says otherwise." }
    .when { $0.orderID != nil },
]
