import Orders

/// What a path leads to.
enum Route: Hashable {
    case health
    case orders
    case order(OrderID)
    case operation(Operation, OrderID)
    case advanceClock

    enum Operation: String {
        case pay, capture, refund, cancel
    }

    /// - Throws: `APIError`, 404.
    init(path: String) throws(APIError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch (parts.first, parts.count) {
        case ("health", 1): self = .health
        case ("orders", 1): self = .orders
        case ("orders", 2): self = .order(try Self.orderID(parts[2]))
        case ("orders", 3):
            guard let operation = Operation(rawValue: String(parts[3])) else { throw .unknownRoute(path) }
            self = .operation(operation, try Self.orderID(parts[2]))
        case ("clock", 2) where parts[2] == "advance": self = .advanceClock
        default: throw .unknownRoute(path)
        }
    }

    /// The methods it takes, as the `Allow` header lists them.
    var allowedMethods: [String] {
        switch self {
        case .health, .order: ["GET", "HEAD"]
        case .orders, .operation, .advanceClock: ["POST"]
        }
    }

    /// Whether a request may come with an `Idempotency-Key`.
    var takesKey: Bool { allowedMethods == ["POST"] }

    /// The path that shows what a request is about; nothing for one that makes something new.
    var resource: String? {
        switch self {
        case .order(let id), .operation(_, let id): "/orders/\(id)"
        case .health, .orders, .advanceClock: nil
        }
    }

    /// Only the way the service itself writes a number is one: no sign, no leading zero.
    private static func orderID(_ text: Substring) throws(APIError) -> OrderID {
        guard let number = Int64(text), number > 0, String(number) == text else { throw .unknownOrder(String(text)) }
        return OrderID(rawValue: number)
    }
}
