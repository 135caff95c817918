import Money

/// A provider that stands in front of another and passes on what it does not do otherwise: for tests, and for what is to
/// happen around a call.
///
/// ```swift
/// struct SlowProvider: ForwardingProvider {
///     let provider: any PaymentProvider
///
///     func payment(_ id: ProviderID) async throws(ProviderError) -> ProviderPayment? {
///         try? await Task.sleep(for: .seconds(1))
///         return try await provider.payment(id)
///     }
/// }
/// ```
public protocol ForwardingProvider: PaymentProvider {
    /// Who is asked.
    var provider: any PaymentProvider { get }
}

extension ForwardingProvider {
    /// Asks the other.
    public func authorize(
        idempotencyKey: IdempotencyKey, _ request: PaymentRequest
    ) async throws(ProviderError) -> ProviderPayment {
        try await provider.authorize(idempotencyKey: idempotencyKey, request)
    }

    /// Asks the other.
    public func capture(
        idempotencyKey: IdempotencyKey, payment: ProviderID, amount: Money
    ) async throws(ProviderError) -> ProviderPayment {
        try await provider.capture(idempotencyKey: idempotencyKey, payment: payment, amount: amount)
    }

    /// Asks the other.
    public func cancel(
        idempotencyKey: IdempotencyKey, payment: ProviderID
    ) async throws(ProviderError) -> ProviderPayment {
        try await provider.cancel(idempotencyKey: idempotencyKey, payment: payment)
    }

    /// Asks the other.
    public func payment(_ id: ProviderID) async throws(ProviderError) -> ProviderPayment? {
        try await provider.payment(id)
    }

    /// Asks the other.
    public func refund(
        idempotencyKey: IdempotencyKey, _ request: ProviderRefundRequest
    ) async throws(ProviderError) -> ProviderRefund {
        try await provider.refund(idempotencyKey: idempotencyKey, request)
    }

    /// Asks the other.
    public func refund(_ id: ProviderID) async throws(ProviderError) -> ProviderRefund? {
        try await provider.refund(id)
    }

    /// Asks the other.
    public func payout(
        idempotencyKey: IdempotencyKey, _ request: PayoutRequest
    ) async throws(ProviderError) -> ProviderPayout {
        try await provider.payout(idempotencyKey: idempotencyKey, request)
    }

    /// Asks the other.
    public func payout(_ id: ProviderID) async throws(ProviderError) -> ProviderPayout? {
        try await provider.payout(id)
    }

    /// Asks the other.
    public func event(body: [UInt8], signature: String?) throws(WebhookError) -> ProviderEvent {
        try provider.event(body: body, signature: signature)
    }
}
