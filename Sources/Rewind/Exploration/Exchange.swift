/// One request to the API under test and what came back.
public struct Exchange: Sendable, Hashable, Codable {
    /// The HTTP method, in upper case.
    public var method: String
    /// The path and query as sent, such as `/orders/7?expand=refunds`.
    public var path: String
    /// Request headers in the order sent.
    public var requestHeaders: [Header]
    /// The request body, empty when there was none.
    public var requestBody: [UInt8]
    /// What came back.
    public var reply: Reply
    /// Time between handing the request to the client and having the whole answer.
    public var durationNanoseconds: UInt64

    /// A header field. Names compare without regard to case (RFC 9110 §5.1).
    public struct Header: Sendable, Hashable, Codable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// How the API answered.
    public enum Reply: Sendable, Hashable, Codable {
        /// A complete HTTP response.
        case response(status: Int, headers: [Header], body: [UInt8])
        /// The connection was made and then lost or timed out: the request may have had its effect.
        case lost(reason: String)
    }

    public init(
        method: String, path: String, requestHeaders: [Header] = [], requestBody: [UInt8] = [], reply: Reply,
        durationNanoseconds: UInt64 = 0
    ) {
        self.method = method
        self.path = path
        self.requestHeaders = requestHeaders
        self.requestBody = requestBody
        self.reply = reply
        self.durationNanoseconds = durationNanoseconds
    }

    /// The HTTP status, or `nil` when no response arrived.
    // Inlined several times into one function it makes the optimizer of Swift 6.3 crash.
    @inline(never)
    public var status: Int? {
        guard case .response(let status, _, _) = reply else { return nil }
        return status
    }

    /// Whether no answer came.
    var isLost: Bool { status == nil }

    /// Method and path for a sentence, without secrets.
    var request: String { "\(method) \(Redaction.standard.path(path))" }

    /// The status as text, or that there was none.
    var answer: String {
        switch reply {
        case .response(let status, _, _): "\(status)"
        case .lost: "no answer"
        }
    }

    /// Whether the method promises to change nothing (RFC 9110 §9.2.1).
    public var isSafe: Bool { method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" }

    /// Whether the API understood the request and declined it: a 4xx status.
    public var isRefusal: Bool { status.map { (400..<500).contains($0) } ?? false }
}
