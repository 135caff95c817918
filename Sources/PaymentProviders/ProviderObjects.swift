import Money

/// A payment as the provider sees it.
public struct ProviderPayment: Hashable, Sendable {
    /// Where it stands, as far as a caller has to tell cases apart.
    public enum Status: String, CaseIterable, Hashable, Sendable {
        /// Under way: nothing is decided.
        case pending
        /// The money is reserved.
        case authorized
        /// All that will be captured is.
        case captured
        /// It was declined. Nothing is reserved.
        case failed
        /// What was reserved is released.
        case canceled
        /// A person at the provider has to look at it: treat it as undecided.
        case review
    }

    /// The id that the caller chose.
    public var id: ProviderID
    /// Where it stands.
    public var status: Status
    /// What was asked for.
    public var amount: Money
    /// What was captured so far.
    public var capturedAmount: Money
    /// Why it failed, in the provider's words.
    public var failure: String?

    /// A payment as given.
    public init(id: ProviderID, status: Status, amount: Money, capturedAmount: Money, failure: String? = nil) {
        self.id = id
        self.status = status
        self.amount = amount
        self.capturedAmount = capturedAmount
        self.failure = failure
    }
}

/// A refund as the provider sees it.
public struct ProviderRefund: Hashable, Sendable {
    /// Where it stands. `review` is not an end: a person at the provider decides, without an event.
    public enum Status: String, CaseIterable, Hashable, Sendable {
        case pending, succeeded, failed, review
    }

    /// The id that the caller chose.
    public var id: ProviderID
    /// The payment it belongs to.
    public var payment: ProviderID
    /// Where it stands.
    public var status: Status
    /// How much.
    public var amount: Money
    /// Why it failed, in the provider's words.
    public var failure: String?

    /// A refund as given.
    public init(id: ProviderID, payment: ProviderID, status: Status, amount: Money, failure: String? = nil) {
        self.id = id
        self.payment = payment
        self.status = status
        self.amount = amount
        self.failure = failure
    }
}

/// A payout as the provider sees it.
public struct ProviderPayout: Hashable, Sendable {
    /// Where it stands. A payout that succeeded can still be `reversed`: the seller's bank sent the money back.
    public enum Status: String, CaseIterable, Hashable, Sendable {
        case pending, succeeded, failed, reversed
    }

    /// The id that the caller chose.
    public var id: ProviderID
    /// Where it stands.
    public var status: Status
    /// How much.
    public var amount: Money
    /// Why it failed, in the provider's words.
    public var failure: String?

    /// A payout as given.
    public init(id: ProviderID, status: Status, amount: Money, failure: String? = nil) {
        self.id = id
        self.status = status
        self.amount = amount
        self.failure = failure
    }
}

/// A customer's bank takes money back.
public struct ProviderDispute: Hashable, Sendable {
    /// Where it stands, as far as money is concerned.
    public enum Status: String, CaseIterable, Hashable, Sendable {
        /// Not decided.
        case open
        /// The merchant keeps the money.
        case won
        /// The customer has it.
        case lost
    }

    /// The provider's id.
    public var id: String
    /// The payment it belongs to.
    public var payment: ProviderID
    /// Where it stands.
    public var status: Status
    /// How much.
    public var amount: Money

    /// A dispute as given.
    public init(id: String, payment: ProviderID, status: Status, amount: Money) {
        self.id = id
        self.payment = payment
        self.status = status
        self.amount = amount
    }
}

/// What a webhook tells. The signature was checked.
public struct ProviderEvent: Hashable, Sendable {
    /// What it is about, as it was when the event was made.
    public enum Subject: Hashable, Sendable {
        case payment(ProviderPayment)
        case refund(ProviderRefund)
        case payout(ProviderPayout)
        case dispute(ProviderDispute)
        /// An event that a payment service has nothing to do with, by its type.
        case other(String)
    }

    /// The same for every delivery of one event: its effect must happen once.
    public var id: String
    /// The provider's name for what happened, such as `refund_succeeded`.
    public var type: String
    /// What it is about.
    public var subject: Subject

    /// An event as given.
    public init(id: String, type: String, subject: Subject) {
        self.id = id
        self.type = type
        self.subject = subject
    }
}
