import Money
import PaymentProviders

/// A customer's bank takes money back: a dispute as the router shows it.
public struct HyperswitchDispute: Hashable, Sendable {
    /// Where it stands: the router's seven (fact sheet, §2).
    public enum Status: String, CaseIterable, Hashable, Sendable {
        case opened = "dispute_opened"
        case expired = "dispute_expired"
        case accepted = "dispute_accepted"
        case cancelled = "dispute_cancelled"
        case challenged = "dispute_challenged"
        case won = "dispute_won"
        case lost = "dispute_lost"
    }

    /// How far it has come; it never goes back.
    public enum Stage: String, CaseIterable, Hashable, Sendable {
        case preDispute = "pre_dispute"
        case dispute
        case preArbitration = "pre_arbitration"
        case arbitration
        case disputeReversal = "dispute_reversal"
    }

    /// The router's id.
    public let id: String
    /// The payment that is disputed.
    public let payment: ProviderID
    /// Where it stands.
    public let status: Status
    /// How far it has come.
    public let stage: Stage
    /// What is disputed. The router writes it as a string.
    public let amount: Money
    /// Whether the money was refunded already; absent if the router does not say.
    public let isAlreadyRefunded: Bool?

    init(_ reader: ObjectReader) throws(Unreadable) {
        id = try reader.string("dispute_id")
        payment = try reader.id("payment_id")
        status = try reader.known("dispute_status")
        stage = try reader.known("dispute_stage")
        amount = try reader.moneyInString("amount", try reader.currency())
        isAlreadyRefunded = try reader.optionalBool("is_already_refunded")
    }
}
