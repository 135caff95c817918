import Orders

/// What an operator watches, as it stands at one time.
struct Gauges: Sendable {
    /// Refunds that are pending, old, and of which the provider has never said that it knows them.
    var orphanRefunds: Int64 = 0
    /// Refunds that have been pending for long.
    var stuckRefunds: Int64 = 0
    /// Payments, captures and voids that have been pending for long.
    var stuckOperations: Int64 = 0
    /// Payouts whose outcome has been unknown for long.
    var stuckPayouts: Int64 = 0
    /// When the reconciler last came to its end; nothing if it never has.
    var reconciledAt: Timestamp?
    /// How many webhooks were delivered in all, by what became of them.
    var deliveries: [DeliveryResult: Int64] = [:]
}

/// Questions about all tables at once.
extension OrderTables {
    /// - Parameter limit: what is pending since then or before is old.
    func gauges(oldSince limit: Timestamp) throws -> Gauges {
        Gauges(
            orphanRefunds: try count(
                "refunds WHERE status = 'pending' AND provider_refund_id IS NULL AND created_at <= $1", limit),
            stuckRefunds: try count("refunds WHERE status = 'pending' AND created_at <= $1", limit),
            stuckOperations: try count("operations WHERE status = 'pending' AND created_at <= $1", limit),
            stuckPayouts: try count("payouts WHERE attempt_open = 1 AND updated_at <= $1", limit),
            reconciledAt: try connection.run("SELECT last_run_at FROM reconciler WHERE id = 1").rows.first?
                .optionalInteger(0).map { Timestamp(secondsSince1970: $0) },
            deliveries: try deliveries())
    }

    private func count(_ source: String, _ limit: Timestamp) throws -> Int64 {
        try connection.run("SELECT count(*) FROM \(source)", [.integer(limit.secondsSince1970)]).rows[0].integer(0)
    }

    private func deliveries() throws -> [DeliveryResult: Int64] {
        let rows = try connection.run("SELECT result, count(*) FROM webhook_deliveries GROUP BY result").rows
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                DeliveryResult(rawValue: row.text(0)).map { ($0, row.integer(1)) }
            })
    }
}
