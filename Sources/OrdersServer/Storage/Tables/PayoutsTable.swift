import Money
import Orders
import PaymentProviders

/// The tables `payouts` and `payout_attempts`.
extension OrderTables {
    private static let columns = """
        payouts.id, order_id, seller_id, payouts.amount_minor, currency, payouts.status, attempt, attempt_open,
        payouts.created_at, updated_at, completed_at, failure
        """
    private static let source = "payouts JOIN orders ON orders.id = order_id"

    /// Records a payout whose first attempt is about to be made.
    ///
    /// - Parameter isTied: whether it takes the order's earnings for itself.
    func insertPayout(
        _ amount: Money, of id: OrderID, to sellerID: String, tyingEarnings isTied: Bool, at now: Timestamp
    ) throws -> Payout {
        let number = try connection.run(
            """
            INSERT INTO payouts (order_id, earnings_of, seller_id, amount_minor, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
            """,
            [
                .integer(id.rawValue), isTied ? .integer(id.rawValue) : .null, .text(sellerID),
                .integer(amount.amountMinorUnits), .integer(now.secondsSince1970), .integer(now.secondsSince1970),
            ]
        ).insertedID()
        let payout = Payout(
            id: PayoutID(rawValue: number), orderID: id, sellerID: sellerID, amount: amount, createdAt: now)
        try insertAttempt(of: payout, at: now)
        return payout
    }

    /// Records what an attempt is called at the provider, before it is made.
    func insertAttempt(of payout: Payout, at now: Timestamp) throws {
        let id = ProviderID.payout(ofRow: try nameOfAttempt(payout))
        _ = try connection.run(
            """
            INSERT INTO payout_attempts (id, payout_id, attempt, amount_minor, created_at) VALUES ($1, $2, $3, $4, $5)
            """,
            [
                .text(id.rawValue), .integer(payout.id.rawValue), .integer(payout.attempt),
                .integer(payout.amount.amountMinorUnits), .integer(now.secondsSince1970),
            ])
    }

    /// What a payout's last attempt is called among all rows of all databases: what its id and key are made of.
    func nameOfAttempt(_ payout: Payout) throws -> String {
        try nameOfRow(payout.id.rawValue, in: "payouts") + "/\(payout.attempt)"
    }

    func payout(_ id: PayoutID) throws -> Payout? {
        try payouts("WHERE payouts.id = $1", [.integer(id.rawValue)]).first
    }

    /// All payouts of an order, by number.
    func payouts(of id: OrderID) throws -> [Payout] {
        try payouts("WHERE order_id = $1 ORDER BY payouts.id", [.integer(id.rawValue)])
    }

    /// Which payout's which attempt has that name at the provider.
    func payoutAttempt(_ id: ProviderID) throws -> (payout: PayoutID, attempt: Int64)? {
        try connection.run("SELECT payout_id, attempt FROM payout_attempts WHERE id = $1", [.text(id.rawValue)])
            .rows.first.map { (PayoutID(rawValue: $0.integer(0)), $0.integer(1)) }
    }

    /// Writes a payout back if it still stands as it did when that was decided.
    ///
    /// - Throws: `ChangedMeanwhile` otherwise.
    func update(_ payout: Payout, from before: Payout) throws {
        let updated = try connection.run(
            """
            UPDATE payouts SET status = $1, attempt = $2, attempt_open = $3, amount_minor = $4, failure = $5,
                updated_at = $6, completed_at = $7
            WHERE id = $8 AND status = $9 AND attempt = $10 AND attempt_open = $11
            """,
            [
                .text(payout.status.rawValue), .integer(payout.attempt), .integer(payout.isAttemptOpen ? 1 : 0),
                .integer(payout.amount.amountMinorUnits), SQLValue(payout.failure),
                .integer(payout.updatedAt.secondsSince1970), SQLValue(payout.completedAt?.secondsSince1970),
                .integer(payout.id.rawValue), .text(before.status.rawValue), .integer(before.attempt),
                .integer(before.isAttemptOpen ? 1 : 0),
            ])
        guard updated.changes == 1 else { throw ChangedMeanwhile(id: payout.orderID) }
    }

    /// Payouts whose outcome, or whose way back, is not known, and that have stood so since that time, by number.
    func undecidedPayouts(since time: Timestamp, after number: Int64, limit: Int) throws -> [Payout] {
        try payouts(
            """
            WHERE (attempt_open = 1 OR payouts.status = 'reversal_pending') AND updated_at <= $1 AND payouts.id > $2
            ORDER BY payouts.id LIMIT $3
            """, [.integer(time.secondsSince1970), .integer(number), .integer(Int64(limit))])
    }

    private func payouts(_ condition: String, _ values: [SQLValue]) throws -> [Payout] {
        try connection.run("SELECT \(Self.columns) FROM \(Self.source) \(condition)", values).rows.map(Self.payout)
    }

    private static func payout(from row: SQLRow) throws -> Payout {
        guard let status = PayoutStatus(rawValue: row.text(5)) else {
            throw UnreadableRow(description: "Payout \(row.integer(0)) has the unknown status \"\(row.text(5))\".")
        }
        return Payout(
            id: PayoutID(rawValue: row.integer(0)), orderID: OrderID(rawValue: row.integer(1)), sellerID: row.text(2),
            amount: Money(minorUnits: row.integer(3), try Currency(row.text(4))), status: status,
            attempt: row.integer(6), isAttemptOpen: row.integer(7) == 1,
            createdAt: Timestamp(secondsSince1970: row.integer(8)),
            updatedAt: Timestamp(secondsSince1970: row.integer(9)),
            completedAt: row.optionalInteger(10).map { Timestamp(secondsSince1970: $0) },
            failure: row.optionalText(11))
    }
}
