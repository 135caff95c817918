import Rewind

/// Why a request to the API under test has no answer.
///
/// The cases are apart because they mean different things for the API's state: `unreachable` and the two `bad…` cases
/// certainly changed nothing, `lost` may have changed something.
public enum APIError: Error, Hashable, Sendable {
    /// No connection could be made (refused, unknown host, TLS handshake): nothing was sent.
    case unreachable(url: String, reason: String)
    /// The request was being sent, or had been, when the connection failed or the time ran out: it may have had its
    /// effect.
    case lost(method: String, path: String, reason: String)
    /// The request cannot be sent as it is; nothing was sent. The text is a whole sentence.
    case badRequest(String)
    /// The ``API`` cannot be made from what it was given. The text is a whole sentence.
    case badConfiguration(String)
}

extension APIError: CustomStringConvertible {
    /// A sentence for a person, without secrets: what happened, to which request, and what to do next.
    public var description: String {
        switch self {
        case .unreachable(let url, let reason):
            return "Could not reach the API at \(url): \(reason). Nothing was sent. "
                + "Is the API running? Start it, or check the base URL."
        case .lost(let method, let path, let reason):
            return "\(method) \(Redaction.standard.path(path)): no answer, \(reason). "
                + "The request may have had its effect; look at the API's log."
        case .badRequest(let sentence), .badConfiguration(let sentence):
            return sentence
        }
    }
}
