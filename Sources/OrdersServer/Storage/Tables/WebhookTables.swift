import Orders

/// How a delivery of a webhook ended.
enum DeliveryResult: String, CaseIterable, Sendable {
    /// It had its effect.
    case ok
    /// It was believed, and could not be used.
    case error
    /// It was not believed.
    case signatureInvalid = "signature_invalid"
    /// It was believed, and had nothing to tell that was not known.
    case skipped
}

/// The tables `webhook_events` and `webhook_deliveries`.
extension OrderTables {
    /// Takes an event for this transaction: if that commits, no other has its effect.
    ///
    /// - Returns: Whether it was new.
    func insertEvent(_ id: String, at now: Timestamp) throws -> Bool {
        try connection.run(
            "INSERT INTO webhook_events (id, received_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id",
            [.text(id), .integer(now.secondsSince1970)]
        ).rows.count == 1
    }

    /// Logs a delivery. Of one that was not believed, nothing that it claims is kept.
    func insertDelivery(event: String?, type: String?, _ result: DeliveryResult, at now: Timestamp) throws {
        _ = try connection.run(
            "INSERT INTO webhook_deliveries (event_id, type, result, received_at) VALUES ($1, $2, $3, $4)",
            [SQLValue(event), SQLValue(type), .text(result.rawValue), .integer(now.secondsSince1970)])
    }
}
