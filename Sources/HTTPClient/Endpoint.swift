import Foundation

/// Where the API is and what every request to it carries: a checked configuration.
package struct Endpoint: Sendable {
    /// Scheme, host and port, such as `http://127.0.0.1:8080`.
    let origin: String
    /// The base URL's own path, without a trailing slash.
    package let basePath: String
    /// The `Host` field: host, and the port if the base URL names one.
    let host: String
    /// Whether no proxy may stand between: the host is this machine.
    package let isLocal: Bool
    let unixSocketPath: String?
    let timeoutMilliseconds: Int
    let headers: [HTTPField]
    /// An answer with a longer body counts as lost.
    let largestBodyBytes: Int

    /// Checks a configuration.
    ///
    /// - Parameters:
    ///   - timeoutMilliseconds: The longest a request may take, connecting included.
    ///   - headers: Sent with every request that has none of that name.
    ///   - unixSocketPath: A socket file to connect to instead of the URL's host and port.
    /// - Throws: ``HTTPClientError/badConfiguration(_:)`` or ``HTTPClientError/passwordInURL``.
    package init(
        baseURL: String, timeoutMilliseconds: Int, headers: [HTTPField] = [], unixSocketPath: String? = nil,
        largestBodyBytes: Int = 256 << 20
    ) throws(HTTPClientError) {
        let parts = try Self.parts(of: baseURL)
        guard (1...Int(Int32.max)).contains(timeoutMilliseconds) else {
            throw .badConfiguration(
                "The timeout of \(timeoutMilliseconds) ms cannot be used: give 1 ms or more, such as 10000.")
        }
        let port = parts.port.map { ":\($0)" } ?? ""
        host = parts.host + port
        origin = "\(parts.scheme)://\(host)"
        basePath = parts.path
        isLocal = unixSocketPath != nil || Self.isLoopback(parts.host)
        self.unixSocketPath = unixSocketPath
        self.timeoutMilliseconds = timeoutMilliseconds
        self.largestBodyBytes = largestBodyBytes
        for header in headers {
            if let problem = HeaderRules.problem(with: header) { throw .badConfiguration(problem) }
        }
        self.headers = HeaderRules.replacing([HTTPField("Accept", "*/*")], by: headers)
    }

    /// The address for messages: where the socket is, too, when it is a file.
    package var description: String {
        unixSocketPath.map { "\(origin)\(basePath) (socket \($0))" } ?? origin + basePath
    }

    private static func parts(
        of text: String
    ) throws(HTTPClientError) -> (scheme: String, host: String, port: Int?, path: String) {
        func refuse(_ reason: String) -> HTTPClientError {
            .badConfiguration("The base URL “\(text)” \(reason): give one such as http://127.0.0.1:8080.")
        }
        let start = text.prefix(8).lowercased()
        guard start == "https://" || start.hasPrefix("http://") else {
            throw refuse("does not start with http:// or https://")
        }
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw refuse("is not a URL")
        }
        guard url.user == nil, url.password == nil else {
            // The text is not repeated: it has a secret in it.
            throw .passwordInURL
        }
        guard let host = url.encodedHost, !host.isEmpty else { throw refuse("has no host") }
        guard url.query == nil, url.fragment == nil else { throw refuse("has a query or fragment") }
        guard url.port.map({ (1...65535).contains($0) }) ?? true else { throw refuse("has an impossible port") }
        let path = url.percentEncodedPath
        return (scheme, host, url.port, path.hasSuffix("/") ? String(path.dropLast()) : path)
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost") || isLoopbackAddress(host)
    }

    /// Whether a URL's host is an address of this machine's loopback interface, and no name: one may begin like an address,
    /// as 127.0.0.1.example.org does.
    package static func isLoopbackAddress(_ host: String) -> Bool {
        let isAddress = host.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
        return host == "::1" || host == "[::1]" || isAddress && host.hasPrefix("127.")
    }
}

/// What a header must be for it to arrive as it was meant.
package enum HeaderRules {
    /// Why a header cannot be sent, as a sentence; `nil` if it can. A value is never repeated, it may be a secret.
    package static func problem(with header: HTTPField) -> String? {
        guard !header.name.isEmpty, header.name.utf8.allSatisfy(isTokenByte) else {
            return "A header cannot be named “\(printable(header.name))”: use letters, digits and dashes."
        }
        guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            return "The value of the header \(header.name) has a line break or control character in it: "
                + "remove it, or the rest would be read as another header."
        }
        let lowercased = header.name.lowercased()
        if lowercased == "content-length" || lowercased == "transfer-encoding" {
            return "The header \(header.name) cannot be set: it is made from the body."
        }
        return nil
    }

    /// The headers, each replaced by those of the same name, if there are any; the others added in order.
    static func replacing(_ headers: [HTTPField], by others: [HTTPField]) -> [HTTPField] {
        guard !others.isEmpty else { return headers }
        let names = Set(others.map { $0.name.lowercased() })
        return headers.filter { !names.contains($0.name.lowercased()) } + others
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default:
            return "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
    }
}
