import Testing

/// What must be so once nobody waits for anybody: the service and its provider tell the same story.
extension Shop {
    func requireAgreement(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let state = sandbox.state
        #expect(try undecided() == [], sourceLocation: sourceLocation)
        // One object at the provider for each row that asked for one, and none besides.
        let authorizations = "SELECT provider_id FROM operations WHERE kind = 'authorize'"
        let payments = try database.rows(authorizations).sorted()
        #expect(payments == state.payments.map(\.id).sorted(), sourceLocation: sourceLocation)
        let references = try database.rows("SELECT provider_reference FROM refunds").sorted()
        #expect(references == state.refunds.map(\.id).sorted(), sourceLocation: sourceLocation)
        let attempts = try database.rows("SELECT id FROM payout_attempts").sorted()
        #expect(attempts == state.payouts.map(\.id).sorted(), sourceLocation: sourceLocation)
        for order in try database.rows("SELECT id FROM orders ORDER BY id") {
            #expect(try ownBooks(of: order) == providersBooks(of: order), sourceLocation: sourceLocation)
            let sum = "SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries WHERE order_id = \(order)"
            #expect(try database.number(sum) == 0, sourceLocation: sourceLocation)
            let balance = try database.number(sum + " AND account = 'balance'")
            #expect(try balance == ownBooks(of: order).rest, sourceLocation: sourceLocation)
        }
    }

    /// What the service still waits for.
    private func undecided() throws -> [String] {
        try database.rows(
            """
            SELECT 'operation', id FROM operations WHERE status = 'pending'
            UNION ALL SELECT 'refund', id FROM refunds WHERE status = 'pending'
            UNION ALL SELECT 'payout', id FROM payouts WHERE status = 'pending' OR attempt_open = 1
            UNION ALL SELECT 'reservation', id FROM orders WHERE refund_pending_minor <> 0
            """)
    }

    /// An order in minor units.
    struct Books: Hashable {
        var status: String
        var captured: Int64
        var refunded: Int64
        var paidOut: Int64

        var rest: Int64 { captured - refunded - paidOut }
    }

    func ownBooks(of order: String) throws -> Books {
        let row = try #require(
            try database.rows("SELECT status, captured_minor, refunded_minor FROM orders WHERE id = \(order)").first)
        let cells = row.split(separator: "|").map(String.init)
        let paidOut = "SELECT coalesce(sum(amount_minor), 0) FROM payouts WHERE status = 'completed' AND order_id = "
        return Books(
            status: cells[0], captured: Int64(cells[1]) ?? -1, refunded: Int64(cells[2]) ?? -1,
            paidOut: try database.number(paidOut + order))
    }

    /// The same as the sandbox would write it.
    func providersBooks(of order: String) throws -> Books {
        let names = "SELECT provider_id FROM operations WHERE kind = 'authorize' AND order_id = \(order)"
        let payment = try #require(try database.rows(names).first.flatMap { sandbox.state.payments[$0] })
        let refunded = sandbox.state.refunds.filter { $0.paymentID == payment.id && $0.status == .success }
            .reduce(0) { $0 + $1.amount }
        let attempts =
            "SELECT payout_attempts.id FROM payout_attempts JOIN payouts ON payouts.id = payout_id WHERE order_id = "
        let paidOut = try database.rows(attempts + order).compactMap { sandbox.state.payouts[$0] }
            .filter { $0.status == .success }.reduce(0) { $0 + $1.amount }
        let status =
            switch payment.status {
            case .requiresCapture: "paid"
            case .cancelled: "canceled"
            default: refunded == payment.captured ? "refunded" : "captured"
            }
        return Books(status: status, captured: payment.captured, refunded: refunded, paidOut: paidOut)
    }
}
