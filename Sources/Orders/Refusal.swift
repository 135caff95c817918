import Money

/// Why a command was refused. The order is as it was.
public enum Refusal: Error, Hashable, Sendable {
    /// The order's status does not allow the command.
    case wrongState(command: String, status: OrderStatus)
    /// The order was to be paid too late.
    case paymentWindowClosed(since: Timestamp)
    /// The order was to be expired too early.
    case paymentWindowOpen(until: Timestamp)
    /// An amount of nothing, or less.
    case amountNotPositive(Money)
    /// More than what is left to refund.
    case amountExceedsRefundable(requested: Money, refundable: Money)
    /// An amount in another currency than the order's.
    case currencyMismatch(requested: Currency, expected: Currency)
    /// The provider has not decided yet what it was asked before.
    case operationPending(command: String)
    /// What was authorised is to be captured too late.
    case authorizationExpired(since: Timestamp)
    /// More than what was authorised.
    case amountExceedsAuthorized(requested: Money, authorized: Money)
    /// All that was captured is returned, on its way back, or in dispute.
    case nothingToRefund

    /// The reason as a word for programs.
    public enum Code: String, CaseIterable, Sendable {
        /// See `Refusal.wrongState`.
        case wrongState = "wrong_state"
        /// See `Refusal.paymentWindowClosed`.
        case paymentWindowClosed = "payment_window_closed"
        /// See `Refusal.paymentWindowOpen`.
        case paymentWindowOpen = "payment_window_open"
        /// See `Refusal.amountNotPositive`.
        case amountNotPositive = "amount_not_positive"
        /// See `Refusal.amountExceedsRefundable`.
        case amountExceedsRefundable = "amount_exceeds_refundable"
        /// See `Refusal.currencyMismatch`.
        case currencyMismatch = "currency_mismatch"
        /// See `Refusal.operationPending`.
        case operationPending = "operation_pending"
        /// See `Refusal.authorizationExpired`.
        case authorizationExpired = "authorization_expired"
        /// See `Refusal.amountExceedsAuthorized`.
        case amountExceedsAuthorized = "amount_exceeds_authorized"
        /// See `Refusal.nothingToRefund`.
        case nothingToRefund = "nothing_to_refund"
    }

    /// The reason as a word for programs.
    public var code: Code {
        switch self {
        case .wrongState: .wrongState
        case .paymentWindowClosed: .paymentWindowClosed
        case .paymentWindowOpen: .paymentWindowOpen
        case .amountNotPositive: .amountNotPositive
        case .amountExceedsRefundable: .amountExceedsRefundable
        case .currencyMismatch: .currencyMismatch
        case .operationPending: .operationPending
        case .authorizationExpired: .authorizationExpired
        case .amountExceedsAuthorized: .amountExceedsAuthorized
        case .nothingToRefund: .nothingToRefund
        }
    }
}

extension Refusal: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .wrongState(let command, let status):
            "Cannot \(command) an order that is \(status.rawValue)."
        case .paymentWindowClosed(let since):
            "Cannot pay an order whose payment window closed at \(since)."
        case .paymentWindowOpen(let until):
            "Cannot expire an order that may be paid until \(until)."
        case .amountNotPositive(let amount):
            "The amount must be more than zero; it is \(amount)."
        case .amountExceedsRefundable(let requested, let refundable):
            "Cannot refund \(requested); \(refundable) is left to refund."
        case .currencyMismatch(let requested, let expected):
            "The amount is in \(requested), but the order is in \(expected)."
        case .operationPending(let command):
            "The payment provider has not decided yet on the order's \(command); look at the order again later."
        case .authorizationExpired(let since):
            "Cannot capture an order whose authorisation expired at \(since)."
        case .amountExceedsAuthorized(let requested, let authorized):
            "Cannot capture \(requested); \(authorized) is authorised."
        case .nothingToRefund:
            "Nothing is left to refund: all of it was returned, is on its way, or is in dispute."
        }
    }
}
