import Foundation
import HTTPServer
import Orders
import Synchronization

/// The reference payment service: orders that are paid, captured and refunded, over HTTP and JSON, kept in SQLite or
/// PostgreSQL.
///
/// ```swift
/// let server = OrdersServer(configuration: .init(database: .sqlite(path: "orders.sqlite"), testClock: true))
/// try server.start()
/// defer { server.stop() }
/// let base = "http://127.0.0.1:\(server.port)"
/// ```
///
/// | request | answer |
/// |---|---|
/// | `POST /orders` `{"amount": "100.00", "currency": "USD", "customer_id": "c1"}` | 201, the order |
/// | `GET /orders/{id}` | 200, the order |
/// | `POST /orders/{id}/pay`, `/capture`, `/cancel` | 200, the order |
/// | `POST /orders/{id}/refund` `{"amount": "25.00"}`, or nothing for all that is left | 200, order and refund |
/// | `POST /clock/advance` `{"seconds": 1800}` with `testClock` | 200, the time and which orders expired |
/// | `GET /health` | 200 |
///
/// A request that changes something may come with an `Idempotency-Key`, in the scope of its `X-Account`: what was done under
/// a key in the last 24 hours is not done again, and answered as it was, with `Idempotent-Replayed: true`.
///
/// A refused request writes nothing, but for the refusal itself if it came with a key. All state is in the database and none in the process, so the database may be
/// changed by another process between requests, even back to an earlier state.
public final class OrdersServer: Sendable {
    /// What it was made with.
    public let configuration: Configuration

    private let http = Mutex<HTTPServer?>(nil)

    /// A server that does not listen yet.
    public init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// Opens the database, bringing its schema up to date, and listens. Does nothing if it is running.
    ///
    /// - Throws: `HTTPServerError` if the port cannot be had; `MigrationError`, or an error with a sentence about the
    ///   database that has no password in it, if that cannot be used.
    public func start() throws {
        try http.withLock { http in
            guard http == nil else { return }
            let api = API(try OrderStore(configuration), configuration)
            http = try HTTPServer(
                host: configuration.host, port: configuration.port, threads: configuration.threads,
                handler: { api.respond(to: $0) })
        }
    }

    /// The port it listens on; before `start()`, the one it was configured with.
    public var port: UInt16 {
        http.withLock { $0?.port } ?? configuration.port
    }

    /// Stops listening and closes the database. Does nothing if it is not running.
    public func stop() {
        let stopped = http.withLock { http in
            defer { http = nil }
            return http
        }
        stopped?.stop()
    }
}
