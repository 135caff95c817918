import Money
import Orders
import PostgresDriver

/// Orders in a PostgreSQL database.
///
/// Where money moves, the order's row is locked before the rules are asked, and sequences are only used after they have
/// agreed: PostgreSQL does not take back a number that a transaction drew, and a refused request must change nothing.
final class PostgresOrderStore: OrderStore {
    /// Rows locked and then read are as they are now, not as they were when the transaction began.
    static let begin = "BEGIN ISOLATION LEVEL READ COMMITTED"

    private let pool: PostgresPool

    /// Connects, to fail at once if it is not possible.
    ///
    /// - Parameter connections: how many requests use the database at once.
    /// - Throws: `DatabaseUnavailable`, `MigrationError`, or `PostgresError` for what the schema cannot be made from.
    init(url: String, connections: Int) throws {
        pool = PostgresPool(size: connections) {
            let connection = try PostgresConnection(url: url, applicationName: "rewind-orders")
            // As long as SQLite waits.
            try connection.execute("SET lock_timeout = '5s'")
            try Migrations.postgres.run(on: connection)
            return connection
        }
        try withConnection { _ in }
    }

    func order(_ id: OrderID) throws -> Order? {
        try withConnection { try PostgresOrders(connection: $0).order(id) }
    }

    func transaction<R: Sendable>(_ body: @Sendable (any OrderTransaction) throws -> R) throws -> R {
        try withConnection { connection in
            try connection.transaction(Self.begin) { try body(PostgresOrders(connection: connection)) }
        }
    }

    private func withConnection<R>(_ body: (PostgresConnection) throws -> R) throws -> R {
        do {
            return try pool.withConnection(body)
        } catch let error as PostgresError where error.isConnectionLost || error.isLocked {
            throw DatabaseUnavailable(cause: error.description)
        }
    }
}

/// What a connection is asked.
private struct PostgresOrders: OrderTransaction {
    let connection: PostgresConnection

    func order(_ id: OrderID) throws -> Order? {
        try orders("WHERE id = $1", id.rawValue).first
    }

    func lockedOrder(_ id: OrderID) throws -> Order? {
        try orders("WHERE id = $1 FOR UPDATE", id.rawValue).first
    }

    func lockedPendingOrders(dueBy now: Timestamp) throws -> [Order] {
        try orders("WHERE status = 'pending' AND expires_at <= $1 ORDER BY id FOR UPDATE", now.secondsSince1970)
    }

    func insertOrder(amount: Money, customerID: String, at now: Timestamp) throws -> Order {
        let draft = Order(id: OrderID(rawValue: 0), customerID: customerID, amount: amount, createdAt: now)
        var values: PostgresParameters = [customerID]
        values.append(amount.amountMinorUnits)
        values.append(amount.currency.code)
        values.append(draft.status.rawValue)
        values.append(draft.createdAt.secondsSince1970)
        values.append(draft.expiresAt.secondsSince1970)
        let inserted = try run(
            """
            INSERT INTO orders (customer_id, amount_minor, currency, status, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
            """, values)
        let id = OrderID(rawValue: inserted.int64(0, 0))
        return Order(id: id, customerID: customerID, amount: amount, createdAt: now)
    }

    func update(_ order: Order, from status: OrderStatus, keepingRefundedAmount: Bool) throws {
        var values: PostgresParameters = [order.status.rawValue]
        values.append(order.capturedAmount.amountMinorUnits)
        values.append(keepingRefundedAmount)
        values.append(order.refundedAmount.amountMinorUnits)
        values.append(order.paidAt.map { String($0.secondsSince1970) })
        values.append(order.id.rawValue)
        values.append(status.rawValue)
        let updated = try run(
            """
            UPDATE orders SET status = $1, captured_minor = $2,
                refunded_minor = CASE WHEN $3 THEN refunded_minor ELSE $4 END, paid_at = $5
            WHERE id = $6 AND status = $7
            """, values)
        guard updated.affectedRowCount == 1 else { throw ChangedMeanwhile(id: order.id) }
    }

    func insertRefund(_ amount: Money, of id: OrderID, at now: Timestamp) throws -> Int64 {
        var values: PostgresParameters = []
        values.append(id.rawValue)
        values.append(amount.amountMinorUnits)
        values.append(now.secondsSince1970)
        return try run(
            "INSERT INTO refunds (order_id, amount_minor, created_at) VALUES ($1, $2, $3) RETURNING id", values
        ).int64(0, 0)
    }

    func countView(of id: OrderID) throws {
        _ = try run("UPDATE orders SET view_count = view_count + 1 WHERE id = $1", ["\(id)"])
    }

    func clock() throws -> Timestamp {
        let rows = try run("SELECT started_at, offset_seconds FROM clock WHERE id = 1")
        guard rows.rowCount == 1 else { throw UnreadableRow.lostClock }
        return Timestamp(secondsSince1970: rows.int64(0, 0)).advanced(bySeconds: rows.int64(0, 1))
    }

    func advanceClock(bySeconds seconds: Int64) throws {
        _ = try run("UPDATE clock SET offset_seconds = offset_seconds + $1 WHERE id = 1", ["\(seconds)"])
    }

    private func run(_ sql: String, _ values: PostgresParameters = []) throws(PostgresError) -> PostgresResult {
        try connection.run(connection.statement(sql), values)
    }

    private func orders(_ condition: String, _ value: Int64) throws -> [Order] {
        let rows = try run("SELECT \(OrderRow.columns) FROM orders \(condition)", ["\(value)"])
        return try (0..<rows.rowCount).map { try Self.order(from: rows, at: $0) }
    }

    private static func order(from rows: PostgresResult, at row: Int) throws -> Order {
        try OrderRow(
            id: rows.int64(row, 0), customerID: rows.string(row, 1), amountMinorUnits: rows.int64(row, 2),
            currency: rows.string(row, 3), status: rows.string(row, 4), capturedMinorUnits: rows.int64(row, 5),
            refundedMinorUnits: rows.int64(row, 6), createdAt: rows.int64(row, 7), expiresAt: rows.int64(row, 8),
            paidAt: rows.isNull(row, 9) ? nil : rows.int64(row, 9)
        ).order()
    }
}
