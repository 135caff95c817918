import CMicroHTTPD

/// What is known of a request before its body: copied out of libmicrohttpd, not decoded yet.
struct RequestHead {
    let method: String
    let escapedPath: String
    let escapedQuery: [(name: String, value: String)]
    let headers: HTTPHeaders

    init(_ connection: OpaquePointer, method: UnsafePointer<CChar>, path: UnsafePointer<CChar>) {
        self.method = String(cString: method)
        escapedPath = String(cString: path)
        escapedQuery = Self.values(.GET_ARGUMENT_KIND, of: connection)
        headers = HTTPHeaders(Self.values(.HEADER_KIND, of: connection))
    }

    /// The whole request, or nothing if an escape in its path or query is malformed.
    func completed(with body: [UInt8]) -> HTTPRequest? {
        guard let path = Self.unescaped(escapedPath) else { return nil }
        var query: [(name: String, value: String)] = []
        for field in escapedQuery {
            guard let name = Self.unescaped(field.name), let value = Self.unescaped(field.value) else { return nil }
            query.append((name, value))
        }
        return HTTPRequest(method: method, path: path, query: query, headers: headers, body: body)
    }

    private static func values(_ kind: MHD_ValueKind, of connection: OpaquePointer) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        withUnsafeMutablePointer(to: &fields) { fields in
            _ = MHD_get_connection_values(
                connection, kind,
                { fields, _, name, value in
                    guard let fields, let name else { return .YES }
                    fields.assumingMemoryBound(to: [(name: String, value: String)].self).pointee.append(
                        (String(cString: name), value.map { String(cString: $0) } ?? ""))
                    return .YES
                }, fields)
        }
        return fields
    }

    /// Decodes `%41` to `A`; nothing if a `%` has no two hexadecimal digits after it, or the bytes are not UTF-8.
    static func unescaped(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else { bytes.append(byte); continue }
            guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
