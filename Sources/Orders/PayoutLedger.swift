import Money

extension Order {
    /// What the order has earned for good: what was captured, less what was returned, is being returned, or is in
    /// dispute. Never negative.
    public func settledAmount() throws(MoneyError) -> Money {
        let left = try capturedAmount.subtracting(refundedAmount).subtracting(refundPendingAmount)
            .subtracting(disputedAmount)
        return left.isPositive ? left : .zero(amount.currency)
    }
}

extension LedgerEntry {
    /// A seller got the money, or gave it back. Nothing for the other steps: they move none.
    public static func payout(_ payout: Payout, from earlier: PayoutStatus) throws(MoneyError) -> [LedgerEntry] {
        guard payout.status != earlier else { return [] }
        switch payout.status {
        case .completed: return try moving(payout.amount, from: .balance, to: .payouts, cause: "payout/\(payout.id)")
        case .reversed:
            return try moving(payout.amount, from: .payouts, to: .balance, cause: "payout/\(payout.id)/reversal")
        case .pending, .failed, .reversalPending, .permanentlyFailed: return []
        }
    }
}
