import HTTPClient
import Rewind

/// One request, before it is sent.
public struct Request: Hashable, Sendable {
    /// The HTTP method; sent in upper case.
    public var method: String
    /// The path below the base URL, starting with `/`, percent-encoded where it must be; it may carry a query.
    public var path: String
    /// Header fields, which replace the API's own of the same name.
    public var headers: [Exchange.Header]
    /// The body as sent. `nil` sends none; empty sends `Content-Length: 0`.
    public var body: [UInt8]?

    /// A request with headers and a body as given. Nothing is checked until it is sent.
    public init(_ method: String, _ path: String, headers: [Exchange.Header] = [], body: [UInt8]? = nil) {
        self.method = method.uppercased()
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// Adds parameters to the path's query, percent-encoded, in order.
    public mutating func addQuery(_ parameters: KeyValuePairs<String, String>) { addQuery(Array(parameters)) }

    /// Adds parameters to the path's query, percent-encoded, in order.
    package mutating func addQuery(_ parameters: [(key: String, value: String)]) {
        guard !parameters.isEmpty else { return }
        path += path.contains("?") ? "&" : "?"
        path += FormEncoding.encode(parameters)
    }

    /// The fields as the body of a form, in order.
    package static func formBody(_ fields: [(key: String, value: String)]) -> [UInt8] {
        Array(FormEncoding.encode(fields).utf8)
    }

    /// Percent-encodes all but RFC 3986's unreserved characters, for one segment of a path.
    package static func pathSegment(_ text: String) -> String { FormEncoding.escape(text) }
}
