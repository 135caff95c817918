import ExactJSON

extension SandboxState {
    func refund(_ id: String) throws(SandboxRefusal) -> SandboxRefund {
        guard let refund = refunds[id] else { throw .noRefund }
        return refund
    }

    /// What was returned or is going to be, as far as is known: the sum of the refunds that have not failed.
    public func notFailed(refundsOf payment: String) -> Int64 {
        refunds.reduce(into: 0) { $0 += $1.paymentID == payment && !$1.status.hasFailed ? $1.amount : 0 }
    }

    /// What is gone: refunds that succeeded and disputes that were lost.
    private func blocked(of payment: String) -> Int64 {
        let refunded = refunds.reduce(into: Int64(0)) {
            $0 += $1.paymentID == payment && $1.status == .success ? $1.amount : 0
        }
        return disputes.reduce(into: refunded) {
            $0 += $1.paymentID == payment && $1.status == .lost ? $1.amount : 0
        }
    }

    /// The checks of `POST /refunds`, in the router's order (fact sheet, §2). That the payment was not voided after
    /// capture is a check of its own there; here its status says so.
    func refundToMake(_ body: SandboxBody) throws(SandboxRefusal) -> SandboxRefund {
        guard let paymentID = try body.string("payment_id") else { throw .missing("payment_id") }
        let given = (try body.integer("amount"), try body.string("refund_id"), try body.string("merchant_id"))
        let payment = try payment(paymentID)
        guard payment.status.mayBeRefunded else {
            throw .unexpected("refund", "status", payment.status.rawValue, expected: "succeeded, partially_captured")
        }
        let amount = given.0 ?? payment.captured
        guard amount <= payment.captured - blocked(of: paymentID) else { throw .refundExceedsCaptured }
        guard amount > 0 else { throw .badFormat("amount", expected: "positive integer") }
        guard payment.connectorTransactionID != nil else { throw .noSuccessfulPayment }
        guard (given.1?.utf8.count ?? 1) <= 64 else {
            throw .badFormat("refund_id", expected: "length is less than 64 characters")
        }
        guard given.2 == nil || given.2 == credentials.merchantID else {
            throw .badFormat("merchant_id", expected: "merchant_id from merchant account")
        }
        guard now <= payment.createdAt.advanced(bySeconds: 365 * 86_400) else {
            throw .badFormat("created_at", expected: "created_at not older than 365 days")
        }
        guard amount <= payment.captured - notFailed(refundsOf: paymentID) else { throw .refundExceedsCaptured }
        // One more than it seems: a count of exactly 10 is not refused (fact sheet, §2).
        guard refunds.count(where: { $0.paymentID == paymentID }) <= 10 else { throw .tooManyRefunds }
        var refund = SandboxRefund()
        refund.id = given.1 ?? ""
        (refund.paymentID, refund.amount, refund.currency) = (paymentID, amount, payment.currency)
        refund.reason = try body.string("reason")
        refund.metadata = try body.text("metadata")
        return refund
    }

    /// The last step of `POST /refunds`: only that the id is new is still checked.
    mutating func keepRefund(_ checked: SandboxRefund) throws(SandboxRefusal) -> JSON {
        guard checked.id.isEmpty || refunds[checked.id] == nil else { throw .duplicateRefund }
        var refund = checked
        if refund.id.isEmpty { refund.id = newID("ref") }
        refund.status = settings.refunds == .instant ? .success : .pending
        (refund.createdAt, refund.updatedAt) = (now, now)
        keep(refund)
        return refundJSON(refund)
    }

    /// Keeps a refund that is new or whose status changed.
    mutating func keep(_ refund: SandboxRefund) {
        refunds.put(refund)
        if let type = refund.status.eventType {
            emit(type, .refund, refund.id, refundJSON(refund), at: refund.updatedAt)
        }
    }

    /// `POST /refunds/list`: the latest first.
    func listRefunds(_ body: SandboxBody) throws(SandboxRefusal) -> JSON {
        let payment = try body.string("payment_id")
        let refundID = try body.string("refund_id")
        let limit = try body.integer("limit") ?? 10
        let offset = try body.integer("offset") ?? 0
        guard (1...100).contains(limit) else { throw .badFormat("limit", expected: "1 to 100") }
        guard offset >= 0 else { throw .badFormat("offset", expected: "0 or more") }
        let all = refunds.filter {
            (payment == nil || $0.paymentID == payment) && (refundID == nil || $0.id == refundID)
        }.sorted { ($1.createdAt, $1.id) < ($0.createdAt, $0.id) }
        let page = all.dropFirst(Int(clamping: offset)).prefix(Int(limit))
        return [
            "count": .integer(Int64(page.count)), "total_count": .integer(Int64(all.count)),
            "data": .array(page.map(refundJSON)),
        ]
    }
}
