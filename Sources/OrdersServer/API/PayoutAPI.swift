import HTTPServer
import Orders

/// Payouts and subscriptions over HTTP. Both need a provider.
struct PayoutAPI: Sendable {
    let payments: PaymentService

    /// `POST /orders/{id}/payout`
    func payOut(_ id: OrderID, _ bytes: [UInt8]) throws -> HTTPResponse {
        let body = try Bodies.decode(Bodies.Payout.self, from: bytes)
        guard !body.seller_id.isEmpty else { throw APIError.invalidBody("The field \"seller_id\" is empty.") }
        guard !body.seller_id.unicodeScalars.contains("\0") else {
            throw APIError.invalidBody("The field \"seller_id\" has a NUL character.")
        }
        let payout = try payments.payOut(id, to: body.seller_id)
        return try .json(
            Self.status(of: payout), Replies.PayoutReply(payout), headers: ["Location": "/payouts/\(payout.id)"])
    }

    func show(_ id: PayoutID) throws -> HTTPResponse {
        try .json(200, Replies.PayoutReply(payments.payout(id)))
    }

    /// `POST /payouts/{id}/reverse`
    func reverse(_ id: PayoutID, _ bytes: [UInt8]) throws -> HTTPResponse {
        _ = try Bodies.decodeIfPresent(Bodies.Anything.self, from: bytes)
        return try .json(202, Replies.PayoutReply(payments.reversePayout(id)))
    }

    /// `POST /payouts/{id}/retry`
    func retry(_ id: PayoutID, _ bytes: [UInt8]) throws -> HTTPResponse {
        _ = try Bodies.decodeIfPresent(Bodies.Anything.self, from: bytes)
        let payout = try payments.retryPayout(id)
        return try .json(Self.status(of: payout), Replies.PayoutReply(payout))
    }

    /// `POST /subscriptions`
    func subscribe(_ bytes: [UInt8]) throws -> HTTPResponse {
        let body = try Bodies.decode(Bodies.Subscription.self, from: bytes)
        guard let plan = Subscription.Plan(rawValue: body.plan) else { throw APIError.unknownPlan(body.plan) }
        let subscription = try payments.subscribe(plan, with: OrderID(rawValue: body.order_id))
        return try .json(
            201, Replies.SubscriptionReply(subscription), headers: ["Location": "/subscriptions/\(subscription.id)"])
    }

    func show(_ id: SubscriptionID) throws -> HTTPResponse {
        try .json(200, Replies.SubscriptionReply(payments.subscription(id)))
    }

    /// 202 as long as nobody knows.
    private static func status(of payout: Payout) -> Int { payout.isAttemptOpen ? 202 : 200 }
}

extension Bodies {
    /// `POST /orders/{id}/payout`.
    struct Payout: Decodable {
        let seller_id: String
    }

    /// `POST /subscriptions`.
    struct Subscription: Decodable {
        let order_id: Int64
        let plan: String
    }
}

extension Replies {
    /// A payout.
    struct PayoutReply: Encodable {
        let id: Int64
        let order_id: Int64
        let seller_id: String
        let amount: String
        let currency: String
        let status: String
        let attempt: Int64
        let created_at: String
        let updated_at: String
        let completed_at: String?
        let failure: String?

        init(_ payout: Payout) {
            id = payout.id.rawValue
            order_id = payout.orderID.rawValue
            seller_id = payout.sellerID
            amount = payout.amount.decimalString
            currency = payout.amount.currency.code
            status = payout.status.rawValue
            attempt = payout.attempt
            created_at = payout.createdAt.description
            updated_at = payout.updatedAt.description
            completed_at = payout.completedAt?.description
            failure = payout.failure
        }
    }

    /// A subscription.
    struct SubscriptionReply: Encodable {
        let id: Int64
        let order_id: Int64
        let plan: String
        let status: String
        let created_at: String
        let activated_at: String?
        let ends_at: String?

        init(_ subscription: Subscription) {
            id = subscription.id.rawValue
            order_id = subscription.orderID.rawValue
            plan = subscription.plan.rawValue
            status = subscription.status.rawValue
            created_at = subscription.createdAt.description
            activated_at = subscription.activatedAt?.description
            ends_at = subscription.endsAt?.description
        }
    }
}
