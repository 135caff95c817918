import HTTPServer
import Orders

/// What is answered differently, or only, when the service has a provider.
struct ProviderAPI: Sendable {
    let payments: PaymentService

    private var payouts: PayoutAPI { PayoutAPI(payments: payments) }

    /// Nothing for a request that the provider has no part in.
    func answer(_ request: HTTPRequest, at route: Route) throws -> HTTPResponse? {
        switch route {
        case .health, .openAPI, .orders, .advanceClock: return nil
        case .order(let id): return try .json(200, Replies.OrderReply(payments.find(id)))
        case .refunds(let id):
            return try .json(200, Replies.RefundList(refunds: payments.refunds(of: id).map(Replies.RefundReply.init)))
        case .operation(.pay, let id): return try perform(.authorize, on: id, request.body)
        case .operation(.void, let id): return try perform(.void, on: id, request.body)
        case .operation(.capture, let id):
            return try answer(payments.perform(.capture, AmountRequest(body: request.body), on: id))
        case .operation(.refund, let id): return try refund(id, request.body)
        case .operation(.cancel, let id):
            _ = try Bodies.decodeIfPresent(Bodies.Anything.self, from: request.body)
            return try .json(200, Replies.OrderReply(OrderView(order: payments.cancel(id), pending: nil)))
        case .providerWebhook:
            let signature = request.headers["X-Webhook-Signature-512"]
            let result = try payments.receive(request.body, signature: signature)
            return try .json(200, Replies.Delivery(result: result.rawValue))
        case .payOut(let id): return try payouts.payOut(id, request.body)
        case .payout(let id): return try payouts.show(id)
        case .reversePayout(let id): return try payouts.reverse(id, request.body)
        case .retryPayout(let id): return try payouts.retry(id, request.body)
        case .subscriptions: return try payouts.subscribe(request.body)
        case .subscription(let id): return try payouts.show(id)
        case .metrics: return Metrics.answer(try payments.gauges())
        case .reconcile: return try .json(200, Replies.ReconciliationReply(payments.reconcile()))
        }
    }

    private func perform(_ kind: PaymentOperation.Kind, on id: OrderID, _ bytes: [UInt8]) throws -> HTTPResponse {
        _ = try Bodies.decodeIfPresent(Bodies.Anything.self, from: bytes)
        return try answer(payments.perform(kind, on: id))
    }

    /// 202 as long as nobody knows.
    private func answer(_ performed: Performed) throws -> HTTPResponse {
        if let declined = APIError(performed.operation) { throw declined }
        return try .json(performed.operation.status == .pending ? 202 : 200, Replies.OrderReply(performed.view))
    }

    private func refund(_ id: OrderID, _ bytes: [UInt8]) throws -> HTTPResponse {
        let performed = try payments.refund(id, AmountRequest(body: bytes))
        if let rejected = APIError(performed.refund) { throw rejected }
        return try .json(performed.refund.status == .pending ? 202 : 200, Replies.OrderReply(performed))
    }
}
