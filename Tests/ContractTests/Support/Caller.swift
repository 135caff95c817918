import ExactJSON
import HTTPClient

/// A client of the service: a few connections, so that some requests can be under way while others are made.
struct Caller: Sendable {
    private let endpoint: Endpoint
    private let pool: ConnectionPool

    init(_ url: String) throws {
        endpoint = try Endpoint(baseURL: url, timeoutMilliseconds: 60_000)
        pool = ConnectionPool(endpoint: endpoint, maximumConnections: 8, maximumWaiting: 200)
    }

    func get(_ path: String) async throws -> Answer { try await send("GET", path, nil, []) }

    func post(_ path: String, _ body: JSON? = nil, key: String? = nil) async throws -> Answer {
        let headers = key.map { [HTTPField("Idempotency-Key", $0)] } ?? []
        return try await send("POST", path, body.map { Array($0.text.utf8) }, headers)
    }

    /// Sends exactly these bytes as a webhook.
    func deliver(_ body: [UInt8], signature: String?) async throws -> Answer {
        let headers = signature.map { [HTTPField("X-Webhook-Signature-512", $0)] } ?? []
        return try await send("POST", "/webhooks/provider", body, headers)
    }

    private func send(
        _ method: String, _ path: String, _ body: [UInt8]?, _ headers: [HTTPField]
    ) async throws -> Answer {
        let request = try OutgoingRequest(method, path, headers: headers, body: body, endpoint: endpoint)
        guard case .response(let status, let headers, let body) = try await pool.perform(request) else {
            return Answer(status: nil, headers: [], json: .null)
        }
        return Answer(status: status, headers: headers, json: (try? JSON(parsing: body)) ?? .null)
    }
}

/// What the service answered.
struct Answer: Sendable {
    /// `nil` if the answer got lost.
    let status: Int?
    let headers: [HTTPField]
    let json: JSON

    var isReplayed: Bool { headers.contains { $0.name.lowercased() == "idempotent-replayed" && $0.value == "true" } }

    /// `200`, `409 wrong_state`, or `lost`.
    var outcome: String {
        guard let status else { return "lost" }
        return "\(status)" + (json["error"].map { " " + $0.text("code") } ?? "")
    }

    /// A field as text, whether it is a string or a number; empty if it is not there.
    subscript(field: String) -> String { json.text(field) }
}

extension JSON {
    fileprivate func text(_ field: String) -> String {
        switch self[field] {
        case .string(let text)?, .number(let text)?: text
        default: ""
        }
    }
}
