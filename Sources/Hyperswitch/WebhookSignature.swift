import Digests
import PaymentProviders

/// The secret that the router and the receiver of its webhooks share: the profile's `payment_response_hash_key`.
public struct WebhookKey: Hashable, Sendable {
    let secret: Secret

    /// Checks a key.
    /// - Throws: ``HyperswitchConfigurationError`` for an empty one, under which anybody could sign.
    public init(_ secret: Secret) throws(HyperswitchConfigurationError) {
        guard !secret.revealed.isEmpty else { throw .init("The webhook key is empty: anybody could sign with it.") }
        self.secret = secret
    }
}

/// The router's proof that a webhook is its own: lowercase hexadecimal digits of HMAC-SHA512 over the body, byte for byte
/// as it came (fact sheet, §4). Nothing in it says *when*: a delivery that was recorded can be delivered again, and is
/// known by its event's id.
public enum WebhookSignature {
    /// The header that carries it.
    public static let headerName = "X-Webhook-Signature-512"

    /// The signature of a body.
    public static func sign(_ body: [UInt8], with key: WebhookKey) -> String {
        Digests.hexadecimal(Digests.hmacSHA512(of: body, key: Array(key.secret.revealed.utf8)))
    }

    /// Checks a signature, in a time that does not tell how much of it is right.
    ///
    /// - Throws: `WebhookError.unsigned` for none, `WebhookError.wrongSignature` for any but the one.
    public static func verify(
        _ signature: String?, of body: [UInt8], with key: WebhookKey
    ) throws(WebhookError) {
        guard let signature, !signature.isEmpty else { throw .unsigned }
        guard Digests.areEqual(Array(signature.utf8), Array(sign(body, with: key).utf8)) else { throw .wrongSignature }
    }
}
