/// One request, complete with its body.
public struct HTTPRequest: Sendable {
    /// The method as it was sent: `GET`, `POST` … A `HEAD` arrives as such; the server leaves out its answer's body.
    public let method: String
    /// The path with its percent escapes decoded, such as `/orders/1`.
    public let path: String
    /// The query's fields, decoded, in the order they were sent; a field without `=` has an empty value.
    public let query: [(name: String, value: String)]
    /// The header fields.
    public let headers: HTTPHeaders
    /// The whole body; empty if there was none.
    public let body: [UInt8]

    /// Makes a request, for instance to test a handler without a server.
    public init(
        method: String, path: String, query: [(name: String, value: String)] = [], headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// Header fields, found without regard to the case of their names.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// All fields in order, spelled as they were sent.
    public private(set) var fields: [(name: String, value: String)]

    /// Makes header fields from names and values.
    public init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// Makes header fields from a literal: `["Allow": "GET"]`.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// The first field of that name.
    public subscript(name: String) -> String? {
        fields.first { Self.isSame($0.name, name) }?.value
    }

    /// Every field of that name, in order.
    public func all(_ name: String) -> [String] {
        fields.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    /// Field names are ASCII, so that comparing bytes is enough, and cheap.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8) { lowercase($0) == lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
