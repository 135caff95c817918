import Hyperswitch
import Money
import PaymentProviders

/// The provider of a service with the bug `unsigned-webhook`: whatever has no signature counts as signed.
struct CredulousProvider: PaymentProvider {
    let provider: any PaymentProvider
    let key: WebhookKey

    func event(body: [UInt8], signature: String?) throws(WebhookError) -> ProviderEvent {
        try provider.event(body: body, signature: signature ?? WebhookSignature.sign(body, with: key))
    }

    // MARK: As it is

    func authorize(
        idempotencyKey: IdempotencyKey, _ request: PaymentRequest
    ) async throws(ProviderError) -> ProviderPayment {
        try await provider.authorize(idempotencyKey: idempotencyKey, request)
    }

    func capture(
        idempotencyKey: IdempotencyKey, payment: ProviderID, amount: Money
    ) async throws(ProviderError) -> ProviderPayment {
        try await provider.capture(idempotencyKey: idempotencyKey, payment: payment, amount: amount)
    }

    func cancel(
        idempotencyKey: IdempotencyKey, payment: ProviderID
    ) async throws(ProviderError) -> ProviderPayment {
        try await provider.cancel(idempotencyKey: idempotencyKey, payment: payment)
    }

    func payment(_ id: ProviderID) async throws(ProviderError) -> ProviderPayment? { try await provider.payment(id) }

    func refund(
        idempotencyKey: IdempotencyKey, _ request: ProviderRefundRequest
    ) async throws(ProviderError) -> ProviderRefund {
        try await provider.refund(idempotencyKey: idempotencyKey, request)
    }

    func refund(_ id: ProviderID) async throws(ProviderError) -> ProviderRefund? { try await provider.refund(id) }

    func payout(
        idempotencyKey: IdempotencyKey, _ request: PayoutRequest
    ) async throws(ProviderError) -> ProviderPayout {
        try await provider.payout(idempotencyKey: idempotencyKey, request)
    }

    func payout(_ id: ProviderID) async throws(ProviderError) -> ProviderPayout? { try await provider.payout(id) }
}
