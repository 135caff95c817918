import Money
import Orders
import PaymentProviders

/// The table `operations`.
extension OrderTables {
    private static let columns = """
        operations.id, order_id, kind, operations.amount_minor, currency, operations.status, provider_id, failure,
        operations.created_at
        """
    private static let source = "operations JOIN orders ON orders.id = order_id"

    /// Records what the provider is going to be asked, as pending. An authorisation names a new payment.
    func insertOperation(
        _ kind: PaymentOperation.Kind, _ amount: Money, of order: Order, at now: Timestamp
    ) throws -> PaymentOperation {
        let number = try connection.run(
            "INSERT INTO operations (order_id, kind, amount_minor, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
            [
                .integer(order.id.rawValue), .text(kind.rawValue), .integer(amount.amountMinorUnits),
                .integer(now.secondsSince1970),
            ]
        ).insertedID()
        let payment =
            kind == .authorize
            ? ProviderID.payment(ofRow: try nameOfRow(number, in: "operations")).rawValue : try payment(of: order.id)
        _ = try connection.run(
            "UPDATE operations SET provider_id = $1 WHERE id = $2", [.text(payment), .integer(number)])
        return PaymentOperation(
            id: number, orderID: order.id, kind: kind, amount: amount, status: .pending, payment: payment,
            failure: nil, createdAt: now)
    }

    /// What the provider calls the payment of an order that is paid.
    func payment(of id: OrderID) throws -> String {
        let rows = try connection.run(
            "SELECT provider_id FROM operations WHERE order_id = $1 AND kind = 'authorize' AND status = 'succeeded'",
            [.integer(id.rawValue)]
        ).rows
        guard rows.count == 1 else {
            throw UnreadableRow(description: "Order \(id) has \(rows.count) authorisations instead of one.")
        }
        return rows[0].text(0)
    }

    /// The operation of an order that is not decided.
    func pendingOperation(of id: OrderID) throws -> PaymentOperation? {
        try operations("WHERE order_id = $1 AND operations.status = 'pending'", [.integer(id.rawValue)]).first
    }

    func operation(_ number: Int64) throws -> PaymentOperation? {
        try operations("WHERE operations.id = $1", [.integer(number)]).first
    }

    /// Whose payment it is.
    func order(ofPayment payment: ProviderID) throws -> OrderID? {
        try connection.run(
            "SELECT order_id FROM operations WHERE provider_id = $1 AND kind = 'authorize'", [.text(payment.rawValue)]
        ).rows.first.map { OrderID(rawValue: $0.integer(0)) }
    }

    /// Writes how an operation ended, if it is still pending.
    ///
    /// - Returns: Whether it was.
    func settle(
        _ operation: PaymentOperation, as status: PaymentOperation.Status, failure: String? = nil, at now: Timestamp
    ) throws -> Bool {
        try connection.run(
            """
            UPDATE operations SET status = $1, failure = $2, settled_at = $3 WHERE id = $4 AND status = 'pending'
            """,
            [.text(status.rawValue), SQLValue(failure), .integer(now.secondsSince1970), .integer(operation.id)]
        ).changes == 1
    }

    /// Removes an operation, as only a bug does.
    func delete(_ operation: PaymentOperation) throws {
        _ = try connection.run("DELETE FROM operations WHERE id = $1", [.integer(operation.id)])
    }

    /// Pending operations recorded at that time or before, by number.
    func pendingOperations(recordedBy time: Timestamp, after number: Int64, limit: Int) throws -> [PaymentOperation] {
        try operations(
            """
            WHERE operations.status = 'pending' AND operations.created_at <= $1 AND operations.id > $2
            ORDER BY operations.id LIMIT $3
            """, [.integer(time.secondsSince1970), .integer(number), .integer(Int64(limit))])
    }

    private func operations(_ condition: String, _ values: [SQLValue]) throws -> [PaymentOperation] {
        try connection.run("SELECT \(Self.columns) FROM \(Self.source) \(condition)", values).rows
            .map(Self.operation)
    }

    private static func operation(from row: SQLRow) throws -> PaymentOperation {
        guard let kind = PaymentOperation.Kind(rawValue: row.text(2)),
            let status = PaymentOperation.Status(rawValue: row.text(5))
        else { throw UnreadableRow(description: "Operation \(row.integer(0)) has an unknown kind or status.") }
        return PaymentOperation(
            id: row.integer(0), orderID: OrderID(rawValue: row.integer(1)), kind: kind,
            amount: Money(minorUnits: row.integer(3), try Currency(row.text(4))), status: status,
            payment: row.text(6), failure: row.optionalText(7), createdAt: Timestamp(secondsSince1970: row.integer(8)))
    }
}
