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
/// | `GET /openapi.json` | 200, the document of this API, the same as `docs/openapi.json` |
///
/// With a `provider`, money moves at the provider, and what happened there may not be known at once:
///
/// | request | answer |
/// |---|---|
/// | `POST /orders/{id}/pay`, `/void` | 200, the order; 202 while the outcome is not known |
/// | `POST /orders/{id}/capture` `{"amount": "60.00"}`, or nothing for everything | the same; the rest is released |
/// | `POST /orders/{id}/refund` `{"amount": "25.00"}`, or nothing for all that is left | 202, order and refund |
/// | `POST /orders/{id}/cancel` | 200, the order, which nobody has paid or is paying |
/// | `GET /orders/{id}/refunds` | 200, all refunds with their status |
/// | `POST /orders/{id}/payout` `{"seller_id": "s1"}` | 202, the payout; 200 if the provider refused it |
/// | `POST /payouts/{id}/retry` | 202, the payout; 200 if its outcome is known |
/// | `POST /payouts/{id}/reverse` | 202, the payout |
/// | `GET /payouts/{id}`, `GET /subscriptions/{id}` | 200 |
/// | `POST /subscriptions` `{"order_id": 1, "plan": "monthly"}` | 201, the subscription |
/// | `GET /metrics` | 200, gauges in Prometheus' text format |
/// | `POST /webhooks/provider`, signed | 200; 401 not believed, 404 unknown object, 409 contradicts what was asked |
/// | `POST /reconcile` with `testClock` | 200, what asking the provider came to |
///
/// The provider's no is 402 `payment_declined`, 409 `capture_rejected`, `void_rejected` or `refund_rejected`: the order is
/// as before, and the attempt is kept as failed. While something is pending, other requests about the payment get 409
/// `operation_pending`.
///
/// A request that changes something may come with an `Idempotency-Key`, in the scope of its `X-Account`: what was done under
/// a key in the last 24 hours is not done again, and answered as it was, with `Idempotent-Replayed: true`.
///
/// A refused request writes nothing, but for what the provider said no to, and for the refusal itself if it came with a
/// key. All state is in the database and none in the process, so the database may be changed by another process between
/// requests, even back to an earlier state.
public final class OrdersServer: Sendable {
    /// What it was made with.
    public let configuration: Configuration

    private let running = Mutex<Running?>(nil)

    private struct Running {
        let http: HTTPServer
        let service: OrderService
        let reconciling: Repetition?
    }

    /// A server that does not listen yet.
    public init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// Opens the database, bringing its schema up to date, and listens. Does nothing if it is running.
    ///
    /// - Throws: `HTTPServerError` if the port cannot be had; `MigrationError`, or an error with a sentence about the
    ///   database that has no password in it, if that cannot be used.
    public func start() throws {
        try running.withLock { running in
            guard running == nil else { return }
            let service = try OrderService(configuration)
            let api = API(service: service, hasTestClock: configuration.testClock)
            let http = try HTTPServer(
                host: configuration.host, port: configuration.port,
                threads: configuration.threads,
                handler: { api.respond(to: $0) })
            running = Running(http: http, service: service, reconciling: reconciling(service.payments))
        }
    }

    /// Asks the provider about all that has been pending for long, and settles what it tells; once, also if the server
    /// does not run. Waits for the provider on a thread of its own.
    ///
    /// - Throws: ``NoProvider`` without a provider; what ``start()`` throws about the database.
    public func reconcile() async throws -> Reconciliation {
        let known = running.withLock { $0?.service }
        let configuration = configuration
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let service = try known ?? OrderService(configuration)
                        guard let payments = service.payments else { throw NoProvider() }
                        return try payments.reconcile()
                    })
            }
        }
    }

    private func reconciling(_ payments: PaymentService?) -> Repetition? {
        guard let payments, let seconds = configuration.reconcileEverySeconds else { return nil }
        return Repetition(everySeconds: seconds) {
            do { _ = try payments.reconcile() } catch { Log.note("reconciling failed: \(error)") }
        }
    }

    /// The port it listens on; before `start()`, the one it was configured with.
    public var port: UInt16 {
        running.withLock { $0?.http.port } ?? configuration.port
    }

    /// Stops listening and closes the database. Does nothing if it is not running.
    public func stop() {
        let stopped = running.withLock { running in
            defer { running = nil }
            return running
        }
        stopped?.reconciling?.stop()
        stopped?.http.stop()
    }
}

/// There is no provider that could be asked.
public struct NoProvider: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence: what is wrong, and what to do.
    public var description: String {
        "The service has no payment provider, so nothing can be pending; configure one to reconcile with."
    }
}
