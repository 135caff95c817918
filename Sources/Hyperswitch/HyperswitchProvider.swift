import Money
import PaymentProviders

/// Hyperswitch behind the protocol that a payment service depends on.
///
/// ```swift
/// let provider = HyperswitchProvider(client: client, webhookKey: try WebhookKey(Secret(key)))
/// ```
public struct HyperswitchProvider: PaymentProvider {
    /// What it calls.
    public let client: HyperswitchClient
    private let webhookKey: WebhookKey
    private let paymentMethod: PaymentMethod?

    /// - Parameter paymentMethod: What payments are made with, for tests: a service's own customers give their cards to the
    ///   router. Without one a payment is made but not confirmed, and stays `pending` until the customer has done so.
    public init(client: HyperswitchClient, webhookKey: WebhookKey, paymentMethod: PaymentMethod? = nil) {
        self.client = client
        self.webhookKey = webhookKey
        self.paymentMethod = paymentMethod
    }

    public func authorize(
        idempotencyKey: IdempotencyKey, _ request: PaymentRequest
    ) async throws(ProviderError) -> ProviderPayment {
        var creation = PaymentCreation(id: request.id, amount: request.amount)
        creation.captureMethod = .manual
        creation.confirm = paymentMethod != nil
        creation.customerID = request.customerID
        creation.merchantOrderReferenceID = request.orderReference
        creation.paymentMethod = paymentMethod
        return ProviderPayment(
            try await client.createPayment(idempotencyKey: idempotencyKey, creation), after: .authorization)
    }

    public func capture(
        idempotencyKey: IdempotencyKey, payment: ProviderID, amount: Money
    ) async throws(ProviderError) -> ProviderPayment {
        let answer = try await client.capture(idempotencyKey: idempotencyKey, payment: payment, amount: amount)
        return ProviderPayment(answer, after: .captureOrRelease)
    }

    public func cancel(
        idempotencyKey: IdempotencyKey, payment: ProviderID
    ) async throws(ProviderError) -> ProviderPayment {
        let answer = try await client.cancel(idempotencyKey: idempotencyKey, payment: payment)
        return ProviderPayment(answer, after: .captureOrRelease)
    }

    /// Asks the bank's side too, and for the attempts: only they tell a declined payment from a release that failed.
    public func payment(_ id: ProviderID) async throws(ProviderError) -> ProviderPayment? {
        try await client.retrievePayment(id, forceSync: true, expandAttempts: true).map {
            ProviderPayment($0, after: .unknown)
        }
    }

    public func refund(
        idempotencyKey: IdempotencyKey, _ request: ProviderRefundRequest
    ) async throws(ProviderError) -> ProviderRefund {
        let creation = RefundCreation(id: request.id, payment: request.payment, amount: request.amount)
        return ProviderRefund(try await client.createRefund(idempotencyKey: idempotencyKey, creation))
    }

    public func refund(_ id: ProviderID) async throws(ProviderError) -> ProviderRefund? {
        try await client.retrieveRefund(id, forceSync: true).map(ProviderRefund.init)
    }

    public func payout(
        idempotencyKey: IdempotencyKey, _ request: PayoutRequest
    ) async throws(ProviderError) -> ProviderPayout {
        let creation = PayoutCreation(id: request.id, amount: request.amount, customerID: request.sellerID)
        return ProviderPayout(try await client.createPayout(idempotencyKey: idempotencyKey, creation))
    }

    public func payout(_ id: ProviderID) async throws(ProviderError) -> ProviderPayout? {
        try await client.retrievePayout(id).map(ProviderPayout.init)
    }

    public func event(body: [UInt8], signature: String?) throws(WebhookError) -> ProviderEvent {
        let event = try HyperswitchEvent(body: body, signature: signature, key: webhookKey)
        let name = event.type.name
        guard case .known = event.type else { return ProviderEvent(id: event.id, type: name, subject: .other(name)) }
        let subject: ProviderEvent.Subject =
            switch event.content {
            case .payment(let payment): .payment(ProviderPayment(payment, after: .unknown))
            case .refund(let refund): .refund(ProviderRefund(refund))
            case .payout(let payout): .payout(ProviderPayout(payout))
            case .dispute(let dispute): .dispute(ProviderDispute(dispute))
            case .other: .other(name)
            }
        return ProviderEvent(id: event.id, type: name, subject: subject)
    }
}
