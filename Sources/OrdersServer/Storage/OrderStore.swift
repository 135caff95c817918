import Money
import Orders
import SQLiteDriver

/// Orders in SQLite. Keeps nothing in memory but compiled statements, which SQLite renews when the schema changes.
final class OrderStore {
    private let connection: SQLiteConnection

    init(path: String) throws {
        connection = try SQLiteConnection(path: path)
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")
        try Migrations.run(on: connection)
    }

    /// Runs the body while no other process can write; nothing it wrote stays if it throws.
    func transaction<R>(_ body: () throws -> R) throws -> R {
        try connection.transaction(.immediate, body)
    }

    func order(_ id: OrderID) throws -> Order? {
        let select = try connection.statement("SELECT \(Self.columns) FROM orders WHERE id = ?")
        defer { select.reset() }
        try select.bind(id.rawValue, at: 1)
        return try select.step() ? Self.order(from: select) : nil
    }

    func requiredOrder(_ id: OrderID) throws -> Order {
        guard let order = try order(id) else { throw UnknownOrder(id: id) }
        return order
    }

    /// The orders still pending whose payment window closes at that time or before.
    func pendingOrders(dueBy now: Timestamp) throws -> [Order] {
        let select = try connection.statement(
            "SELECT \(Self.columns) FROM orders WHERE status = 'pending' AND expires_at <= ? ORDER BY id")
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

    /// Writes an order back if it still has the status that the decision was made on.
    ///
    /// - Throws: `ChangedMeanwhile` otherwise.
    func update(_ order: Order, from status: OrderStatus, keepingRefundedAmount: Bool = false) throws {
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

    /// Records a refund and returns its number.
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

    /// The test clock's time.
    func clock() throws -> Timestamp {
        let select = try connection.statement("SELECT started_at, offset_seconds FROM clock WHERE id = 1")
        defer { select.reset() }
        guard try select.step() else { throw UnreadableRow(description: "The table clock has lost its row.") }
        return Timestamp(secondsSince1970: select.int64(0)).advanced(bySeconds: select.int64(1))
    }

    func advanceClock(bySeconds seconds: Int64) throws {
        let update = try connection.statement("UPDATE clock SET offset_seconds = offset_seconds + ? WHERE id = 1")
        try update.bind(seconds, at: 1)
        try update.run()
    }

    private static let columns = """
        id, customer_id, amount_minor, currency, status, captured_minor, refunded_minor, created_at, expires_at, paid_at
        """

    private static func order(from row: SQLiteStatement) throws -> Order {
        let currency = try Currency(row.string(3))
        guard let status = OrderStatus(rawValue: row.string(4)) else {
            throw UnreadableRow(description: "Order \(row.int64(0)) has the unknown status \"\(row.string(4))\".")
        }
        return Order(
            id: OrderID(rawValue: row.int64(0)), customerID: row.string(1),
            amount: Money(minorUnits: row.int64(2), currency), status: status,
            capturedAmount: Money(minorUnits: row.int64(5), currency),
            refundedAmount: Money(minorUnits: row.int64(6), currency),
            createdAt: Timestamp(secondsSince1970: row.int64(7)), expiresAt: Timestamp(secondsSince1970: row.int64(8)),
            paidAt: row.isNull(9) ? nil : Timestamp(secondsSince1970: row.int64(9)))
    }
}

/// Another process has changed the order's status between the reading and the writing of it.
struct ChangedMeanwhile: Error {
    let id: OrderID
}

/// A row that this service cannot have written.
struct UnreadableRow: Error, CustomStringConvertible {
    let description: String
}
