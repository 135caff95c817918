/// A request that has been checked and completed: exactly what goes on the wire.
package struct OutgoingRequest: Sendable {
    /// In upper case.
    package let method: String
    /// The base URL's path, the request's path and its query.
    package let path: String
    let url: String
    let host: String
    /// All headers but `Host`, which goes first, and `Content-Length`, which goes last.
    let headers: [HTTPField]
    /// `nil` sends none; empty sends `Content-Length: 0`.
    package let body: [UInt8]?
    /// Whether the method promises to change nothing (RFC 9110 §9.2.1), so that sending it twice does no harm.
    package let isSafe: Bool

    /// Checks and completes a request.
    ///
    /// - Parameters:
    ///   - path: Below the base URL, starting with `/`, percent-encoded where it must be; it may carry a query.
    ///   - headers: Replace the endpoint's own of the same name.
    ///   - shown: How a path may appear in an error.
    /// - Throws: ``HTTPClientError/badRequest(_:)``.
    package init(
        _ method: String, _ path: String, headers: [HTTPField] = [], body: [UInt8]? = nil, endpoint: Endpoint,
        shown: (String) -> String = { $0 }
    ) throws(HTTPClientError) {
        if let problem = Self.problem(method, shown(path), path, headers, body) { throw .badRequest(problem) }
        self.method = method
        self.path = endpoint.basePath + path
        url = endpoint.origin + self.path
        let all = HeaderRules.replacing(endpoint.headers, by: headers)
        host = all.last { $0.name.lowercased() == "host" }?.value ?? endpoint.host
        self.headers = all.filter { $0.name.lowercased() != "host" }
        self.body = body ?? (Self.expectsBody(method) ? [] : nil)
        isSafe = ["GET", "HEAD", "OPTIONS", "TRACE"].contains(method)
    }

    /// All headers, in the order sent.
    package var allHeaders: [HTTPField] {
        let length = body.map { [HTTPField("Content-Length", String($0.count))] } ?? []
        return [HTTPField("Host", host)] + headers + length
    }

    /// Whether the method means nothing without a body, so that its absence is said with `Content-Length: 0`
    /// (RFC 9110 §8.6).
    private static func expectsBody(_ method: String) -> Bool { ["POST", "PUT", "PATCH"].contains(method) }

    private static func problem(
        _ method: String, _ shownPath: String, _ path: String, _ headers: [HTTPField], _ body: [UInt8]?
    ) -> String? {
        guard !method.isEmpty, method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            return "“\(method)” is not an HTTP method: use one such as GET or POST."
        }
        guard path.utf8.first == UInt8(ascii: "/") else {
            return "The path “\(shownPath)” does not start with “/”: give the part after the base URL."
        }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            return "The path “\(shownPath)” has a character that cannot be sent: percent-encode it, "
                + "or pass it with query:."
        }
        for header in headers {
            if let problem = HeaderRules.problem(with: header) { return problem }
        }
        guard method != "HEAD" || (body ?? []).isEmpty else {
            return "A HEAD request cannot have a body: leave it out, or use another method."
        }
        return nil
    }
}
