import CCurl

/// What one request brings in, collected from libcurl's callbacks.
final class Transfer {
    /// How often the request was about to be written to a connection: 0 means nothing was sent.
    private(set) var requestsBegun = 0
    /// Whether the answer was larger than is taken in.
    private(set) var overflowed = false
    private var status = 0
    private var headers: [HTTPField] = []
    private var body: [UInt8] = []
    private let handle: UnsafeMutableRawPointer
    private let mayResend: Bool

    private let largestBodyBytes: Int
    private let ready: () -> Void

    init(handle: UnsafeMutableRawPointer, mayResend: Bool, largestBodyBytes: Int, ready: @escaping () -> Void) {
        self.handle = handle
        self.mayResend = mayResend
        self.largestBodyBytes = largestBodyBytes
        self.ready = ready
    }

    /// Why the answer is not there, if it overflowed.
    var overflowReason: String { "the answer was longer than \(largestBodyBytes >> 20) MiB" }

    /// The answer, once the transfer has succeeded.
    var reply: HTTPReply { .response(status: status, headers: headers, body: body) }

    /// Points libcurl's callbacks here. The transfer must outlive the call to libcurl.
    func install() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = rewind_curl_set_sink(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Transfer.from(context).take(headerLine: UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
        _ = rewind_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        _ = rewind_curl_set_sink(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let taken = Transfer.from(context).take(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
            return taken ? size * count : 0
        }
        _ = rewind_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        _ = rewind_curl_set_before_request(handle) { context, _, _, _, _ in
            Transfer.from(context).allowsSending() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
        _ = rewind_curl_set_pointer(handle, CURLOPT_PREREQDATA, context)
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context else { preconditionFailure("libcurl called back without the transfer it was given.") }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Asked by libcurl before it writes a request, and again before it writes the same request to a new connection
    /// because a kept one turned out to be dead. The second time is only allowed if it cannot double an effect: the
    /// method is safe, or not one byte of the first had been accepted by the operating system.
    private func allowsSending() -> Bool {
        guard requestsBegun > 0 else {
            requestsBegun = 1
            ready()
            return true
        }
        var bytesSent = 0
        _ = rewind_curl_get_long(handle, CURLINFO_REQUEST_SIZE, &bytesSent)
        guard mayResend || bytesSent == 0 else { return false }
        requestsBegun += 1
        return true
    }

    private func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        overflowed = body.count + bytes.count > largestBodyBytes
        guard !overflowed else { return false }
        body.append(contentsOf: bytes)
        return true
    }

    private func take(headerLine bytes: UnsafeRawBufferPointer) {
        let line = bytes.trimmingWhitespace
        if bytes.starts(with: "HTTP/".utf8) {
            // A new head: an interim response (1xx) came before.
            status = line.statusCode
            headers.removeAll(keepingCapacity: true)
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmingWhitespace
            let name = String(decoding: line[..<colon], as: UTF8.self)
            headers.append(HTTPField(name, String(decoding: value, as: UTF8.self)))
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Without spaces, tabs and line ends around it.
    fileprivate var trimmingWhitespace: UnsafeRawBufferPointer {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return UnsafeRawBufferPointer(rebasing: self[0..<0])
        }
        return UnsafeRawBufferPointer(rebasing: self[first...last])
    }

    /// The number after the first space of a status line.
    fileprivate var statusCode: Int {
        guard let space = firstIndex(of: 0x20) else { return 0 }
        return self[(space + 1)...].prefix(3).reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
    }
}
