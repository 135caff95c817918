import Money

/// Money that is returned through the payment provider: reserved before it is asked for, and counted against what is left
/// until it has failed.
public struct Refund: Hashable, Sendable {
    /// How it ended, if it has. What the provider has only acknowledged is `pending`, and so is what nobody knows.
    public enum Status: String, CaseIterable, Hashable, Sendable {
        /// Asked for, or about to be.
        case pending
        /// The customer has the money.
        case succeeded
        /// The customer will not get it; the amount is free again.
        case failed
    }

    /// The row's number.
    public let id: Int64
    /// Whose money is returned.
    public let orderID: OrderID
    /// How much is returned.
    public let amount: Money
    /// How it ended, if it has.
    public let status: Status
    /// What it is called at the provider: chosen here, before it was asked for.
    public let reference: String
    /// The provider's own acknowledgement of that name; nothing until it has answered.
    public let acknowledgedID: String?
    /// Why it failed, in the provider's words.
    public let failure: String?
    /// When it was recorded.
    public let createdAt: Timestamp

    /// Makes a refund from its parts, as a store reads them.
    public init(
        id: Int64, orderID: OrderID, amount: Money, status: Status, reference: String, acknowledgedID: String?,
        failure: String?, createdAt: Timestamp
    ) {
        self.id = id
        self.orderID = orderID
        self.amount = amount
        self.status = status
        self.reference = reference
        self.acknowledgedID = acknowledgedID
        self.failure = failure
        self.createdAt = createdAt
    }
}

/// A customer's bank takes captured money back, or tries to.
public struct Dispute: Hashable, Sendable {
    /// Where it stands.
    public enum Status: String, CaseIterable, Hashable, Sendable {
        /// Not decided; the amount is held back.
        case open
        /// The merchant keeps the money.
        case won
        /// The customer has the money.
        case lost

        /// Whether the merchant cannot dispose of the amount.
        public var holdsMoney: Bool { self != .won }
        /// Whether it is decided. What is decided stays so.
        public var isFinal: Bool { self != .open }
    }

    /// The provider's name for it.
    public let id: String
    /// Whose money it is about.
    public let orderID: OrderID
    /// How much it is about.
    public let amount: Money
    /// Where it stands.
    public let status: Status

    /// Makes a dispute from its parts.
    public init(id: String, orderID: OrderID, amount: Money, status: Status) {
        self.id = id
        self.orderID = orderID
        self.amount = amount
        self.status = status
    }
}
