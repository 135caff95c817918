import Foundation
import HTTPClient
import Rewind

/// The API under test, over HTTP/1.1.
///
/// ```swift
/// let api = try API(baseURL: "http://127.0.0.1:8080", authentication: .bearer(token))
/// let world = World(api: api, systems: [database])
/// ```
///
/// An API keeps one connection and has one request on it at a time, in the order of the calls. A call blocks the
/// ``WorkerThread`` it is made on, never one of Swift's shared threads; a caller that already runs there does not
/// switch threads. Requests that must overlap go through ``connection(on:)``.
///
/// Redirects are not followed, cookies not kept, compression not asked for: what the API says is what the test sees.
/// A request that might change something is never sent twice, whatever becomes of the connection
/// (see `docs/decisions/0002-libcurl-as-the-http-client.md`).
public actor API {
    /// The thread that requests block.
    public nonisolated let thread: WorkerThread
    private nonisolated let endpoint: Endpoint
    private let connection: Connection
    /// Where requests that may change something wait for others that are to be under way with them.
    private let lane: StartingGate.Lane?
    /// Over connections and threads of their own, for requests that are sent at the same time; made when first needed.
    private var peers: [API] = []

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Describes the API; no connection is made before the first request.
    ///
    /// - Parameters:
    ///   - baseURL: Where it is, such as `http://127.0.0.1:8080` or `https://api.test/v1`; paths are appended to it.
    ///   - timeoutMilliseconds: The longest a request may take, connecting included.
    ///   - headers: Sent with every request, unless the request has its own of that name.
    ///   - authentication: Sent with every request, likewise.
    ///   - unixSocketPath: A socket file to connect to instead of the URL's host and port.
    ///   - thread: The thread that requests block.
    /// - Throws: ``APIError/badConfiguration(_:)``.
    public init(
        baseURL: String, timeoutMilliseconds: Int = 10_000, headers: [Exchange.Header] = [],
        authentication: Authentication = .none, unixSocketPath: String? = nil, thread: WorkerThread = .shared
    ) throws(APIError) {
        let own = headers + (authentication.header.map { [$0] } ?? [])
        let endpoint = try APIError.translating { () throws(HTTPClientError) in
            try Endpoint(
                baseURL: baseURL, timeoutMilliseconds: timeoutMilliseconds, headers: own.map(HTTPField.init),
                unixSocketPath: unixSocketPath)
        }
        try self.init(endpoint: endpoint, thread: thread)
    }

    /// Describes the API; the same as with the URL's text.
    /// - Throws: ``APIError/badConfiguration(_:)``.
    public init(
        baseURL: URL, timeoutMilliseconds: Int = 10_000, headers: [Exchange.Header] = [],
        authentication: Authentication = .none, unixSocketPath: String? = nil, thread: WorkerThread = .shared
    ) throws(APIError) {
        try self.init(
            baseURL: baseURL.absoluteString, timeoutMilliseconds: timeoutMilliseconds, headers: headers,
            authentication: authentication, unixSocketPath: unixSocketPath, thread: thread)
    }

    private init(endpoint: Endpoint, thread: WorkerThread, lane: StartingGate.Lane? = nil) throws(APIError) {
        self.lane = lane
        self.endpoint = endpoint
        self.thread = thread
        connection = try APIError.translating { () throws(HTTPClientError) in try Connection(endpoint: endpoint) }
    }

    /// The same API over a connection and thread of its own, for requests that must overlap.
    /// - Throws: ``APIError/badConfiguration(_:)`` when libcurl cannot be set up (memory).
    public nonisolated func connection(on thread: WorkerThread) throws(APIError) -> API {
        try API(endpoint: endpoint, thread: thread)
    }

    deinit {
        for peer in peers { peer.thread.stop() }
    }

    /// As many as asked for, of the same API, each over a connection and thread of its own.
    func peers(_ count: Int) throws(APIError) -> [API] {
        while peers.count < count { peers.append(try connection(on: WorkerThread(name: "peer \(peers.count + 1)"))) }
        return Array(peers.prefix(count))
    }

    /// A request as it was on the wire, to be sent by this API again.
    nonisolated func request(of exchange: Exchange) -> Request {
        let (base, path) = (endpoint.basePath, exchange.path)
        let headers = exchange.requestHeaders.filter { !["host", "content-length"].contains($0.name.lowercased()) }
        return Request(
            exchange.method, !base.isEmpty && path.hasPrefix(base + "/") ? String(path.dropFirst(base.count)) : path,
            headers: headers, body: exchange.requestBody.isEmpty ? nil : exchange.requestBody)
    }

    /// This API, recording every exchange in the journal.
    public nonisolated func bound(to journal: Journal) -> BoundAPI { BoundAPI(api: self, journal: journal) }

    /// Sends a request and waits for the whole answer. Blocks this API's thread; does not look at task cancellation.
    ///
    /// - Returns: The exchange as it was on the wire; its reply is `.lost` when the answer did not come.
    /// - Throws: ``APIError/unreachable(url:reason:)`` or ``APIError/badRequest(_:)``: nothing was sent.
    public func send(_ request: Request) async throws(APIError) -> Exchange {
        let outgoing = try APIError.translating { () throws(HTTPClientError) in
            try OutgoingRequest(
                request.method, request.path, headers: request.headers.map(HTTPField.init), body: request.body,
                endpoint: endpoint, shown: Redaction.standard.path)
        }
        connection.settle(before: outgoing)
        let timer = RequestTimer()
        let reply = try APIError.translating { [connection, lane] () throws(HTTPClientError) in
            try connection.perform(outgoing) {
                // What only looks has no effect to race for.
                guard let lane, !outgoing.isSafe else { return }
                lane.pass()
                timer.start = .now
            }
        }
        return Exchange(
            method: outgoing.method, path: outgoing.path, requestHeaders: outgoing.allHeaders.map(Exchange.Header.init),
            requestBody: outgoing.body ?? [], reply: Exchange.Reply(reply),
            durationNanoseconds: timer.start.elapsedNanoseconds)
    }
}

extension API: ConcurrentService {
    public nonisolated func connected(
        on thread: WorkerThread, through lane: StartingGate.Lane
    ) throws -> any ConcurrentService {
        try API(endpoint: endpoint, thread: thread, lane: lane)
    }
}

/// When a request began; one that waited for others begins when it is let go.
private final class RequestTimer {
    var start = ContinuousClock.now
}

extension ContinuousClock.Instant {
    /// Time since this instant.
    fileprivate var elapsedNanoseconds: UInt64 {
        let (seconds, attoseconds) = duration(to: .now).components
        return UInt64(clamping: seconds) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
