import Orders

/// The table `ledger_entries`.
extension OrderTables {
    /// Writes lines that belong together.
    func book(_ entries: [LedgerEntry], of id: OrderID, at now: Timestamp) throws {
        for entry in entries {
            _ = try connection.run(
                """
                INSERT INTO ledger_entries (order_id, cause, account, amount_minor, currency, created_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                [
                    .integer(id.rawValue), .text(entry.cause), .text(entry.account.rawValue),
                    .integer(entry.amount.amountMinorUnits), .text(entry.amount.currency.code),
                    .integer(now.secondsSince1970),
                ])
        }
    }
}
