import ExactJSON

/// A payment as the sandbox keeps it. Amounts are in minor units of its currency.
public struct SandboxPayment: SandboxRecord {
    /// The merchant's id for it, or one that was made.
    public internal(set) var id = ""
    /// Where it stands.
    public internal(set) var status = IntentStatus.requiresPaymentMethod
    /// What the customer pays.
    public internal(set) var amount: Int64 = 0
    /// The currency's code.
    public internal(set) var currency = ""
    /// What is still held on the card and may be collected.
    public internal(set) var capturable: Int64 = 0
    /// What was collected, before any refund.
    public internal(set) var captured: Int64 = 0
    /// When money is collected.
    public internal(set) var captureMethod = CaptureMethod.automatic
    /// Whether the customer's bank asks the customer.
    public internal(set) var isThreeDS = false
    /// What became known of the card; nothing while there is none.
    public internal(set) var card: TestCard?
    /// How often it was tried.
    public internal(set) var attempts: Int64 = 1
    /// What names the payment beyond the router; nothing before it was tried.
    public internal(set) var connectorTransactionID: String?
    public internal(set) var customerID: String?
    public internal(set) var description: String?
    public internal(set) var returnURL: String?
    /// The merchant's own name for what is paid.
    public internal(set) var orderReference: String?
    /// What the merchant attached, as JSON text.
    public internal(set) var metadata: String?
    public internal(set) var errorCode: String?
    public internal(set) var errorMessage: String?
    public internal(set) var cancellationReason: String?
    /// When it was made.
    public internal(set) var createdAt = SandboxInstant.start
    /// When it last changed; later than each time before.
    public internal(set) var modifiedAt = SandboxInstant.start
    /// When its session ends.
    public internal(set) var expiresOn = SandboxInstant.start
    /// When the hold on the card ends; nothing while there is none.
    public internal(set) var captureBefore: SandboxInstant?

    /// What a publishable key is used with.
    public var clientSecret: String { "\(id)_secret_" + SandboxIDs.derived(from: "secret/\(id)", length: 20) }

    static let table = "payments"

    static let columns: [SandboxColumn<SandboxPayment>] = [
        .of("payment_id", \.id), .of("status", \.status), .of("amount", \.amount), .of("currency", \.currency),
        .of("amount_capturable", \.capturable), .of("amount_captured", \.captured),
        .of("capture_method", \.captureMethod), .of("is_three_ds", \.isThreeDS), .of("card", \.card),
        .of("attempt_count", \.attempts), .of("connector_transaction_id", \.connectorTransactionID),
        .of("customer_id", \.customerID), .of("description", \.description), .of("return_url", \.returnURL),
        .of("merchant_order_reference_id", \.orderReference), .of("metadata", \.metadata),
        .of("error_code", \.errorCode), .of("error_message", \.errorMessage),
        .of("cancellation_reason", \.cancellationReason), .of("created_at", \.createdAt),
        .of("modified_at", \.modifiedAt), .of("expires_on", \.expiresOn),
        .of("capture_before", \.captureBefore),
    ]
}

/// One collection of money. Only payments that are captured by calls have any.
public struct SandboxCapture: SandboxRecord {
    /// The payment's id, `_`, and the sequence number.
    public internal(set) var id = ""
    public internal(set) var paymentID = ""
    /// The first of a payment is 1.
    public internal(set) var sequence: Int64 = 1
    /// In minor units.
    public internal(set) var amount: Int64 = 0
    public internal(set) var createdAt = SandboxInstant.start

    static let table = "captures"

    static let columns: [SandboxColumn<SandboxCapture>] = [
        .of("capture_id", \.id), .of("payment_id", \.paymentID), .of("capture_sequence", \.sequence),
        .of("amount", \.amount), .of("created_at", \.createdAt),
    ]
}
