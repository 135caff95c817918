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
        }
    }
}
