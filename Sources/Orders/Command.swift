import Money

/// What can be asked of an order.
public enum Command: Hashable, Sendable {
    /// The customer pays.
    case pay
    /// The merchant collects the money.
    case capture
    /// The merchant returns an amount, or all that is left if none is given.
    case refund(Money?)
    /// The order is called off.
    case cancel
    /// The payment window has passed.
    case expire

    /// The command's name, for messages.
    public var name: String {
        switch self {
        case .pay: "pay"
        case .capture: "capture"
        case .refund: "refund"
        case .cancel: "cancel"
        case .expire: "expire"
        }
    }
}
