import Orders

/// What a path leads to.
enum Route: Hashable {
    case health
    case orders
    case order(OrderID)
    case operation(Operation, OrderID)
    case advanceClock
    // With a provider alone.
    case refunds(OrderID)
    case providerWebhook
    case reconcile
    case payOut(OrderID)
    case payout(PayoutID)
    case reversePayout(PayoutID)
    case retryPayout(PayoutID)
    case subscriptions
    case subscription(SubscriptionID)

    enum Operation: String {
        case pay, capture, refund, cancel, void
    }

    /// - Throws: `APIError`, 404.
    init(path: String) throws(APIError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch (parts.first, parts.count) {
        case ("health", 1): self = .health
        case ("orders", 1): self = .orders
        case ("orders", 2): self = .order(try Self.orderID(parts[2]))
        case ("orders", 3) where parts[3] == "refunds": self = .refunds(try Self.orderID(parts[2]))
        case ("orders", 3) where parts[3] == "payout": self = .payOut(try Self.orderID(parts[2]))
        case ("orders", 3):
            guard let operation = Operation(rawValue: String(parts[3])) else { throw .unknownRoute(path) }
            self = .operation(operation, try Self.orderID(parts[2]))
        case ("clock", 2) where parts[2] == "advance": self = .advanceClock
        case ("webhooks", 2) where parts[2] == "provider": self = .providerWebhook
        case ("reconcile", 1): self = .reconcile
        case ("payouts", 2): self = .payout(try Self.payoutID(parts[2]))
        case ("payouts", 3) where parts[3] == "reverse": self = .reversePayout(try Self.payoutID(parts[2]))
        case ("payouts", 3) where parts[3] == "retry": self = .retryPayout(try Self.payoutID(parts[2]))
        case ("subscriptions", 1): self = .subscriptions
        case ("subscriptions", 2):
            guard let number = Self.number(parts[2]) else { throw .unknownSubscription(String(parts[2])) }
            self = .subscription(SubscriptionID(rawValue: number))
        default: throw .unknownRoute(path)
        }
    }

    /// Whether it is there only when the service has a provider.
    var needsProvider: Bool {
        switch self {
        case .refunds, .providerWebhook, .reconcile, .operation(.void, _), .payOut, .payout, .reversePayout,
            .retryPayout, .subscriptions, .subscription:
            true
        case .health, .orders, .order, .operation, .advanceClock: false
        }
    }

    /// Whether it is there only for tests, which have a clock of their own.
    var needsTestClock: Bool { self == .advanceClock || self == .reconcile }

    /// The methods it takes, as the `Allow` header lists them.
    var allowedMethods: [String] {
        switch self {
        case .health, .order, .refunds, .payout, .subscription: ["GET", "HEAD"]
        case .orders, .operation, .advanceClock, .providerWebhook, .reconcile, .payOut, .reversePayout, .retryPayout,
            .subscriptions:
            ["POST"]
        }
    }

    /// Whether a request may come with an `Idempotency-Key`: if it changes something on a client's behalf. The provider's
    /// events have ids of their own.
    var takesKey: Bool {
        allowedMethods == ["POST"] && self != .providerWebhook && self != .reconcile
    }

    /// The path that shows what a request is about; nothing for one that makes something new.
    var resource: String? {
        switch self {
        case .order(let id), .operation(_, let id): "/orders/\(id)"
        case .refunds(let id): "/orders/\(id)/refunds"
        case .payout(let id), .reversePayout(let id), .retryPayout(let id): "/payouts/\(id)"
        case .subscription(let id): "/subscriptions/\(id)"
        case .health, .orders, .advanceClock, .providerWebhook, .reconcile, .payOut, .subscriptions: nil
        }
    }

    private static func orderID(_ text: Substring) throws(APIError) -> OrderID {
        guard let number = number(text) else { throw .unknownOrder(String(text)) }
        return OrderID(rawValue: number)
    }

    private static func payoutID(_ text: Substring) throws(APIError) -> PayoutID {
        guard let number = number(text) else { throw .unknownPayout(String(text)) }
        return PayoutID(rawValue: number)
    }

    /// Only the way the service itself writes a number is one: no sign, no leading zero.
    private static func number(_ text: Substring) -> Int64? {
        guard let number = Int64(text), number > 0, String(number) == text else { return nil }
        return number
    }
}
