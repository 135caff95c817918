import ExactJSON
import HTTPClient
import Rewind

/// A JSON value as it was written, in requests and replies.
public typealias JSON = ExactJSON.JSON

extension HTTPField {
    init(_ header: Exchange.Header) { self.init(header.name, header.value) }
}

extension Exchange.Header {
    init(_ field: HTTPField) { self.init(field.name, field.value) }
}

extension Exchange.Reply {
    init(_ reply: HTTPReply) {
        switch reply {
        case .response(let status, let headers, let body):
            self = .response(status: status, headers: headers.map(Exchange.Header.init), body: body)
        case .lost(let reason):
            self = .lost(reason: reason)
        }
    }
}

extension APIError {
    /// Runs the body and says its error in the terms of an API under test.
    static func translating<Value>(_ body: () throws(HTTPClientError) -> Value) throws(APIError) -> Value {
        do throws(HTTPClientError) {
            return try body()
        } catch {
            throw APIError(error)
        }
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .unreachable(let url, let reason): self = .unreachable(url: url, reason: reason)
        case .badRequest(let sentence): self = .badRequest(sentence)
        case .badConfiguration(let sentence): self = .badConfiguration(sentence)
        case .passwordInURL:
            self = .badConfiguration(
                "The base URL has a name or password in it: pass authentication: .basic instead.")
        case .gaveUpWaiting(let reason): self = .badRequest("Nothing was sent: \(reason).")
        }
    }
}
