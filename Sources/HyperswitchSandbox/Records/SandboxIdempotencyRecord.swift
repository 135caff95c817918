/// What became of a request with an idempotency key. The profile `router` keeps none.
public struct SandboxIdempotencyRecord: SandboxRecord {
    /// The key.
    public internal(set) var id = ""
    /// Method and path of the request.
    public internal(set) var endpoint = ""
    /// SHA-256 of its body, in hexadecimal.
    public internal(set) var bodyDigest = ""
    /// The answer's status; nothing while the request is in flight.
    public internal(set) var replyStatus: Int64?
    public internal(set) var replyBody: String?
    /// When it is forgotten.
    public internal(set) var expiresOn = SandboxInstant.start

    static let table = "idempotency_keys"

    static let columns: [SandboxColumn<SandboxIdempotencyRecord>] = [
        .of("key", \.id), .of("endpoint", \.endpoint), .of("body_digest", \.bodyDigest),
        .of("reply_status", \.replyStatus), .of("reply_body", \.replyBody), .of("expires_on", \.expiresOn),
    ]
}
