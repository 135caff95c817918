import Money
import PaymentProviders

/// A payout to be made. Unverified against the fact sheet: see ``HyperswitchClient/createPayout(idempotencyKey:_:)``.
public struct PayoutCreation: Hashable, Sendable {
    /// The caller's id for it, sent as `payout_id`.
    public var id: ProviderID
    /// What the seller gets.
    public var amount: Money
    /// Who gets it, by the caller's own name.
    public var customerID: String
    /// What is written beside it.
    public var description: String?
    /// A method that the router has stored.
    public var payoutToken: String?
    /// Whether the router is to send it without another call.
    public var autoFulfill = true

    /// A payout that is carried out at once.
    public init(id: ProviderID, amount: Money, customerID: String) {
        self.id = id
        self.amount = amount
        self.customerID = customerID
    }

    func body() throws(ProviderError) -> Body {
        var body = Body()
        body.set("payout_id", try id.checked)
        body.set("amount", try amount.onTheWire)
        body.set("currency", amount.currency.code)
        body.set("customer_id", customerID)
        body.set("description", description)
        body.set("payout_token", payoutToken)
        body.set("confirm", true)
        body.set("auto_fulfill", autoFulfill)
        return body
    }
}

/// A payout as the router shows it.
public struct HyperswitchPayout: Hashable, Sendable {
    /// Unverified against the fact sheet, which names only the events.
    public enum Status: String, CaseIterable, Hashable, Sendable {
        case success, failed, cancelled, initiated, expired, reversed, pending, ineligible, processing
        case requiresCreation = "requires_creation"
        case requiresConfirmation = "requires_confirmation"
        case requiresPayoutMethodData = "requires_payout_method_data"
        case requiresFulfillment = "requires_fulfillment"
        case requiresVendorAccountCreation = "requires_vendor_account_creation"
    }

    /// The id that the caller chose.
    public let id: ProviderID
    /// Where it stands.
    public let status: Status
    /// What the seller gets.
    public let amount: Money
    /// Who gets it, by the caller's own name.
    public let customerID: String?
    /// Why it failed, by the connector's code.
    public let errorCode: String?
    /// Why it failed, in the connector's words.
    public let errorMessage: String?

    init(_ reader: ObjectReader) throws(Unreadable) {
        id = try reader.id("payout_id")
        status = try reader.known("status")
        amount = try reader.money("amount", try reader.currency())
        customerID = try reader.optionalString("customer_id")
        errorCode = try reader.optionalString("error_code")
        errorMessage = try reader.optionalString("error_message")
    }
}
