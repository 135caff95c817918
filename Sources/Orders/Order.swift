import Money

/// A customer's order: what is to be paid, and how far the payment has come.
public struct Order: Hashable, Sendable {
    /// The number the store gave it.
    public let id: OrderID
    /// Who ordered, by the shop's own name for them.
    public let customerID: String
    /// What is to be paid. Positive.
    public let amount: Money
    /// Where the payment stands.
    public internal(set) var status: OrderStatus
    /// How much has been captured: nothing, or the whole amount; where a provider moves the money, also a part of it.
    public internal(set) var capturedAmount: Money
    /// The sum of all refunds, never more than the amount.
    public internal(set) var refundedAmount: Money
    /// The sum of all refunds that a provider was asked for and has not decided.
    public internal(set) var refundPendingAmount: Money
    /// The sum of all disputes that are open or lost.
    public internal(set) var disputedAmount: Money
    /// When the order was made.
    public let createdAt: Timestamp
    /// When the payment window closes: from this second on the order cannot be paid any more.
    public let expiresAt: Timestamp
    /// When it was paid, if it was.
    public internal(set) var paidAt: Timestamp?

    /// How long an order may stay unpaid.
    public static let paymentWindowSeconds: Int64 = 30 * 60

    /// How long what a provider has authorised may be captured: seven days, after which card schemes let a hold lapse
    /// (<https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>).
    public static let authorizationSeconds: Int64 = 7 * 86_400

    /// Makes an order from its parts, as a store reads them.
    public init(
        id: OrderID, customerID: String, amount: Money, status: OrderStatus, capturedAmount: Money,
        refundedAmount: Money, createdAt: Timestamp, expiresAt: Timestamp, paidAt: Timestamp?,
        refundPendingAmount: Money? = nil, disputedAmount: Money? = nil
    ) {
        self.id = id
        self.customerID = customerID
        self.amount = amount
        self.status = status
        self.capturedAmount = capturedAmount
        self.refundedAmount = refundedAmount
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.paidAt = paidAt
        self.refundPendingAmount = refundPendingAmount ?? .zero(amount.currency)
        self.disputedAmount = disputedAmount ?? .zero(amount.currency)
    }

    /// A new order, not paid yet.
    public init(id: OrderID, customerID: String, amount: Money, createdAt: Timestamp) {
        self.init(
            id: id, customerID: customerID, amount: amount, status: .pending, capturedAmount: .zero(amount.currency),
            refundedAmount: .zero(amount.currency), createdAt: createdAt,
            expiresAt: createdAt.advanced(bySeconds: Self.paymentWindowSeconds), paidAt: nil)
    }

    /// From when on what was authorised cannot be captured any more; nothing for an order that was not paid.
    public var authorizationExpiresAt: Timestamp? { paidAt?.advanced(bySeconds: Self.authorizationSeconds) }

    /// Whether something, but not everything, has been refunded.
    var isPartlyRefunded: Bool {
        refundedAmount.isPositive && refundedAmount != amount
    }

    /// When it was paid, where it must have been.
    ///
    /// - Throws: `MissingPaymentDate` if it was not: the caller has not looked at the status.
    func requiredPaymentDate() throws(MissingPaymentDate) -> Timestamp {
        guard let paidAt else { throw MissingPaymentDate(orderID: id) }
        return paidAt
    }
}

/// An order's number, unique for all time.
public struct OrderID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number itself.
    public let rawValue: Int64

    /// Names the order with this number.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The number alone.
    public var description: String { "\(rawValue)" }
}

/// Code asked when an unpaid order was paid: a defect of the service, never a client's mistake.
public struct MissingPaymentDate: Error, CustomStringConvertible {
    /// The order that has no payment date.
    public let orderID: OrderID

    /// One sentence.
    public var description: String {
        "Order \(orderID) has no payment date; it was read before the status was checked."
    }
}
