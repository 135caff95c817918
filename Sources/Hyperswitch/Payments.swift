import Money
import PaymentProviders

/// A payment to be made: the useful part of `PaymentsCreateRequest` (fact sheet, §1). Without surcharges, routing and lines
/// of the order.
public struct PaymentCreation: Hashable, Sendable {
    /// The caller's id for it, sent as `payment_id`: what a lost outcome is looked up by.
    public var id: ProviderID
    /// What the customer pays. The router takes up to 999,999,999 of its minor units.
    public var amount: Money
    /// A part to be captured; with automatic capture it must be all.
    public var amountToCapture: Money?
    /// When money is collected; the router's default is at once.
    public var captureMethod: CaptureMethod?
    /// Whether to carry it out at once.
    public var confirm: Bool?
    /// Whether the customer's bank is to ask the customer.
    public var authenticationType: AuthenticationType?
    /// Who pays, by the caller's own name.
    public var customerID: String?
    /// What it is for, in words.
    public var description: String?
    /// Where the customer goes after a page of the bank.
    public var returnURL: String?
    /// What it is made with; without one it is not confirmed yet.
    public var paymentMethod: PaymentMethod?
    /// Such as `credit`.
    public var paymentMethodType: String?
    /// A method that the router has stored.
    public var paymentToken: String?
    /// Whether the method is to be kept, and for what.
    public var setupFutureUsage: FutureUsage?
    /// Whether the customer is away.
    public var offSession: Bool?
    /// A mandate that the customer has given earlier.
    public var mandateID: String?
    /// The business profile it belongs to, if the account has several.
    public var profileID: String?
    /// How long it may be confirmed; the router's default is 900.
    public var sessionExpirySeconds: Int?
    /// The caller's own notes, at most 50.
    public var metadata: [String: String] = [:]
    /// The caller's own name for the order, at most 255 characters.
    public var merchantOrderReferenceID: String?
    /// Whether more may be reserved later.
    public var requestIncrementalAuthorization: Bool?
    /// Whether more may be captured than was reserved.
    public var enableOvercapture: Bool?
    /// Whether a bank may reserve less than was asked for.
    public var enablePartialAuthorization: Bool?
    /// The connectors it may go through, such as `stripe_test`.
    public var connectors: [String] = []

    /// A payment that is not confirmed yet.
    public init(id: ProviderID, amount: Money) {
        self.id = id
        self.amount = amount
    }

    func body() throws(ProviderError) -> Body {
        var body = Body()
        body.set("payment_id", try id.checked)
        body.set("amount", try amount.onTheWire)
        body.set("currency", amount.currency.code)
        if let amountToCapture { body.set("amount_to_capture", try amountToCapture.onTheWire) }
        body.set("capture_method", captureMethod)
        body.set("confirm", confirm)
        body.set("authentication_type", authenticationType)
        body.set("customer_id", customerID)
        body.set("description", description)
        body.set("return_url", returnURL)
        paymentMethod?.write(to: &body)
        body.set("payment_method_type", paymentMethodType)
        body.set("payment_token", paymentToken)
        body.set("setup_future_usage", setupFutureUsage)
        body.set("off_session", offSession)
        body.set("mandate_id", mandateID)
        body.set("profile_id", profileID)
        body.set("session_expiry", sessionExpirySeconds.map(Int64.init))
        body.set("metadata", metadata)
        body.set("merchant_order_reference_id", merchantOrderReferenceID)
        body.set("request_incremental_authorization", requestIncrementalAuthorization)
        body.set("enable_overcapture", enableOvercapture)
        body.set("enable_partial_authorization", enablePartialAuthorization)
        body.set("connector", connectors)
        return body
    }
}

/// A payment as the router shows it: the useful part of `PaymentsResponse`. Times are as it writes them.
public struct HyperswitchPayment: Hashable, Sendable {
    /// The id that the caller chose.
    public let id: ProviderID
    /// Where it stands.
    public let status: IntentStatus
    /// What was asked for.
    public let amount: Money
    /// With surcharge, shipping and tax.
    public let netAmount: Money?
    /// What can still be captured.
    public let amountCapturable: Money?
    /// What was captured so far; absent before the first capture.
    public let amountReceived: Money?
    /// When money is collected.
    public let captureMethod: CaptureMethod?
    /// Who pays, by the caller's own name.
    public let customerID: String?
    /// The connector it went through, such as `stripe_test`.
    public let connector: String?
    /// That connector's own id for it.
    public let connectorTransactionID: String?
    /// What the customer's browser needs to go on.
    public let clientSecret: Secret?
    /// The page to send the customer to.
    public let redirectURL: String?
    /// The caller's own name for the order.
    public let merchantOrderReferenceID: String?
    /// Why it was released, as the caller said.
    public let cancellationReason: String?
    /// Why it failed, by the connector's code.
    public let errorCode: String?
    /// Why it failed, in the connector's words.
    public let errorMessage: String?
    /// When it last changed; what orders deliveries of webhooks.
    public let updated: String?
    /// Until when it can be confirmed.
    public let expiresOn: String?
    /// The statuses of its attempts, in no promised order; empty unless asked for.
    public let attemptStatuses: [String]

    init(_ reader: ObjectReader) throws(Unreadable) {
        id = try reader.id("payment_id")
        status = try reader.known("status")
        let currency = try reader.currency()
        amount = try reader.money("amount", currency)
        netAmount = try reader.optionalMoney("net_amount", currency)
        amountCapturable = try reader.optionalMoney("amount_capturable", currency)
        amountReceived = try reader.optionalMoney("amount_received", currency)
        captureMethod = try reader.optionalString("capture_method").flatMap(CaptureMethod.init)
        customerID = try reader.optionalString("customer_id")
        connector = try reader.optionalString("connector")
        connectorTransactionID = try reader.optionalString("connector_transaction_id")
        clientSecret = try reader.optionalString("client_secret").map(Secret.init)
        redirectURL = try reader.optionalObject("next_action")?.optionalString("redirect_to_url")
        merchantOrderReferenceID = try reader.optionalString("merchant_order_reference_id")
        cancellationReason = try reader.optionalString("cancellation_reason")
        errorCode = try reader.optionalString("error_code")
        errorMessage = try reader.optionalString("error_message")
        updated = try reader.optionalString("updated")
        expiresOn = try reader.optionalString("expires_on")
        attemptStatuses = try reader.optionalElements("attempts") { attempt throws(Unreadable) in
            try attempt.string("status")
        }
    }
}
