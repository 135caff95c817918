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
