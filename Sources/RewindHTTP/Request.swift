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
    public mutating func addQuery(_ parameters: KeyValuePairs<String, String>) {
        guard !parameters.isEmpty else { return }
        path += path.contains("?") ? "&" : "?"
        path += FormEncoding.encode(parameters)
    }

    /// Whether the method promises to change nothing (RFC 9110 §9.2.1), so that sending it twice does no harm.
    var isSafe: Bool { method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" }

    /// Whether the method means nothing without a body, so that its absence is said with `Content-Length: 0`
    /// (RFC 9110 §8.6).
    var expectsBody: Bool { method == "POST" || method == "PUT" || method == "PATCH" }
}

/// `a=1&b=2`, as forms and queries are written.
enum FormEncoding {
    static func encode(_ fields: KeyValuePairs<String, String>) -> String {
        fields.map { "\(escape($0.key))=\(escape($0.value))" }.joined(separator: "&")
    }

    /// Percent-encodes all but RFC 3986's unreserved characters: right in a path segment, a query and a form alike.
    static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                escaped.append(byte)
            } else {
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            return true
        default:
            return false
        }
    }
}
