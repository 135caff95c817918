/// A header field. Names compare without regard to case (RFC 9110 §5.1).
package struct HTTPField: Hashable, Sendable {
    /// As it goes on the wire.
    package var name: String
    /// As it goes on the wire.
    package var value: String

    /// A field of that name and value; checked when it is sent.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What became of a request that was sent.
package enum HTTPReply: Hashable, Sendable {
    /// A complete answer.
    case response(status: Int, headers: [HTTPField], body: [UInt8])
    /// The connection was lost or the time ran out: the request may have had its effect.
    case lost(reason: String)
}

/// Why a request was not sent. That nothing was sent is certain.
package enum HTTPClientError: Error, Hashable, Sendable {
    /// No connection could be made (refused, unknown host, TLS handshake).
    case unreachable(url: String, reason: String)
    /// The request cannot be sent as it is. The text is a whole sentence.
    case badRequest(String)
    /// The endpoint cannot be used as it is. The text is a whole sentence.
    case badConfiguration(String)
    /// The base URL has a name or password in it, which would end up in messages.
    case passwordInURL
    /// It had to wait for a connection for too long, behind too many others, or its task was cancelled meanwhile. The
    /// text is no whole sentence.
    case gaveUpWaiting(reason: String)
}
