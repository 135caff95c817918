import ExactJSON

extension SandboxState {
    func payout(_ id: String) throws(SandboxRefusal) -> SandboxPayout {
        guard let payout = payouts[id] else { throw .noPayout }
        return payout
    }

    /// `POST /payouts/create`. Without `confirm` it waits for a call to confirm it.
    mutating func createPayout(_ body: SandboxBody) throws(SandboxRefusal) -> JSON {
        var payout = SandboxPayout()
        (payout.amount, payout.currency) = try body.amountAndCurrency()
        payout.id = try body.merchantID("payout_id") ?? ""
        payout.customerID = try body.customerID()
        payout.description = try body.string("description")
        payout.metadata = try body.text("metadata")
        payout.status = try body.bool("confirm") ?? false ? settledPayout : .requiresConfirmation
        if payouts[payout.id] != nil { throw .duplicatePayout(payout.id) }
        if payout.id.isEmpty { payout.id = newID("payout") }
        (payout.createdAt, payout.updatedAt) = (now, now)
        keep(payout)
        return payoutJSON(payout)
    }

    /// `POST /payouts/{id}/confirm`
    mutating func confirmPayout(_ id: String) throws(SandboxRefusal) -> JSON {
        var payout = try payout(id)
        guard payout.status == .requiresConfirmation else {
            throw .precondition(
                "Payout cannot be confirmed because it has status \(payout.status.rawValue)")
        }
        payout.status = settledPayout
        payout.updatedAt = timeOfChange(after: payout.updatedAt)
        keep(payout)
        return payoutJSON(payout)
    }

    private var settledPayout: SandboxPayout.Status { settings.payouts == .instant ? .success : .pending }

    /// Keeps a payout that is new or whose status changed.
    mutating func keep(_ payout: SandboxPayout) {
        payouts.put(payout)
        if let type = payout.status.eventType {
            emit(type, .payout, payout.id, payoutJSON(payout), at: payout.updatedAt)
        }
    }
}
