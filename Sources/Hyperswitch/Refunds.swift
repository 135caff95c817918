import Money
import PaymentProviders

/// A refund to be made.
public struct RefundCreation: Hashable, Sendable {
    /// The caller's id for it, sent as `refund_id`.
    public var id: ProviderID
    /// The payment of which money is returned.
    public var payment: ProviderID
    /// What is returned, in the payment's currency: the request has none, the answer's is checked. Never left to the
    /// router, whose default is *all that was captured*, however much of it is refunded already (fact sheet, §1).
    public var amount: Money
    /// Why, at most 255 characters.
    public var reason: String?
    /// The caller's own notes.
    public var metadata: [String: String] = [:]

    /// Describes a refund.
    public init(id: ProviderID, payment: ProviderID, amount: Money, reason: String? = nil) {
        self.id = id
        self.payment = payment
        self.amount = amount
        self.reason = reason
    }

    func body() throws(ProviderError) -> Body {
        var body = Body()
        body.set("refund_id", try id.checked)
        body.set("payment_id", try payment.checked)
        body.set("amount", try amount.onTheWire)
        body.set("reason", reason)
        body.set("metadata", metadata)
        return body
    }
}

/// A refund as the router shows it.
public struct HyperswitchRefund: Hashable, Sendable {
    /// Where it stands: the API's four (fact sheet, §2).
    public enum Status: String, CaseIterable, Hashable, Sendable {
        case succeeded, failed, pending
        /// The bank's side took another amount or currency. No event tells how it ends.
        case review
    }

    /// The id that the caller chose.
    public let id: ProviderID
    /// The payment of which money is returned.
    public let payment: ProviderID
    /// Where it stands.
    public let status: Status
    /// What is returned.
    public let amount: Money
    /// Why, as the caller said.
    public let reason: String?
    /// The connector's own id for it; without one the router cannot ask how it stands.
    public let connectorRefundID: String?
    /// Why it failed, by the connector's code.
    public let errorCode: String?
    /// Why it failed, in the connector's words.
    public let errorMessage: String?
    /// When it last changed, as the router writes it.
    public let updatedAt: String?

    init(_ reader: ObjectReader) throws(Unreadable) {
        id = try reader.id("refund_id")
        payment = try reader.id("payment_id")
        status = try reader.known("status")
        amount = try reader.money("amount", try reader.currency())
        reason = try reader.optionalString("reason")
        connectorRefundID = try reader.optionalString("connector_refund_id")
        errorCode = try reader.optionalString("error_code")
        errorMessage = try reader.optionalString("error_message")
        updatedAt = try reader.optionalString("updated_at")
    }
}

/// A page of refunds.
public struct RefundList: Hashable, Sendable {
    /// How many there are on all pages.
    public let totalCount: Int
    /// Those on this page.
    public let refunds: [HyperswitchRefund]

    init(_ reader: ObjectReader) throws(Unreadable) {
        totalCount = Int(try reader.integer("total_count"))
        refunds = try reader.array("data").elements(HyperswitchRefund.init)
    }
}
