import Money

/// One thing asked of the payment provider about an order. It is recorded before it is asked, and what it is called at the
/// provider, and under which key it is sent, follow from the record: whoever comes later can look it up or send it again.
public struct PaymentOperation: Hashable, Sendable {
    /// What is asked.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Reserve the order's amount on the customer's card.
        case authorize
        /// Collect what was reserved, or a part of it; the rest is released.
        case capture
        /// Release what was reserved.
        case void

        /// The client's word for it, for messages.
        public var command: String { self == .authorize ? "pay" : rawValue }
    }

    /// How it ended, if it has. An outcome that nobody knows is `pending`.
    public enum Status: String, CaseIterable, Hashable, Sendable {
        /// Asked, or about to be; it may have happened.
        case pending
        /// It happened.
        case succeeded
        /// It did not happen, and will not.
        case failed
    }

    /// The row's number.
    public let id: Int64
    /// Whose payment it is about.
    public let orderID: OrderID
    /// What is asked.
    public let kind: Kind
    /// How much is asked for.
    public let amount: Money
    /// How it ended, if it has.
    public let status: Status
    /// The provider's name for the payment: that of the authorisation, for the captures and voids of it too.
    public let payment: String
    /// Why it failed, in the provider's words.
    public let failure: String?
    /// When it was recorded: no earlier than that was it asked.
    public let createdAt: Timestamp

    /// Makes an operation from its parts, as a store reads them.
    public init(
        id: Int64, orderID: OrderID, kind: Kind, amount: Money, status: Status, payment: String, failure: String?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.orderID = orderID
        self.kind = kind
        self.amount = amount
        self.status = status
        self.payment = payment
        self.failure = failure
        self.createdAt = createdAt
    }
}
