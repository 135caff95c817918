import Rewind

/// A request that has been checked and completed: exactly what goes on the wire.
struct OutgoingRequest {
    let method: String
    /// The base URL's path, the request's path and its query.
    let path: String
    let url: String
    let host: String
    /// All headers but `Host`, which goes first, and `Content-Length`, which goes last.
    let headers: [Exchange.Header]
    let body: [UInt8]?
    let isSafe: Bool

    /// - Throws: ``APIError/badRequest(_:)``.
    init(_ request: Request, endpoint: Endpoint) throws(APIError) {
        if let problem = Self.problem(with: request) { throw .badRequest(problem) }
        method = request.method
        path = endpoint.basePath + request.path
        url = endpoint.origin + path
        let all = HeaderRules.replacing(endpoint.headers, by: request.headers)
        host = all.last { $0.name.lowercased() == "host" }?.value ?? endpoint.host
        headers = all.filter { $0.name.lowercased() != "host" }
        body = request.body ?? (request.expectsBody ? [] : nil)
        isSafe = request.isSafe
    }

    /// All headers, in the order sent.
    var recordedHeaders: [Exchange.Header] {
        let length = body.map { [Exchange.Header("Content-Length", String($0.count))] } ?? []
        return [Exchange.Header("Host", host)] + headers + length
    }

    private static func problem(with request: Request) -> String? {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            return "“\(request.method)” is not an HTTP method: use one such as GET or POST."
        }
        guard request.path.utf8.first == UInt8(ascii: "/") else {
            return "The path “\(shown(request.path))” does not start with “/”: give the part after the base URL."
        }
        guard request.path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            return "The path “\(shown(request.path))” has a character that cannot be sent: percent-encode it, "
                + "or pass it with query:."
        }
        for header in request.headers {
            if let problem = HeaderRules.problem(with: header) { return problem }
        }
        guard request.method != "HEAD" || (request.body ?? []).isEmpty else {
            return "A HEAD request cannot have a body: leave it out, or use another method."
        }
        return nil
    }

    private static func shown(_ path: String) -> String { Redaction.standard.path(path) }
}
