import Money
import Orders
import PaymentProviders

/// The table `refunds`.
extension OrderTables {
    private static let columns = """
        refunds.id, order_id, refunds.amount_minor, currency, refunds.status, provider_reference, provider_refund_id,
        failure, refunds.created_at
        """
    private static let source = "refunds JOIN orders ON orders.id = order_id"

    /// Records a refund that was made, without a provider, and returns its number.
    func insertRefund(_ amount: Money, of id: OrderID, at now: Timestamp) throws -> Int64 {
        try connection.run(
            "INSERT INTO refunds (order_id, amount_minor, created_at) VALUES ($1, $2, $3) RETURNING id",
            [.integer(id.rawValue), .integer(amount.amountMinorUnits), .integer(now.secondsSince1970)]
        ).insertedID()
    }

    /// Records a refund that the provider is going to be asked for, as pending, and names it.
    func insertPendingRefund(_ amount: Money, of id: OrderID, at now: Timestamp) throws -> Refund {
        let number = try connection.run(
            """
            INSERT INTO refunds (order_id, amount_minor, status, created_at) VALUES ($1, $2, 'pending', $3)
            RETURNING id
            """, [.integer(id.rawValue), .integer(amount.amountMinorUnits), .integer(now.secondsSince1970)]
        ).insertedID()
        let reference = ProviderID.refund(ofRow: try nameOfRow(number, in: "refunds")).rawValue
        _ = try connection.run(
            "UPDATE refunds SET provider_reference = $1 WHERE id = $2", [.text(reference), .integer(number)])
        return Refund(
            id: number, orderID: id, amount: amount, status: .pending, reference: reference, acknowledgedID: nil,
            failure: nil, createdAt: now)
    }

    func refund(_ number: Int64) throws -> Refund? {
        try refunds("WHERE refunds.id = $1", [.integer(number)]).first
    }

    func refund(ofReference reference: ProviderID) throws -> Refund? {
        try refunds("WHERE provider_reference = $1", [.text(reference.rawValue)]).first
    }

    /// All refunds of an order, by number.
    func refunds(of id: OrderID) throws -> [Refund] {
        try refunds("WHERE order_id = $1 ORDER BY refunds.id", [.integer(id.rawValue)])
    }

    /// Notes that the provider knows a refund, and by which id.
    ///
    /// - Returns: Whether that was new.
    func acknowledge(_ refund: Refund, as id: ProviderID) throws -> Bool {
        try connection.run(
            "UPDATE refunds SET provider_refund_id = $1 WHERE id = $2 AND provider_refund_id IS NULL",
            [.text(id.rawValue), .integer(refund.id)]
        ).changes == 1
    }

    /// Writes how a refund ended, if it is still pending; with a bug, even if it has ended otherwise.
    ///
    /// - Returns: Whether it was.
    func settle(
        _ refund: Refund, as status: Refund.Status, failure: String? = nil, evenIfEnded: Bool = false,
        at now: Timestamp
    ) throws -> Bool {
        try connection.run(
            """
            UPDATE refunds SET status = $1, failure = $2, settled_at = $3
            WHERE id = $4 AND (status = 'pending' OR $5 = 1)
            """,
            [
                .text(status.rawValue), SQLValue(failure), .integer(now.secondsSince1970), .integer(refund.id),
                .integer(evenIfEnded ? 1 : 0),
            ]
        ).changes == 1
    }

    /// Pending refunds recorded at that time or before, by number.
    func pendingRefunds(recordedBy time: Timestamp, after number: Int64, limit: Int) throws -> [Refund] {
        try refunds(
            """
            WHERE refunds.status = 'pending' AND refunds.created_at <= $1 AND refunds.id > $2
            ORDER BY refunds.id LIMIT $3
            """, [.integer(time.secondsSince1970), .integer(number), .integer(Int64(limit))])
    }

    private func refunds(_ condition: String, _ values: [SQLValue]) throws -> [Refund] {
        try connection.run("SELECT \(Self.columns) FROM \(Self.source) \(condition)", values).rows.map(Self.refund)
    }

    private static func refund(from row: SQLRow) throws -> Refund {
        guard let status = Refund.Status(rawValue: row.text(4)) else {
            throw UnreadableRow(description: "Refund \(row.integer(0)) has the unknown status \"\(row.text(4))\".")
        }
        return Refund(
            id: row.integer(0), orderID: OrderID(rawValue: row.integer(1)),
            amount: Money(minorUnits: row.integer(2), try Currency(row.text(3))), status: status,
            reference: row.text(5), acknowledgedID: row.optionalText(6), failure: row.optionalText(7),
            createdAt: Timestamp(secondsSince1970: row.integer(8)))
    }
}
