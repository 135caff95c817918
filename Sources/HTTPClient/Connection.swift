import CCurl
import Foundation

/// One libcurl handle with its kept connection. Blocks; used from one thread at a time.
package final class Connection {
    private let handle: UnsafeMutableRawPointer
    private let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let endpoint: Endpoint
    private var persistence = Persistence.unproven

    /// How far the server can be trusted to leave an idle connection open.
    enum Persistence {
        /// It has not yet answered twice on one connection.
        case unproven
        /// It has.
        case proven
        /// It closes connections after an answer without saying so.
        case absent
    }

    /// How long a server that has not proven itself is given to close its connection after an answer.
    private static let closingGraceMilliseconds: Int32 = 20
    /// Servers close what has been idle for 2 seconds or more (5 is usual): leave those connections alone.
    private static let longestIdleSeconds = 1
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    package init(endpoint: Endpoint) throws(HTTPClientError) {
        guard Self.isLibraryReady, let handle = curl_easy_init() else {
            throw .badConfiguration("libcurl could not be started: is this process out of memory?")
        }
        self.handle = handle
        self.endpoint = endpoint
    }

    deinit {
        curl_easy_cleanup(handle)
        errorText.deallocate()
    }

    /// Sends the request and waits.
    /// - Parameter ready: called once, when the connection stands and nothing is written yet; it may block.
    /// - Throws: ``HTTPClientError/unreachable(url:reason:)``.
    package func perform(
        _ request: OutgoingRequest, ready: @escaping () -> Void = {}
    ) throws(HTTPClientError) -> HTTPReply {
        let transfer = Transfer(
            handle: handle, mayResend: request.isSafe, largestBodyBytes: endpoint.largestBodyBytes, ready: ready)
        let code = withConfiguration(request, transfer) { curl_easy_perform(handle) }
        learn(from: transfer, succeeded: code == CURLE_OK)
        if code == CURLE_OK { return transfer.reply }
        let failure = TransferFailure(
            code: code, text: String(cString: errorText.baseAddress!), systemError: info(CURLINFO_OS_ERRNO),
            timeoutMilliseconds: endpoint.timeoutMilliseconds, host: endpoint.host)
        guard transfer.requestsBegun > 0 else {
            throw .unreachable(url: endpoint.description, reason: failure.beforeSending)
        }
        return .lost(reason: transfer.overflowed ? transfer.overflowReason : failure.afterSending)
    }

    // MARK: Kept connections

    /// Finds out whether the kept connection could die under a request that must not be sent twice. Apart from
    /// ``perform(_:)``, because the wait is no time that the API took.
    package func settle(before request: OutgoingRequest) {
        if persistence == .unproven, !request.isSafe, isClosedByServer() { persistence = .absent }
    }

    /// Gives a server that has not proven itself a moment to close, once: a request already under way is too late.
    private func isClosedByServer() -> Bool {
        var socket: curl_socket_t = -1
        guard rewind_curl_get_socket(handle, &socket) == CURLE_OK, socket != -1 else { return false }
        var watched = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, Self.closingGraceMilliseconds) > 0
    }

    private func learn(from transfer: Transfer, succeeded: Bool) {
        let reused = transfer.requestsBegun == 1 && info(CURLINFO_NUM_CONNECTS) == 0
        if reused && succeeded { persistence = .proven }
        if (reused && !succeeded) || transfer.requestsBegun > 1 {
            persistence = persistence == .proven ? .unproven : .absent
        }
    }

    // MARK: Options

    /// Sets every option anew, so that nothing of an earlier request remains, for as long as the body runs.
    private func withConfiguration(
        _ request: OutgoingRequest, _ transfer: Transfer, _ body: () -> CURLcode
    ) -> CURLcode {
        curl_easy_reset(handle)
        setFixedOptions()
        set(CURLOPT_FRESH_CONNECT, persistence == .absent ? 1 : 0)
        set(CURLOPT_URL, request.url)
        transfer.install()
        let headers = headerList(request)
        defer { curl_slist_free_all(headers) }
        _ = rewind_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
        return withBody(of: request) {
            errorText[0] = 0
            return withExtendedLifetime(transfer, body)
        }
    }

    private func setFixedOptions() {
        _ = rewind_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText.baseAddress)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_TIMEOUT_MS, endpoint.timeoutMilliseconds)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_MAXCONNECTS, 1)
        set(CURLOPT_MAXAGE_CONN, Self.longestIdleSeconds)
        if endpoint.isLocal { set(CURLOPT_PROXY, "") }
        if let path = endpoint.unixSocketPath { set(CURLOPT_UNIX_SOCKET_PATH, path) }
    }

    private func withBody(of request: OutgoingRequest, _ body: () -> CURLcode) -> CURLcode {
        guard let bytes = request.body else {
            set(request.method == "HEAD" ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1)
            if request.method != "HEAD" { set(CURLOPT_CUSTOMREQUEST, request.method) }
            return body()
        }
        set(CURLOPT_POST, 1)
        set(CURLOPT_CUSTOMREQUEST, request.method)
        return bytes.withUnsafeBytes { buffer in
            _ = rewind_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(buffer.count))
            // libcurl reads from a callback when there is no pointer, and an empty array may have none.
            return withUnsafeBytes(of: UInt8(0)) { empty in
                _ = rewind_curl_set_pointer(handle, CURLOPT_POSTFIELDS, buffer.baseAddress ?? empty.baseAddress)
                return body()
            }
        }
    }

    private func headerList(_ request: OutgoingRequest) -> UnsafeMutablePointer<curl_slist>? {
        var list = curl_slist_append(nil, "Host: \(request.host)")
        for header in request.headers {
            // “Name;” is how libcurl spells an empty value; “Name:” would leave the header out.
            let line = header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
            list = curl_slist_append(list, line)
        }
        // What libcurl would add by itself and nobody asked for.
        for unwanted in ["Accept", "Content-Type", "Expect"]
        where !request.headers.contains(where: { $0.name.lowercased() == unwanted.lowercased() }) {
            list = curl_slist_append(list, "\(unwanted):")
        }
        return list
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = rewind_curl_set_long(handle, option, value) }

    private func set(_ option: CURLoption, _ value: String) { _ = rewind_curl_set_string(handle, option, value) }

    private func info(_ what: CURLINFO) -> Int {
        var value = 0
        _ = rewind_curl_get_long(handle, what, &value)
        return value
    }
}
