import CommandSupport
import ExactJSON
import Foundation
import HTTPClient
import HTTPServer
import Synchronization
import Testing

@testable import HyperswitchSandbox

/// Calls a sandbox over HTTP, for one thread.
struct Client {
    private let endpoint: HTTPClient.Endpoint
    private let connection: Connection

    init(_ url: String, key: String? = "snd_key", timeoutMilliseconds: Int = 10_000) throws {
        let headers = key.map { [HTTPField("api-key", $0)] } ?? []
        endpoint = try Endpoint(baseURL: url, timeoutMilliseconds: timeoutMilliseconds, headers: headers)
        connection = try Connection(endpoint: endpoint)
    }

    struct Answer {
        let status: Int
        let headers: [HTTPField]
        let json: JSON

        /// `200 succeeded`, `400 IR_13`, or only the status.
        var outcome: String {
            let word = json["error"]?["code"] ?? json["status"]
            return "\(status)" + (word?.string.map { " " + $0 } ?? "")
        }
    }

    /// - Returns: the answer; `nil` if it got lost.
    func send(_ method: String, _ path: String, _ body: JSON? = nil, key: String? = nil) throws -> Answer? {
        let request = try OutgoingRequest(
            method, path, headers: key.map { [HTTPField("Idempotency-Key", $0)] } ?? [],
            body: body.map { Array($0.text.utf8) }, endpoint: endpoint)
        guard case .response(let status, let headers, let body) = try connection.perform(request) else { return nil }
        return Answer(status: status, headers: headers, json: (try? JSON(parsing: body)) ?? .null)
    }

    func outcome(_ method: String, _ path: String, _ body: JSON? = nil, key: String? = nil) throws -> String {
        try send(method, path, body, key: key)?.outcome ?? "lost"
    }
}

/// A service that takes webhooks in.
final class Receiver: Sendable {
    struct Webhook: Sendable {
        let path: String
        let body: [UInt8]
        let signature: String?
        let contentType: String?

        var type: String { (try? JSON(parsing: body))?["event_type"]?.string ?? "-" }
    }

    private struct Content {
        var received: [Webhook] = []
        var statuses: [Int]
    }

    private let content: Mutex<Content>
    private let server: Mutex<HTTPServer?>
    let url: String

    /// - Parameter statuses: how it answers, one after another; then 200.
    init(answering statuses: Int...) throws {
        content = Mutex(Content(statuses: statuses))
        server = Mutex(nil)
        let holder = Holder()
        let started = try HTTPServer { request in holder.answer(request) }
        url = "http://127.0.0.1:\(started.port)/webhooks/hyperswitch?source=sandbox"
        server.withLock { $0 = started }
        holder.receiver.withLock { $0 = self }
    }

    private final class Holder: Sendable {
        let receiver = Mutex<Receiver?>(nil)

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            receiver.withLock { $0 }?.answer(request) ?? HTTPResponse(status: 500)
        }
    }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        content.withLock { content in
            content.received.append(
                Webhook(
                    path: request.path, body: request.body, signature: request.headers["X-Webhook-Signature-512"],
                    contentType: request.headers["Content-Type"]))
            let status = content.statuses.isEmpty ? 200 : content.statuses.removeFirst()
            return status == 0 ? .none : HTTPResponse(status: status)
        }
    }

    var received: [Webhook] { content.withLock { $0.received } }

    func stop() { server.withLock { $0 }?.stop() }
}
