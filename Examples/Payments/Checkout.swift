import Money
import Rewind

/// What the tester knows of the one order it plays with.
public struct Checkout: ExplorationContext {
    /// The states of the tutorial's diagram.
    public enum Status: String, Codable, Hashable, Sendable {
        case pending, paid, captured, refunded, canceled, expired
    }

    public var orderID: Int64?
    public var status: Status?
    /// What the order is worth, by the answer to its creation.
    public var amount = Money.zero(.usd)
    /// What was captured, by the last answer.
    public var captured = Money.zero(.usd)
    /// The sum of all refunds the API accepted, added up by the tester itself.
    public var refunded = Money.zero(.usd)

    public init() {}

    /// Takes over what an answer says about the order.
    mutating func update(from order: OrderReply) throws {
        status = order.status
        captured = try order.money(order.capturedAmount)
    }
}

/// An order as the API answers it.
struct OrderReply: Decodable {
    let id: Int64
    let status: Checkout.Status
    let amount: String
    let currency: String
    let capturedAmount: String
    let refundedAmount: String
    /// Only in answers to refunds.
    let refundAmount: String?

    enum CodingKeys: String, CodingKey {
        case id, status, amount, currency
        case capturedAmount = "captured_amount"
        case refundedAmount = "refunded_amount"
        case refundAmount = "refund_amount"
    }

    func money(_ decimal: String) throws -> Money { try Money(decimal: decimal, Currency(currency)) }
}
