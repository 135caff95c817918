import Digests

/// What an `Idempotency-Key` does, by profile.
extension SandboxState {
    /// How long a key is known: 24 hours (Stripe; usual elsewhere).
    static let idempotencyLifetimeSeconds: Int64 = 86_400
    /// The longest key (Stripe: 255 characters).
    static let longestIdempotencyKey = 255

    /// Whether what becomes of the request is kept under its key.
    func keepsIdempotencyRecords(of request: SandboxRequest) -> Bool {
        settings.profile != .router && request.method == "POST" && request.idempotencyKey != nil
            && !request.repeatsIdempotencyKey
    }

    /// Looks the key up, and notes that its request is in flight.
    /// - Returns: the answer of an earlier request, to be given again.
    mutating func takeIdempotencyKey(of request: SandboxRequest) throws(SandboxRefusal) -> SandboxReply? {
        guard request.method == "POST", settings.profile != .router else { return nil }
        guard !request.repeatsIdempotencyKey else { throw .keyRepeated }
        guard let key = request.idempotencyKey, !key.isEmpty else {
            if settings.profile == .strictIETF || request.idempotencyKey != nil { throw .keyMissing }
            return nil
        }
        guard key.utf8.count <= Self.longestIdempotencyKey else { throw .keyTooLong }
        // What has expired was forgotten when the clock moved.
        if let known = idempotencyRecords[key] { return try reply(from: known, to: request) }
        var record = SandboxIdempotencyRecord()
        record.id = key
        (record.endpoint, record.bodyDigest) = (request.endpointName, request.bodyDigest)
        record.expiresOn = now.advanced(bySeconds: Self.idempotencyLifetimeSeconds)
        idempotencyRecords.put(record)
        return nil
    }

    private func reply(
        from record: SandboxIdempotencyRecord, to request: SandboxRequest
    ) throws(SandboxRefusal) -> SandboxReply {
        guard record.endpoint == request.endpointName && record.bodyDigest == request.bodyDigest else {
            throw settings.profile == .stripe ? .keyReused(400) : .keyReused(422)
        }
        guard let status = record.replyStatus, let body = record.replyBody else { throw .keyInUse }
        var reply = SandboxReply(status: Int(status), body: body)
        reply.isReplayed = settings.profile == .stripe
        return reply
    }

    /// Keeps the answer under the key, or forgets the key if there is nothing to keep.
    mutating func finishIdempotencyRecord(of request: SandboxRequest, with reply: SandboxReply?) {
        guard let key = request.idempotencyKey, var record = idempotencyRecords[key] else { return }
        guard let reply else { idempotencyRecords[key] = nil; return }
        record.replyStatus = Int64(reply.status)
        record.replyBody = reply.body
        idempotencyRecords.put(record)
    }
}

extension SandboxRequest {
    fileprivate var endpointName: String { "\(method) \(path)" }
    fileprivate var bodyDigest: String { Digests.hexadecimal(Digests.sha256(body)) }
}

extension SandboxRefusal {
    private static func key(_ status: Int, _ code: String, _ message: String) -> SandboxRefusal {
        SandboxRefusal(status: status, type: "idempotency_error", code: code, message: message)
    }

    static let keyMissing = key(400, "idempotency_key_missing", "This operation requires an Idempotency-Key")
    static let keyRepeated = key(400, "idempotency_key_repeated", "An Idempotency-Key may be given once")
    static let keyTooLong = key(400, "idempotency_key_too_long", "An Idempotency-Key has at most 255 characters")
    static let keyInUse = key(
        409, "idempotency_key_in_use", "A request with the same Idempotency-Key is still being processed")

    static func keyReused(_ status: Int) -> SandboxRefusal {
        key(
            status, "idempotency_key_reused",
            "This Idempotency-Key was used before, for a request with another body or endpoint")
    }
}
