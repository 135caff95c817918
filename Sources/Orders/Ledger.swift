import Money

/// One line of the books: so much was added to an account, or taken from it.
///
/// Double entry: the lines of one cause always sum up to zero, so money is neither made nor lost, only moved.
public struct LedgerEntry: Hashable, Sendable {
    /// What money is counted on. Positive amounts are what the merchant has or has spent, negative ones what it earned.
    public enum Account: String, CaseIterable, Hashable, Sendable {
        /// What the provider holds for the merchant.
        case balance
        /// What was sold.
        case sales
        /// What was returned to customers.
        case refunds
        /// What the provider holds back until a dispute is decided.
        case disputed
        /// What customers' banks took back for good.
        case chargebacks
        /// What sellers got.
        case payouts
    }

    /// Which account.
    public let account: Account
    /// What is added to it, negative for what is taken.
    public let amount: Money
    /// What happened, as `capture/17`: the same for all lines that belong together.
    public let cause: String

    /// The two lines that move an amount from one account to another.
    static func moving(_ amount: Money, from: Account, to: Account, cause: String) throws(MoneyError) -> [LedgerEntry] {
        [
            LedgerEntry(account: to, amount: amount, cause: cause),
            LedgerEntry(account: from, amount: try amount.negated(), cause: cause),
        ]
    }

    /// The customer's money was collected.
    public static func capture(_ operation: PaymentOperation) throws(MoneyError) -> [LedgerEntry] {
        try moving(operation.amount, from: .sales, to: .balance, cause: "capture/\(operation.id)")
    }

    /// Some of it was returned.
    public static func refund(_ refund: Refund) throws(MoneyError) -> [LedgerEntry] {
        try moving(refund.amount, from: .balance, to: .refunds, cause: "refund/\(refund.id)")
    }

    /// A dispute began, or came to its end.
    ///
    /// - Parameter earlier: how it stood before; nothing if it is new.
    public static func dispute(_ dispute: Dispute, from earlier: Dispute.Status?) throws(MoneyError) -> [LedgerEntry] {
        let (from, to) = (place(of: earlier), place(of: dispute.status))
        guard from != to else { return [] }
        return try moving(dispute.amount, from: from, to: to, cause: "dispute/\(dispute.id)/\(dispute.status.rawValue)")
    }

    /// Where the money of a dispute is.
    private static func place(of status: Dispute.Status?) -> Account {
        switch status {
        case nil, .won: .balance
        case .open: .disputed
        case .lost: .chargebacks
        }
    }
}
