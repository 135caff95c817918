import Hyperswitch
import PaymentProviders

/// The provider of a service with the bug `unsigned-webhook`: whatever has no signature counts as signed.
struct CredulousProvider: ForwardingProvider {
    let provider: any PaymentProvider
    let key: WebhookKey

    func event(body: [UInt8], signature: String?) throws(WebhookError) -> ProviderEvent {
        try provider.event(body: body, signature: signature ?? WebhookSignature.sign(body, with: key))
    }
}
