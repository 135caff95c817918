import ExactJSON

/// A request to the provider's API.
public struct SandboxRequest: Hashable, Sendable {
    public var method: String
    /// Such as `/payments/pay_1/capture`.
    public var path: String
    /// The query's fields.
    public var query: [String: String]
    /// The header `api-key`.
    public var apiKey: String?
    /// The header `Idempotency-Key`.
    public var idempotencyKey: String?
    /// Whether that header was there more than once: which of them counts nobody can tell.
    public var repeatsIdempotencyKey = false
    public var body: [UInt8]

    public init(
        _ method: String, _ path: String, query: [String: String] = [:], apiKey: String?, idempotencyKey: String? = nil,
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.apiKey = apiKey
        self.idempotencyKey = idempotencyKey
        self.body = body
    }
}

/// An answer of the provider's API, and what becomes of it on its way.
public struct SandboxReply: Hashable, Sendable {
    /// What becomes of an answer.
    public enum Fate: Hashable, Sendable {
        /// It arrives, that much later.
        case sent(afterMilliseconds: Int)
        /// It gets lost: the connection is closed without a byte, that much later.
        case lost(afterMilliseconds: Int)
    }

    public var status: Int
    /// Whether it is marked with `Idempotent-Replayed: true`.
    public var isReplayed = false
    /// JSON text.
    public var body: String
    public var fate = Fate.sent(afterMilliseconds: 0)

    init(_ status: Int, _ body: JSON) {
        self.status = status
        self.body = body.text
    }

    init(status: Int, body: String) {
        self.status = status
        self.body = body
    }
}
