import HyperswitchSandbox
import Money
import Rewind
import RewindHTTP

/// What the tester knows of the one order it plays with, where a provider moves the money.
public struct Purchase: ExplorationContext {
    /// The states of the diagram.
    public enum Status: String, Codable, Hashable, Sendable {
        case pending, paid, captured, refunded, canceled, expired
    }

    public var orderID: Int64?
    /// By the last look at the order: webhooks and the clock move it too.
    public var status: Status?
    /// How often something went wrong on the way to the provider. One disaster on a path is enough.
    public var disasters = 0
    /// Whether the disaster was that the provider said no.
    public var wasRejected = false
    /// Whether a refund was accepted of more than the order said was left.
    public var isOverdrawn = false
    /// Whether the service has ever asked the provider about what is not decided.
    public var hasAsked = false
    /// Whether the service has just asked the provider about all that is not decided, and nothing happened since.
    public var isReconciled = false

    public init() {}

    /// The order every path is about.
    static let amount = Money(minorUnits: 100_00, .usd)
}

/// An order as the API answers it, as far as the tester looks.
struct PurchaseReply: Decodable {
    let id: Int64
    let status: Purchase.Status
    let capturedAmount: String
    let refundedAmount: String
    let refundPendingAmount: String?
    let disputedAmount: String?
    let refundAmount: String?

    enum CodingKeys: String, CodingKey {
        case id, status
        case capturedAmount = "captured_amount"
        case refundedAmount = "refunded_amount"
        case refundPendingAmount = "refund_pending_amount"
        case disputedAmount = "disputed_amount"
        case refundAmount = "refund_amount"
    }

    /// What the order says can be returned.
    func refundable() throws -> Money {
        try [refundedAmount, refundPendingAmount ?? "0", disputedAmount ?? "0"]
            .reduce(Money(decimal: capturedAmount, .usd)) { try $0.subtracting(Money(decimal: $1, .usd)) }
    }
}

extension Purchase: DisasterContext {
    mutating func meet(_ weather: Weather) {
        disasters += 1
        wasRejected = weather == .rejected
    }
}

extension Run<Purchase> {
    var order: String { "/orders/\(context.orderID ?? 0)" }

    /// Looks at the order again.
    @discardableResult
    mutating func look() async throws -> PurchaseReply {
        let reply = try await api.get(order).decode(PurchaseReply.self)
        context.status = reply.status
        return reply
    }

    /// Sends a request about the order, and takes over what the answer says of it.
    mutating func send(_ command: String, amount: String? = nil) async throws -> Reply {
        context.isReconciled = false
        let path = "\(order)/\(command)"
        let reply =
            if let amount { try await api.post(path, json: ["amount": amount]) } else { try await api.post(path) }
        if reply.isSuccess { context.status = try reply.decode(PurchaseReply.self).status }
        return reply
    }
}
