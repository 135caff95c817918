import ExactJSON
import Foundation
import Rewind

/// What the API answered.
public struct Reply: Hashable, Sendable {
    /// The HTTP status, such as 201.
    public let status: Int
    /// Header fields in the order received.
    public let headers: [Exchange.Header]
    /// The body as received, empty when there was none.
    public let body: [UInt8]
    /// The method of the request, for messages.
    let method: String
    /// The path and query of the request, for messages.
    let path: String

    /// - Throws: ``APIError/lost(method:path:reason:)`` when there was no answer.
    init(to exchange: Exchange) throws(APIError) {
        switch exchange.reply {
        case .lost(let reason):
            throw .lost(method: exchange.method, path: exchange.path, reason: reason)
        case .response(let status, let headers, let body):
            self.status = status
            self.headers = headers
            self.body = body
            method = exchange.method
            path = exchange.path
        }
    }

    /// The body as UTF-8; bytes that are not become U+FFFD.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// Whether the API did what was asked: a 2xx status.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// Whether the API declined: a 4xx status.
    public var isRefusal: Bool { (400..<500).contains(status) }

    /// What the status says about the action: 2xx accepted, 4xx refused, anything else failed.
    public var outcome: Outcome {
        if isSuccess { return .accepted }
        return isRefusal ? .refused : .failed(summary)
    }

    /// Method and path for a sentence, without secrets.
    package var request: String { "\(method) \(shownPath)" }

    /// Status, request and the beginning of the body, without secrets.
    package var summary: String { "HTTP \(status) to \(method) \(shownPath)\(excerptAfterColon)" }

    /// The value of the first header of that name, in any case; `nil` when there is none.
    public func header(_ name: String) -> String? {
        let lowercased = name.lowercased()
        return headers.first { $0.name.lowercased() == lowercased }?.value
    }

    /// Reads the body as JSON into a value, with Foundation's `JSONDecoder`.
    ///
    /// The decoder takes `100.0` for an integer. Where the spelling of a number matters, read it through ``json``.
    /// - Throws: ``UnreadableReply``, which names the request, the place in the body and its beginning.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(UnreadableReply) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch let error as DecodingError {
            // What is no JSON at all is described better by our own reader.
            _ = try json
            throw UnreadableReply(self, problem: error.sentence)
        } catch {
            throw UnreadableReply(self, problem: "\(error)")
        }
    }

    /// The body as a JSON value to look into: `try reply.json.refunds[0].status.string`.
    /// - Throws: ``UnreadableReply`` when the body is not JSON.
    public var json: JSONReader {
        get throws(UnreadableReply) {
            do {
                return JSONReader(value: try JSON(parsing: body), source: self)
            } catch {
                throw UnreadableReply(self, problem: body.isEmpty ? "the body is empty, not JSON" : error.description)
            }
        }
    }

    var shownPath: String { Redaction.standard.path(path) }

    /// The first 200 characters of the body, without secrets.
    var excerpt: String {
        let visible = Redaction.standard.body(body, contentType: header("Content-Type"))
        // Four bytes hold any character of UTF-8: no need to decode megabytes for 200 characters.
        let beginning = String(decoding: visible.prefix(201 * 4), as: UTF8.self)
        return beginning.count > 200 ? beginning.prefix(200) + "…" : beginning
    }

    private var excerptAfterColon: String { body.isEmpty ? "" : ": \(excerpt)" }
}

/// The API answered, but not in the form that was expected.
public struct UnreadableReply: Error, Hashable, CustomStringConvertible {
    /// Which request, what was expected where, and how the body begins. Has no secrets in it.
    public let description: String

    init(_ reply: Reply, problem: String) {
        let body = reply.body.isEmpty ? "" : " The body begins: \(reply.excerpt)"
        description = "\(reply.method) \(reply.shownPath) answered \(reply.status), but \(problem).\(body)"
    }

    init(place: String, problem: String) {
        description = "\(place) \(problem)."
    }
}

extension DecodingError {
    /// What was expected and where, without a full stop.
    fileprivate var sentence: String {
        switch self {
        case .keyNotFound(let key, let context):
            return "\((context.codingPath + [key]).place) is missing"
        case .valueNotFound(_, let context):
            return "\(context.codingPath.place) is null"
        case .typeMismatch(let type, let context):
            return "\(context.codingPath.place) is not of type \(type)"
        case .dataCorrupted(let context):
            return "\(context.codingPath.place) cannot be read: \(context.debugDescription.withoutFullStop)"
        @unknown default:
            return "it cannot be read: \(self)"
        }
    }
}

extension String {
    fileprivate var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}

extension [any CodingKey] {
    /// Such as `refunds[0].status`; the whole body for an empty path.
    fileprivate var place: String {
        guard !isEmpty else { return "the body" }
        return reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
