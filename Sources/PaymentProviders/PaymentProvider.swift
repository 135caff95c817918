import Money

/// What a payment service needs of the one who moves the money.
///
/// Every call that can move money takes the idempotency key first, and the caller's own id for the object. Each makes
/// **one attempt**: whether to try again, and when, is known to the caller alone.
///
/// An answer says what the provider has *accepted*. That a refund's answer is `succeeded` is not the last word: a webhook
/// or a look-up is.
public protocol PaymentProvider: Sendable {
    /// Reserves money on the customer's card, to be captured later.
    func authorize(
        idempotencyKey: IdempotencyKey, _ request: PaymentRequest
    ) async throws(ProviderError) -> ProviderPayment

    /// Collects what was reserved, or a part of it; what is not collected is released.
    func capture(
        idempotencyKey: IdempotencyKey, payment: ProviderID, amount: Money
    ) async throws(ProviderError) -> ProviderPayment

    /// Releases what was reserved.
    func cancel(idempotencyKey: IdempotencyKey, payment: ProviderID) async throws(ProviderError) -> ProviderPayment

    /// How a payment stands.
    ///
    /// - Returns: `nil` if the provider has none of that id: the request never arrived, and may be sent again as it was.
    func payment(_ id: ProviderID) async throws(ProviderError) -> ProviderPayment?

    /// Returns money that was captured.
    func refund(
        idempotencyKey: IdempotencyKey, _ request: ProviderRefundRequest
    ) async throws(ProviderError) -> ProviderRefund

    /// How a refund stands; `nil` as for payments.
    func refund(_ id: ProviderID) async throws(ProviderError) -> ProviderRefund?

    /// Sends money to a seller.
    func payout(
        idempotencyKey: IdempotencyKey, _ request: PayoutRequest
    ) async throws(ProviderError) -> ProviderPayout

    /// How a payout stands; `nil` as for payments.
    func payout(_ id: ProviderID) async throws(ProviderError) -> ProviderPayout?

    /// Checks a webhook's signature, on the exact bytes that came, and reads it.
    func event(body: [UInt8], signature: String?) throws(WebhookError) -> ProviderEvent
}

/// A payment to be authorised.
public struct PaymentRequest: Hashable, Sendable {
    /// The caller's id for it.
    public var id: ProviderID
    /// What the customer pays. Positive.
    public var amount: Money
    /// Who pays, by the caller's own name.
    public var customerID: String
    /// The caller's own name for what is paid, for people who look at the provider's pages.
    public var orderReference: String

    /// Describes a payment.
    public init(id: ProviderID, amount: Money, customerID: String, orderReference: String) {
        self.id = id
        self.amount = amount
        self.customerID = customerID
        self.orderReference = orderReference
    }
}

/// A refund to be made.
public struct ProviderRefundRequest: Hashable, Sendable {
    /// The caller's id for it.
    public var id: ProviderID
    /// The payment of which money is returned.
    public var payment: ProviderID
    /// What is returned. Positive, never left to the provider: its default is *all that was captured*, however much of it
    /// has been refunded already.
    public var amount: Money

    /// Describes a refund.
    public init(id: ProviderID, payment: ProviderID, amount: Money) {
        self.id = id
        self.payment = payment
        self.amount = amount
    }
}

/// A payout to be made.
public struct PayoutRequest: Hashable, Sendable {
    /// The caller's id for it.
    public var id: ProviderID
    /// What the seller gets. Positive.
    public var amount: Money
    /// Who gets it, by the caller's own name.
    public var sellerID: String

    /// Describes a payout.
    public init(id: ProviderID, amount: Money, sellerID: String) {
        self.id = id
        self.amount = amount
        self.sellerID = sellerID
    }
}
