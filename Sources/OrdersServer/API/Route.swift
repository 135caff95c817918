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
        case ("orders", 3):
            guard let operation = Operation(rawValue: String(parts[3])) else { throw .unknownRoute(path) }
            self = .operation(operation, try Self.orderID(parts[2]))
        case ("clock", 2) where parts[2] == "advance": self = .advanceClock
        case ("webhooks", 2) where parts[2] == "provider": self = .providerWebhook
        case ("reconcile", 1): self = .reconcile
        default: throw .unknownRoute(path)
        }
    }

    /// Whether it is there only when the service has a provider.
    var needsProvider: Bool {
        switch self {
        case .refunds, .providerWebhook, .reconcile, .operation(.void, _): true
        case .health, .orders, .order, .operation, .advanceClock: false
        }
    }

    /// Whether it is there only for tests, which have a clock of their own.
    var needsTestClock: Bool { self == .advanceClock || self == .reconcile }

    /// The methods it takes, as the `Allow` header lists them.
    var allowedMethods: [String] {
        switch self {
        case .health, .order, .refunds: ["GET", "HEAD"]
        case .orders, .operation, .advanceClock, .providerWebhook, .reconcile: ["POST"]
        }
    }

    /// Only the way the service itself writes a number is one: no sign, no leading zero.
    private static func orderID(_ text: Substring) throws(APIError) -> OrderID {
        guard let number = Int64(text), number > 0, String(number) == text else { throw .unknownOrder(String(text)) }
        return OrderID(rawValue: number)
    }
}
