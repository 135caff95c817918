import ExactJSON
import Foundation
import HTTPClient
import Rewind

extension Run {
    /// The API under test, recording every exchange in this run's journal.
    /// - Throws: `MissingFromWorld` when the world was made without an ``API``.
    public var api: BoundAPI { get throws { try world.service(API.self).bound(to: journal) } }
}

extension World {
    /// A world of one API and the systems under it.
    public init(api: API, systems: [any RewindableSystem] = []) {
        self = World(systems: systems).providing(api)
    }
}

/// An ``API`` together with the journal that its exchanges go to: what actions and invariants call.
///
/// ```swift
/// let reply = try await run.api.post("/orders/7/pay", json: ["payment_method": "card"])
/// guard reply.isSuccess else { return .refused }
/// run.context.status = try reply.json.status.as(OrderStatus.self)
/// ```
///
/// Every answer is a ``Reply``, whatever its status; only its absence is an error. All methods throw an ``APIError``.
public struct BoundAPI: Sendable {
    /// The API that is called.
    public let api: API
    /// Where exchanges are recorded, lost ones too.
    public let journal: Journal

    /// Sends a request and records the exchange.
    public func send(_ request: Request) async throws(APIError) -> Reply {
        try Reply(to: journal.receive(try await api.send(request)))
    }

    /// Asks for what is at the path.
    public func get(
        _ path: String, query: KeyValuePairs<String, String> = [:], headers: [String: String] = [:]
    ) async throws(APIError) -> Reply {
        try await send("GET", path, query, headers)
    }

    /// Asks for removal of what is at the path.
    public func delete(
        _ path: String, query: KeyValuePairs<String, String> = [:], headers: [String: String] = [:]
    ) async throws(APIError) -> Reply {
        try await send("DELETE", path, query, headers)
    }

    /// Posts without a body.
    public func post(_ path: String, headers: [String: String] = [:]) async throws(APIError) -> Reply {
        try await send("POST", path, [:], headers)
    }

    /// Posts a value as JSON, its keys in alphabetical order so that equal values are equal bytes.
    public func post(
        _ path: String, json: some Encodable, headers: [String: String] = [:]
    ) async throws(APIError) -> Reply {
        try await send("POST", path, [:], headers, try .json(json))
    }

    /// Posts fields as a form, in order.
    public func post(
        _ path: String, form: KeyValuePairs<String, String>, headers: [String: String] = [:]
    ) async throws(APIError) -> Reply {
        try await send("POST", path, [:], headers, .form(form))
    }

    /// Posts bytes as they are, such as a signed webhook.
    public func post(
        _ path: String, body: [UInt8], contentType: String, headers: [String: String] = [:]
    ) async throws(APIError) -> Reply {
        try await send("POST", path, [:], headers, Content(bytes: body, type: contentType))
    }

    /// Puts without a body.
    public func put(_ path: String, headers: [String: String] = [:]) async throws(APIError) -> Reply {
        try await send("PUT", path, [:], headers)
    }

    /// Puts a value as JSON, its keys in alphabetical order.
    public func put(
        _ path: String, json: some Encodable, headers: [String: String] = [:]
    ) async throws(APIError) -> Reply {
        try await send("PUT", path, [:], headers, try .json(json))
    }

    /// Patches with a value as JSON, its keys in alphabetical order.
    public func patch(
        _ path: String, json: some Encodable, headers: [String: String] = [:]
    ) async throws(APIError) -> Reply {
        try await send("PATCH", path, [:], headers, try .json(json))
    }

    private func send(
        _ method: String, _ path: String, _ query: KeyValuePairs<String, String>, _ headers: [String: String],
        _ content: Content? = nil
    ) async throws(APIError) -> Reply {
        // A dictionary's order differs between processes; the same run must send the same bytes.
        var fields = headers.sorted { $0.key < $1.key }.map { Exchange.Header($0.key, $0.value) }
        if let content, !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            fields.insert(Exchange.Header("Content-Type", content.type), at: 0)
        }
        var request = Request(method, path, headers: fields, body: content?.bytes)
        request.addQuery(query)
        return try await send(request)
    }
}

/// A body and what it is.
private struct Content {
    let bytes: [UInt8]
    let type: String

    static func json(_ value: some Encodable) throws(APIError) -> Content {
        if let value = value as? JSON { return Content(bytes: Array(value.text.utf8), type: "application/json") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Content(bytes: Array(try encoder.encode(value)), type: "application/json")
        } catch {
            throw .badRequest("The body, a \(Swift.type(of: value)), cannot be written as JSON: \(error).")
        }
    }

    static func form(_ fields: KeyValuePairs<String, String>) -> Content {
        Content(bytes: Array(FormEncoding.encode(fields).utf8), type: "application/x-www-form-urlencoded")
    }
}
