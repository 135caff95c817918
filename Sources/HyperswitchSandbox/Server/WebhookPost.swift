import Foundation
import HTTPClient
import Synchronization

/// Sends webhooks, one after another, over a connection of its own.
final class WebhookPost: Sendable {
    private struct Target: Sendable {
        let endpoint: Endpoint
        let path: String
    }

    private struct Kept {
        var target: Target?
        var connection: KeptConnection?
    }

    private let kept = Mutex(Kept())
    private let thread = DispatchQueue(label: "webhooks")

    /// How long a service may take to answer.
    private static let timeoutMilliseconds = 10_000

    var hasURL: Bool { kept.withLock { $0.target != nil } }

    func checkURL() throws(SandboxControlError) { if !hasURL { throw .noWebhookURL } }

    func setURL(_ text: String) throws(SandboxControlError) {
        guard let url = URLComponents(string: text), url.scheme == "http", let host = url.host,
            host == "localhost" || Endpoint.isLoopbackAddress(host), url.user == nil, url.fragment == nil
        else { throw .badWebhookURL(text) }
        let query = url.percentEncodedQuery.map { "?" + $0 } ?? ""
        let path = (url.percentEncodedPath.isEmpty ? "/" : url.percentEncodedPath) + query
        let origin = "http://\(host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host)"
        do {
            let endpoint = try Endpoint(
                baseURL: origin + (url.port.map { ":\($0)" } ?? ""), timeoutMilliseconds: Self.timeoutMilliseconds)
            kept.withLock { $0 = Kept(target: Target(endpoint: endpoint, path: path)) }
        } catch {
            throw .badWebhookURL(text)
        }
    }

    /// Runs something that blocks where it blocks nobody.
    func onItsThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            thread.async { continuation.resume(returning: body()) }
        }
    }

    /// Sends one and waits for the answer.
    func send(_ dispatch: SandboxDispatch) -> SandboxDeliveryReport.Outcome {
        guard let target = kept.withLock({ $0.target }) else { return .failed(reason: "there is no webhook URL") }
        let signature = dispatch.signature.map { [HTTPField("X-Webhook-Signature-512", $0)] } ?? []
        do {
            let request = try OutgoingRequest(
                "POST", target.path, headers: [HTTPField("Content-Type", "application/json")] + signature,
                body: dispatch.body, endpoint: target.endpoint)
            switch try perform(request, target.endpoint) {
            case .response(let status, _, _): return .answered(status: status)
            case .lost(let reason): return .failed(reason: reason)
            }
        } catch {
            return .failed(reason: error.reason)
        }
    }

    /// One thread at a time has the connection; a second, of a service that asks for a webhook while it answers one, has
    /// its own.
    private func perform(_ request: OutgoingRequest, _ endpoint: Endpoint) throws(HTTPClientError) -> HTTPReply {
        let free = kept.withLock { kept -> KeptConnection? in
            defer { kept.connection = nil }
            return kept.connection
        }
        let held: KeptConnection
        if let free {
            held = free
        } else {
            held = KeptConnection(connection: try Connection(endpoint: endpoint), target: endpoint.description)
        }
        held.connection.settle(before: request)
        defer {
            kept.withLock { kept in
                if kept.target?.endpoint.description == held.target { kept.connection = held }
            }
        }
        return try held.connection.perform(request)
    }
}

/// Unchecked: a connection is either kept or in the hands of one thread, never both.
private struct KeptConnection: @unchecked Sendable {
    let connection: Connection
    let target: String
}

extension HTTPClientError {
    fileprivate var reason: String {
        switch self {
        case .unreachable(_, let reason), .badRequest(let reason), .badConfiguration(let reason): reason
        case .gaveUpWaiting(let reason): reason
        case .passwordInURL: "the URL has a password in it"
        }
    }
}
