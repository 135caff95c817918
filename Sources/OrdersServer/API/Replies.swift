import Orders

/// What clients get.
enum Replies {
    /// An order, and with `refund_id` and `refund_amount`, a refund of it.
    struct OrderReply: Encodable {
        let id: Int64
        let status: String
        let amount: String
        let currency: String
        let captured_amount: String
        let refunded_amount: String
        let customer_id: String
        let created_at: String
        let expires_at: String
        var refund_id: Int64?
        var refund_amount: String?
        // With a provider alone.
        var refund_status: String?
        var refund_pending_amount: String?
        var disputed_amount: String?
        var authorization_expires_at: String?
        var pending_operation: String?

        init(_ order: Order) {
            id = order.id.rawValue
            status = order.status.rawValue
            amount = order.amount.decimalString
            currency = order.amount.currency.code
            captured_amount = order.capturedAmount.decimalString
            refunded_amount = order.refundedAmount.decimalString
            customer_id = order.customerID
            created_at = order.createdAt.description
            expires_at = order.expiresAt.description
        }

        init(_ refunded: Refunded) {
            self.init(refunded.order)
            refund_id = refunded.refundID
            refund_amount = refunded.amount.decimalString
        }

        init(_ view: OrderView) {
            self.init(view.order)
            refund_pending_amount = view.order.refundPendingAmount.decimalString
            disputed_amount = view.order.disputedAmount.decimalString
            authorization_expires_at = view.order.authorizationExpiresAt?.description
            pending_operation = view.pending?.kind.rawValue
        }

        init(_ performed: RefundPerformed) {
            self.init(performed.view)
            refund_id = performed.refund.id
            refund_amount = performed.refund.amount.decimalString
            refund_status = performed.refund.status.rawValue
        }
    }

    /// All refunds of an order.
    struct RefundList: Encodable {
        let refunds: [RefundReply]
    }

    /// A refund that goes through a provider.
    struct RefundReply: Encodable {
        let id: Int64
        let amount: String
        let currency: String
        let status: String
        let created_at: String
        let failure: String?

        init(_ refund: Refund) {
            id = refund.id
            amount = refund.amount.decimalString
            currency = refund.amount.currency.code
            status = refund.status.rawValue
            created_at = refund.createdAt.description
            failure = refund.failure
        }
    }

    /// A webhook that was taken in.
    struct Delivery: Encodable {
        let result: String
    }

    /// What asking the provider came to.
    struct ReconciliationReply: Encodable {
        let asked: Int
        let settled: Int
        let resent: Int
        let undecided: Int

        init(_ run: Reconciliation) {
            asked = run.asked
            settled = run.settled
            resent = run.resent
            undecided = run.undecided
        }
    }

    /// The test clock after it was moved.
    struct Clock: Encodable {
        let now: String
        let expired: [Int64]
    }

    /// The service is up.
    struct Health: Encodable {
        let status = "ok"
    }

    /// A refusal.
    struct Failure: Encodable {
        let error: Detail

        struct Detail: Encodable {
            let code: String
            let message: String
        }
    }
}
