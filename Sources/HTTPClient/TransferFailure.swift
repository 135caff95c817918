import CCurl
import Foundation

/// Says in words why libcurl gave up.
struct TransferFailure {
    let code: CURLcode
    /// libcurl's own words, possibly empty.
    let text: String
    /// `errno` of the last failed call, or 0.
    let systemError: Int
    let timeoutMilliseconds: Int
    let host: String

    /// The reason, when no request had been written yet.
    var beforeSending: String {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: "no connection within \(timeoutMilliseconds) ms"
        case CURLE_COULDNT_RESOLVE_HOST: "the host “\(host)” is unknown"
        case CURLE_COULDNT_RESOLVE_PROXY: "the proxy's host is unknown"
        case CURLE_COULDNT_CONNECT where systemError == Int(ECONNREFUSED): "connection refused"
        case CURLE_COULDNT_CONNECT where systemError != 0: systemErrorText
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION: "the TLS handshake failed (\(words))"
        default: words
        }
    }

    /// The reason, when the request was being written or had been.
    var afterSending: String {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: "none came within \(timeoutMilliseconds) ms"
        case CURLE_GOT_NOTHING: "the API closed the connection without one"
        // After a kept connection has died libcurl connects anew, to send again: we stop it, or nobody is there.
        case CURLE_ABORTED_BY_CALLBACK, CURLE_COULDNT_CONNECT: "the API closed a kept connection without one"
        case CURLE_PARTIAL_FILE: "the API closed the connection in the middle of it"
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: "what came back is not HTTP"
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR: "the connection broke (\(words))"
        default: words
        }
    }

    private var words: String {
        let words = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    private var systemErrorText: String {
        let words = String(cString: strerror(Int32(systemError)))
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}
