import Money
import Orders

/// The table `disputes`.
extension OrderTables {
    func dispute(_ id: String) throws -> Dispute? {
        let rows = try connection.run(
            """
            SELECT order_id, disputes.amount_minor, currency, disputes.status
            FROM disputes JOIN orders ON orders.id = order_id WHERE disputes.id = $1
            """, [.text(id)]
        ).rows
        guard let row = rows.first else { return nil }
        guard let status = Dispute.Status(rawValue: row.text(3)) else {
            throw UnreadableRow(description: "Dispute \(id) has the unknown status \"\(row.text(3))\".")
        }
        return Dispute(
            id: id, orderID: OrderID(rawValue: row.integer(0)),
            amount: Money(minorUnits: row.integer(1), try Currency(row.text(2))), status: status)
    }

    func insert(_ dispute: Dispute, at now: Timestamp) throws {
        _ = try connection.run(
            "INSERT INTO disputes (id, order_id, amount_minor, status, created_at) VALUES ($1, $2, $3, $4, $5)",
            [
                .text(dispute.id), .integer(dispute.orderID.rawValue), .integer(dispute.amount.amountMinorUnits),
                .text(dispute.status.rawValue), .integer(now.secondsSince1970),
            ])
    }

    func update(_ dispute: Dispute) throws {
        _ = try connection.run(
            "UPDATE disputes SET status = $1 WHERE id = $2", [.text(dispute.status.rawValue), .text(dispute.id)])
    }
}
