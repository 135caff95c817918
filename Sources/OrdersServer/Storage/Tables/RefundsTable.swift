import Money
import Orders

/// The table `refunds`.
extension OrderTables {
    /// Records a refund that was made, and returns its number.
    func insertRefund(_ amount: Money, of id: OrderID, at now: Timestamp) throws -> Int64 {
        try connection.run(
            "INSERT INTO refunds (order_id, amount_minor, created_at) VALUES ($1, $2, $3) RETURNING id",
            [.integer(id.rawValue), .integer(amount.amountMinorUnits), .integer(now.secondsSince1970)]
        ).insertedID()
    }
}
