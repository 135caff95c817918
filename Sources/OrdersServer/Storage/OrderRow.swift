import Money
import Orders

/// An order's row as both databases have it.
struct OrderRow {
    /// What to select, in the order that the stores read it.
    static let columns = """
        id, customer_id, amount_minor, currency, status, captured_minor, refunded_minor, created_at, expires_at, paid_at
        """

    let id: Int64
    let customerID: String
    let amountMinorUnits: Int64
    let currency: String
    let status: String
    let capturedMinorUnits: Int64
    let refundedMinorUnits: Int64
    let createdAt: Int64
    let expiresAt: Int64
    let paidAt: Int64?

    /// - Throws: `UnreadableRow` or `MoneyError` for what this service cannot have written.
    func order() throws -> Order {
        let currency = try Currency(currency)
        guard let status = OrderStatus(rawValue: status) else {
            throw UnreadableRow(description: "Order \(id) has the unknown status \"\(status)\".")
        }
        return Order(
            id: OrderID(rawValue: id), customerID: customerID, amount: Money(minorUnits: amountMinorUnits, currency),
            status: status, capturedAmount: Money(minorUnits: capturedMinorUnits, currency),
            refundedAmount: Money(minorUnits: refundedMinorUnits, currency),
            createdAt: Timestamp(secondsSince1970: createdAt), expiresAt: Timestamp(secondsSince1970: expiresAt),
            paidAt: paidAt.map { Timestamp(secondsSince1970: $0) })
    }
}

/// A row that this service cannot have written.
struct UnreadableRow: Error, CustomStringConvertible {
    let description: String

    /// The test clock's table is empty.
    static let lostClock = UnreadableRow(description: "The table clock has lost its row.")
}
