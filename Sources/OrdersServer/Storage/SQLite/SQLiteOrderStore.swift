import Money
import Orders
import SQLiteDriver
import Synchronization

/// Orders in a SQLite file, over one connection that is used by one request at a time.
final class SQLiteOrderStore: OrderStore {
    private let orders: Mutex<SQLiteOrders>

    init(path: String) throws {
        orders = Mutex(try SQLiteOrders(path: path))
    }

    func order(_ id: OrderID) throws -> Order? {
        try orders.withLock { try $0.lockedOrder(id) }
    }

    func transaction<R: Sendable>(_ body: @Sendable (any OrderTransaction) throws -> R) throws -> R {
        try orders.withLock { try $0.transaction(body) }
    }
}

/// What the connection is asked. Keeps nothing in memory but compiled statements, which SQLite renews when the schema
/// changes. Within a transaction no other connection can write, so nothing has to be locked by itself.
private final class SQLiteOrders: OrderTransaction {
    private let connection: SQLiteConnection

    init(path: String) throws {
        connection = try SQLiteConnection(path: path)
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")
        try Migrations.sqlite.run(on: connection)
    }

    func transaction<R>(_ body: (any OrderTransaction) throws -> R) throws -> R {
        try connection.transaction(.immediate) { try body(self) }
    }

    func lockedOrder(_ id: OrderID) throws -> Order? {
        let select = try connection.statement("SELECT \(OrderRow.columns) FROM orders WHERE id = ?")
        defer { select.reset() }
        try select.bind(id.rawValue, at: 1)
        return try select.step() ? Self.order(from: select) : nil
    }

    func lockedPendingOrders(dueBy now: Timestamp) throws -> [Order] {
        let select = try connection.statement(
            "SELECT \(OrderRow.columns) FROM orders WHERE status = 'pending' AND expires_at <= ? ORDER BY id")
        defer { select.reset() }
        try select.bind(now.secondsSince1970, at: 1)
        var orders: [Order] = []
        while try select.step() { orders.append(try Self.order(from: select)) }
        return orders
    }

    func insertOrder(amount: Money, customerID: String, at now: Timestamp) throws -> Order {
        let insert = try connection.statement(
            """
            INSERT INTO orders (customer_id, amount_minor, currency, status, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """)
        let draft = Order(id: OrderID(rawValue: 0), customerID: customerID, amount: amount, createdAt: now)
        try insert.bind(customerID, at: 1)
        try insert.bind(amount.amountMinorUnits, at: 2)
        try insert.bind(amount.currency.code, at: 3)
        try insert.bind(draft.status.rawValue, at: 4)
        try insert.bind(draft.createdAt.secondsSince1970, at: 5)
        try insert.bind(draft.expiresAt.secondsSince1970, at: 6)
        try insert.run()
        let id = OrderID(rawValue: connection.lastInsertRowID)
        return Order(id: id, customerID: customerID, amount: amount, createdAt: now)
    }

    func update(_ order: Order, from status: OrderStatus, keepingRefundedAmount: Bool) throws {
        let update = try connection.statement(
            """
            UPDATE orders SET status = ?, captured_minor = ?, refunded_minor = iif(?, refunded_minor, ?), paid_at = ?
            WHERE id = ? AND status = ?
            """)
        try update.bind(order.status.rawValue, at: 1)
        try update.bind(order.capturedAmount.amountMinorUnits, at: 2)
        try update.bind(keepingRefundedAmount ? 1 : 0 as Int64, at: 3)
        try update.bind(order.refundedAmount.amountMinorUnits, at: 4)
        if let paidAt = order.paidAt {
            try update.bind(paidAt.secondsSince1970, at: 5)
        } else {
            try update.bindNull(at: 5)
        }
        try update.bind(order.id.rawValue, at: 6)
        try update.bind(status.rawValue, at: 7)
        try update.run()
        guard connection.changes == 1 else { throw ChangedMeanwhile(id: order.id) }
    }

    func insertRefund(_ amount: Money, of id: OrderID, at now: Timestamp) throws -> Int64 {
        let insert = try connection.statement(
            "INSERT INTO refunds (order_id, amount_minor, created_at) VALUES (?, ?, ?)")
        try insert.bind(id.rawValue, at: 1)
        try insert.bind(amount.amountMinorUnits, at: 2)
        try insert.bind(now.secondsSince1970, at: 3)
        try insert.run()
        return connection.lastInsertRowID
    }

    func countView(of id: OrderID) throws {
        let update = try connection.statement("UPDATE orders SET view_count = view_count + 1 WHERE id = ?")
        try update.bind(id.rawValue, at: 1)
        try update.run()
    }

    func clock() throws -> Timestamp {
        let select = try connection.statement("SELECT started_at, offset_seconds FROM clock WHERE id = 1")
        defer { select.reset() }
        guard try select.step() else { throw UnreadableRow.lostClock }
        return Timestamp(secondsSince1970: select.int64(0)).advanced(bySeconds: select.int64(1))
    }

    func advanceClock(bySeconds seconds: Int64) throws {
        let update = try connection.statement("UPDATE clock SET offset_seconds = offset_seconds + ? WHERE id = 1")
        try update.bind(seconds, at: 1)
        try update.run()
    }

    private static func order(from row: SQLiteStatement) throws -> Order {
        try OrderRow(
            id: row.int64(0), customerID: row.string(1), amountMinorUnits: row.int64(2), currency: row.string(3),
            status: row.string(4), capturedMinorUnits: row.int64(5), refundedMinorUnits: row.int64(6),
            createdAt: row.int64(7), expiresAt: row.int64(8), paidAt: row.isNull(9) ? nil : row.int64(9)
        ).order()
    }
}
