import Orders

/// What a path leads to.
enum Route: Hashable {
    case health
    case openAPI
    case orders
    case order(OrderID)
    case operation(Operation, OrderID)
    case advanceClock
    // With a provider alone.
    case refunds(OrderID)
    case providerWebhook
    case reconcile
    case metrics
    case payOut(OrderID)
    case payout(PayoutID)
    case reversePayout(PayoutID)
    case retryPayout(PayoutID)
    case subscriptions
    case subscription(SubscriptionID)

    enum Operation: String, CaseIterable {
        case pay, capture, refund, cancel, void
    }

    /// - Throws: `APIError`, 404.
    init(path: String) throws(APIError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch (parts.first, parts.count) {
        case ("health", 1): self = .health
        case ("openapi.json", 1): self = .openAPI
        case ("metrics", 1): self = .metrics
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

    /// One of each kind, about number 1.
    static let examples: [Route] = {
        let (order, payout) = (OrderID(rawValue: 1), PayoutID(rawValue: 1))
        let operations = Operation.allCases.map { Route.operation($0, order) }
        return operations + [
            .health, .openAPI, .orders, .order(order), .advanceClock, .refunds(order), .providerWebhook, .reconcile,
            .metrics, .payOut(order), .payout(payout), .reversePayout(payout), .retryPayout(payout), .subscriptions,
            .subscription(SubscriptionID(rawValue: 1)),
        ]
    }()

    /// Its path, as documents write it. A new kind of route has its place here and in `examples`.
    var template: String {
        switch self {
        case .health: "/health"
        case .openAPI: "/openapi.json"
        case .metrics: "/metrics"
        case .orders: "/orders"
        case .order: "/orders/{id}"
        case .operation(let operation, _): "/orders/{id}/\(operation.rawValue)"
        case .refunds: "/orders/{id}/refunds"
        case .payOut: "/orders/{id}/payout"
        case .payout: "/payouts/{id}"
        case .reversePayout: "/payouts/{id}/reverse"
        case .retryPayout: "/payouts/{id}/retry"
        case .subscriptions: "/subscriptions"
        case .subscription: "/subscriptions/{id}"
        case .providerWebhook: "/webhooks/provider"
        case .reconcile: "/reconcile"
        case .advanceClock: "/clock/advance"
        }
    }

    /// Whether it is there only when the service has a provider.
    var needsProvider: Bool {
        switch self {
        case .refunds, .providerWebhook, .reconcile, .operation(.void, _), .payOut, .payout, .reversePayout,
            .retryPayout, .subscriptions, .subscription, .metrics:
            true
        case .health, .openAPI, .orders, .order, .operation, .advanceClock: false
        }
    }

    /// Whether it is there only for tests, which have a clock of their own.
    var needsTestClock: Bool { self == .advanceClock || self == .reconcile }

    /// The methods it takes, as the `Allow` header lists them.
    var allowedMethods: [String] {
        switch self {
        case .health, .openAPI, .metrics, .order, .refunds, .payout, .subscription: ["GET", "HEAD"]
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
        case .health, .openAPI, .metrics, .orders, .advanceClock, .providerWebhook, .reconcile, .payOut, .subscriptions:
            nil
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
