import Digests

/// One webhook as it goes out.
public struct SandboxDispatch: Hashable, Sendable {
    /// In what way a delivery deviates from what it should be.
    public enum Form: String, CaseIterable, Hashable, Sendable {
        case genuine
        /// Signed with another key.
        case forgedSignature = "forged-signature"
        /// Without a signature.
        case unsigned
        /// The bytes of the object's event before, with their own signature: an old truth, well signed. The event's own
        /// bytes if there is none before.
        case staleBody = "stale-body"
        /// The event's bytes with the signature of the object's event before: or of nothing, if there is none.
        case staleSignature = "stale-signature"
    }

    /// The event that it was to be.
    public let eventID: String
    public let form: Form
    public let body: [UInt8]
    /// Lowercase hexadecimal HMAC-SHA-512 of the body, for the header `X-Webhook-Signature-512`.
    public let signature: String?
}

extension SandboxState {
    /// The bytes that go out for an event; nothing if there is no such event. The stored body is never changed, so each
    /// genuine delivery of one event is the same.
    public func dispatch(_ eventID: String, as form: SandboxDispatch.Form = .genuine) -> SandboxDispatch? {
        guard let event = events[eventID] else { return nil }
        let earlier = eventBefore(event)?.body
        let body = form == .staleBody ? earlier ?? event.body : event.body
        let signature: String? =
            switch form {
            case .genuine, .staleBody: sign(body, credentials.webhookSecret)
            case .forgedSignature: sign(body, "not the key: " + (credentials.webhookSecret ?? ""))
            case .unsigned: nil
            case .staleSignature: sign(earlier ?? "", credentials.webhookSecret)
            }
        return SandboxDispatch(eventID: eventID, form: form, body: Array(body.utf8), signature: signature)
    }

    private func eventBefore(_ event: SandboxEvent) -> SandboxEvent? {
        events.filter { $0.objectID == event.objectID && $0.subject == event.subject && $0.createdAt < event.createdAt }
            .max { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    private func sign(_ body: String, _ key: String?) -> String? {
        key.map { Digests.hexadecimal(Digests.hmacSHA512(of: Array(body.utf8), key: Array($0.utf8))) }
    }
}
