import Foundation
import Orders
import OrdersServer
import PaymentProviders

/// Ours: Swift Testing has a `Bug` too.
typealias Bug = Orders.Bug

/// A service of its own for one test: a fresh database, a free port, and a client.
final class Service {
    let server: OrdersServer
    let client: TestClient
    let database: TestDatabase

    init(
        on kind: DatabaseKind, bugs: Set<Bug> = [], testClock: Bool = true, threads: Int = 1, caches: Bool = false,
        provider: (any PaymentProvider)? = nil
    ) throws {
        database = try TestDatabase(kind)
        var configuration = OrdersServer.Configuration(
            database: try database.address(), threads: threads, bugs: bugs, testClock: testClock)
        configuration.cachesOrdersInMemory = caches
        configuration.provider = provider
        server = OrdersServer(configuration: configuration)
        try server.start()
        client = try TestClient(port: server.port)
    }

    deinit { server.stop() }

    /// The path of a new order of 100.00 USD.
    func newOrder(amount: String = "100.00", currency: String = "USD") throws -> String {
        let answer = try client.post(
            "/orders", #"{"amount":"\#(amount)","currency":"\#(currency)","customer_id":"c1"}"#)
        return "/orders/\(answer["id"] ?? "missing")"
    }

    /// The path of an order of 100.00 USD that has come to that status by the shortest way.
    func order(in status: OrderStatus) throws -> String {
        let path = try newOrder()
        for step in Self.steps(to: status) {
            _ = step == "expire" ? try passPaymentWindow() : try client.post(path + step)
        }
        return path
    }

    func passPaymentWindow() throws -> Answer {
        try client.post("/clock/advance", #"{"seconds":1800}"#)
    }

    func refund(_ path: String, _ amount: String) throws -> Answer {
        try client.post(path + "/refund", #"{"amount":"\#(amount)"}"#)
    }

    /// What the database says: the sum of the rows in `refunds` of an order.
    func sumOfRefundRows(_ path: String) throws -> Int64 {
        let id = path.split(separator: "/")[1]
        let sum = try database.rows("SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE order_id = \(id)")
        return Int64(sum[0]) ?? 0
    }

    private static func steps(to status: OrderStatus) -> [String] {
        switch status {
        case .pending: []
        case .paid: ["/pay"]
        case .captured: ["/pay", "/capture"]
        case .refunded: ["/pay", "/refund"]
        case .canceled: ["/cancel"]
        case .expired: ["expire"]
        }
    }
}
