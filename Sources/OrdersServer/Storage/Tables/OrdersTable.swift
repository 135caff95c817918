import Money
import Orders

/// The table `orders`.
extension OrderTables {
    private static let columns = """
        id, customer_id, amount_minor, currency, status, captured_minor, refunded_minor, created_at, expires_at,
        paid_at, refund_pending_minor, disputed_minor
        """

    func order(_ id: OrderID) throws -> Order? {
        try orders("WHERE id = $1", id.rawValue).first
    }

    /// An order that nobody else can change until the transaction ends.
    ///
    /// - Throws: `UnknownOrder`.
    func lockedOrder(_ id: OrderID) throws -> Order {
        guard let order = try orders("WHERE id = $1 FOR UPDATE", id.rawValue).first else {
            throw UnknownOrder(id: id)
        }
        return order
    }

    /// The orders still pending whose payment window closes at that time or before, by number, locked as well.
    func lockedPendingOrders(dueBy now: Timestamp) throws -> [Order] {
        try orders("WHERE status = 'pending' AND expires_at <= $1 ORDER BY id FOR UPDATE", now.secondsSince1970)
    }

    /// The orders that are paid and not captured, authorised at that time or before, by number, locked as well.
    func lockedPaidOrders(authorizedBy time: Timestamp) throws -> [Order] {
        try orders("WHERE status = 'paid' AND paid_at <= $1 ORDER BY id FOR UPDATE", time.secondsSince1970)
    }

    /// Makes an order and gives it the next number.
    func insertOrder(amount: Money, customerID: String, at now: Timestamp) throws -> Order {
        let draft = Order(id: OrderID(rawValue: 0), customerID: customerID, amount: amount, createdAt: now)
        let id = try connection.run(
            """
            INSERT INTO orders (customer_id, amount_minor, currency, status, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
            """,
            [
                .text(customerID), .integer(amount.amountMinorUnits), .text(amount.currency.code),
                .text(draft.status.rawValue), .integer(draft.createdAt.secondsSince1970),
                .integer(draft.expiresAt.secondsSince1970),
            ]
        ).insertedID()
        return Order(id: OrderID(rawValue: id), customerID: customerID, amount: amount, createdAt: now)
    }

    /// Writes an order back if it still has the status that the decision was made on.
    ///
    /// - Throws: `ChangedMeanwhile` otherwise.
    func update(
        _ order: Order, from status: OrderStatus, keepingRefundedAmount: Bool = false, keepingStatus: Bool = false
    ) throws {
        let newStatus = keepingStatus ? status : order.status
        let updated = try connection.run(
            """
            UPDATE orders SET status = $1, captured_minor = $2,
                refunded_minor = CASE WHEN $3 = 1 THEN refunded_minor ELSE $4 END, paid_at = $5,
                refund_pending_minor = $6, disputed_minor = $7
            WHERE id = $8 AND status = $9
            """,
            [
                .text(newStatus.rawValue), .integer(order.capturedAmount.amountMinorUnits),
                .integer(keepingRefundedAmount ? 1 : 0), .integer(order.refundedAmount.amountMinorUnits),
                SQLValue(order.paidAt?.secondsSince1970), .integer(order.refundPendingAmount.amountMinorUnits),
                .integer(order.disputedAmount.amountMinorUnits), .integer(order.id.rawValue), .text(status.rawValue),
            ])
        guard updated.changes == 1 else { throw ChangedMeanwhile(id: order.id) }
    }

    /// Counts a view in the order's row.
    func countView(of id: OrderID) throws {
        _ = try connection.run(
            "UPDATE orders SET view_count = view_count + 1 WHERE id = $1", [.integer(id.rawValue)])
    }

    private func orders(_ condition: String, _ value: Int64) throws -> [Order] {
        try connection.run("SELECT \(Self.columns) FROM orders \(condition)", [.integer(value)]).rows
            .map(Self.order)
    }

    /// - Throws: `UnreadableRow` or `MoneyError` for what this service cannot have written.
    private static func order(from row: SQLRow) throws -> Order {
        let currency = try Currency(row.text(3))
        guard let status = OrderStatus(rawValue: row.text(4)) else {
            throw UnreadableRow(description: "Order \(row.integer(0)) has the unknown status \"\(row.text(4))\".")
        }
        return Order(
            id: OrderID(rawValue: row.integer(0)), customerID: row.text(1),
            amount: Money(minorUnits: row.integer(2), currency), status: status,
            capturedAmount: Money(minorUnits: row.integer(5), currency),
            refundedAmount: Money(minorUnits: row.integer(6), currency),
            createdAt: Timestamp(secondsSince1970: row.integer(7)),
            expiresAt: Timestamp(secondsSince1970: row.integer(8)),
            paidAt: row.optionalInteger(9).map { Timestamp(secondsSince1970: $0) },
            refundPendingAmount: Money(minorUnits: row.integer(10), currency),
            disputedAmount: Money(minorUnits: row.integer(11), currency))
    }
}
