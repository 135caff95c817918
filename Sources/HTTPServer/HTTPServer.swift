import CMicroHTTPD
import Foundation
import Synchronization

/// A small HTTP/1.1 server on GNU libmicrohttpd, for tests on one machine.
///
/// ```swift
/// let server = try HTTPServer { request in HTTPResponse(status: 200, body: request.body) }
/// defer { server.stop() }
/// let base = "http://127.0.0.1:\(server.port)"
/// ```
///
/// The handler runs on libmicrohttpd's own threads and may block, on a database for instance; with one thread, requests
/// are handled one after another. A handler that may wait for another request, or for long, needs a thread for each
/// connection: otherwise those that share a thread with it wait too. Connections are kept alive, for as long as the client wants. Requests that are not
/// HTTP are refused before the handler sees them.
public final class HTTPServer: Sendable {
    /// What answers a request.
    public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    /// The port it listens on: the one asked for, or the one the system chose for 0.
    public let port: UInt16

    private let running: Mutex<RunningDaemon?>
    private let held: HeldRequests

    /// How many requests are in memory at this moment; none after `stop()`.
    package var requestsHeld: Int { held.count.load(ordering: .relaxed) }

    /// Starts listening; the server answers as soon as this returns.
    ///
    /// - Parameters:
    ///   - host: A loopback address.
    ///   - port: 0 for any free port.
    ///   - threads: How many requests are handled at once; 0 for a thread for each connection.
    ///   - maximumBodyBytes: A request with a larger body is answered 413 without asking the handler.
    /// - Throws: `HTTPServerError` if it cannot listen there.
    public init(
        host: String = "127.0.0.1", port: UInt16 = 0, threads: Int = 1, maximumBodyBytes: Int = 64 << 10,
        handler: @escaping Handler
    ) throws(HTTPServerError) {
        var address = try Self.loopbackAddress(host, port)
        let held = HeldRequests()
        let responder = Responder(handler: handler, maximumBodyBytes: maximumBodyBytes, held: held)
        let context = Unmanaged.passRetained(responder)
        var code: Int32 = 0
        let daemon = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                rewind_mhd_start(
                    port, address, Responder.respond, context.toOpaque(), Responder.complete, nil,
                    UInt32(clamping: threads), 0, &code)
            }
        }
        guard let daemon else {
            context.release()
            throw code == EADDRINUSE
                ? .portInUse(host: host, port: port) : .cannotListen(host: host, port: port, code: code)
        }
        self.port = rewind_mhd_port(daemon)
        self.held = held
        running = Mutex(RunningDaemon(daemon: daemon, responder: context))
    }

    deinit {
        stop()
    }

    /// Stops listening, waits for the requests being handled, and closes all connections. More than once is no harm;
    /// from within the handler it would wait for itself.
    public func stop() {
        let stopped = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let stopped else { return }
        MHD_stop_daemon(stopped.daemon)
        stopped.responder.release()
    }

    private static func loopbackAddress(_ host: String, _ port: UInt16) throws(HTTPServerError) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let parsed = inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr)
        guard parsed == 1, UInt32(bigEndian: address.sin_addr.s_addr) >> 24 == 127 else {
            throw .hostNotLoopback(host)
        }
        return address
    }
}

/// What `stop()` has to end. Unchecked: libmicrohttpd's daemon may be stopped from any thread, and is only once.
private struct RunningDaemon: @unchecked Sendable {
    let daemon: OpaquePointer
    let responder: Unmanaged<Responder>
}
