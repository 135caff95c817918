import Money

/// A seller's payout: what was earned by one order, on its way out or back.
public struct Payout: Hashable, Sendable {
    /// The number the store gave it.
    public let id: PayoutID
    /// The order whose settled net it pays out.
    public let orderID: OrderID
    /// Who gets it, by the caller's own name.
    public let sellerID: String
    /// What the seller gets. Positive. A new attempt may have another amount than the last.
    public internal(set) var amount: Money
    /// Where it stands.
    public internal(set) var status: PayoutStatus
    /// How often it was tried, each time under a key and an id of its own. The first attempt is 1.
    public internal(set) var attempt: Int64
    /// Whether the last attempt's outcome is still to come. While it is, there must be no other attempt.
    public internal(set) var isAttemptOpen: Bool
    /// When it was asked for.
    public let createdAt: Timestamp
    /// When its status or attempt last changed.
    public internal(set) var updatedAt: Timestamp
    /// When the seller got the money, if that was ever so.
    public internal(set) var completedAt: Timestamp?
    /// Why the last attempt failed, in the provider's words.
    public internal(set) var failure: String?

    /// How many attempts there are before it has failed for good.
    public static let maximumAttempts: Int64 = 3
    /// How long money that was asked back may take. After that it is taken for lost.
    public static let reversalWindowSeconds: Int64 = 10 * 86_400

    /// Makes a payout from its parts, as a store reads them.
    public init(
        id: PayoutID, orderID: OrderID, sellerID: String, amount: Money, status: PayoutStatus, attempt: Int64,
        isAttemptOpen: Bool, createdAt: Timestamp, updatedAt: Timestamp, completedAt: Timestamp?, failure: String?
    ) {
        self.id = id
        self.orderID = orderID
        self.sellerID = sellerID
        self.amount = amount
        self.status = status
        self.attempt = attempt
        self.isAttemptOpen = isAttemptOpen
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.completedAt = completedAt
        self.failure = failure
    }

    /// A new payout, whose first attempt is about to be made.
    public init(id: PayoutID, orderID: OrderID, sellerID: String, amount: Money, createdAt: Timestamp) {
        self.init(
            id: id, orderID: orderID, sellerID: sellerID, amount: amount, status: .pending, attempt: 1,
            isAttemptOpen: true, createdAt: createdAt, updatedAt: createdAt, completedAt: nil, failure: nil)
    }

    /// Whether the seller has the money, or may have it. As long as that is so, the same earnings must neither be paid
    /// out again nor be refunded.
    public var mayHoldMoney: Bool {
        switch status {
        case .pending, .completed, .reversalPending: true
        case .failed: isAttemptOpen
        case .reversed: false
        case .permanentlyFailed: completedAt != nil
        }
    }

    /// Whether it is over, and a new payout of the same earnings may take its place. One that failed is not: it is
    /// attempted again.
    public var isOver: Bool {
        status == .reversed || status == .permanentlyFailed && completedAt == nil
    }
}

/// A payout's number, unique for all time.
public struct PayoutID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number itself.
    public let rawValue: Int64

    /// Names the payout with this number.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The number alone.
    public var description: String { "\(rawValue)" }
}
