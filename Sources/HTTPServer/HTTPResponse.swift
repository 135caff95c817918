import Foundation

/// One answer.
public struct HTTPResponse: Sendable {
    /// The status code, such as 200.
    public let status: Int
    /// The header fields, beside `Content-Length`, `Date` and `Connection`, which the server adds.
    public let headers: HTTPHeaders
    /// The whole body.
    public let body: [UInt8]
    /// Whether the connection is closed without a byte, instead.
    let isWithheld: Bool

    /// Makes an answer from its parts.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.init(status: status, headers: headers, body: body, isWithheld: false)
    }

    private init(status: Int, headers: HTTPHeaders, body: [UInt8], isWithheld: Bool) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isWithheld = isWithheld
    }

    /// No answer: the connection is closed without a byte. To the client it is as if the server, or the network, had died
    /// after the request arrived; curl calls it an empty reply.
    public static let none = HTTPResponse(status: 0, headers: HTTPHeaders(), body: [], isWithheld: true)

    /// An answer with the value as JSON, its keys sorted so that equal values give equal bytes.
    ///
    /// - Throws: What the value's encoding throws.
    public static func json(
        _ status: Int, _ value: some Encodable, headers: HTTPHeaders = HTTPHeaders()
    ) throws -> HTTPResponse {
        let fields = [(name: "Content-Type", value: "application/json")] + headers.fields
        return HTTPResponse(status: status, headers: HTTPHeaders(fields), body: [UInt8](try encoder.encode(value)))
    }

    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
}
