import ExactJSON
import PaymentProviders

/// What a webhook of the router tells.
public struct HyperswitchEvent: Hashable, Sendable {
    /// What happened, by the router's names.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case paymentSucceeded = "payment_succeeded"
        case paymentFailed = "payment_failed"
        case paymentProcessing = "payment_processing"
        case paymentCancelled = "payment_cancelled"
        case paymentCancelledPostCapture = "payment_cancelled_post_capture"
        case paymentAuthorized = "payment_authorized"
        case paymentPartiallyAuthorized = "payment_partially_authorized"
        case paymentCaptured = "payment_captured"
        case paymentExpired = "payment_expired"
        case actionRequired = "action_required"
        case refundSucceeded = "refund_succeeded"
        case refundFailed = "refund_failed"
        case disputeOpened = "dispute_opened"
        case disputeExpired = "dispute_expired"
        case disputeAccepted = "dispute_accepted"
        case disputeCancelled = "dispute_cancelled"
        case disputeChallenged = "dispute_challenged"
        case disputeWon = "dispute_won"
        case disputeLost = "dispute_lost"
        case mandateActive = "mandate_active"
        case mandateRevoked = "mandate_revoked"
        case payoutSuccess = "payout_success"
        case payoutFailed = "payout_failed"
        case payoutInitiated = "payout_initiated"
        case payoutProcessing = "payout_processing"
        case payoutCancelled = "payout_cancelled"
        case payoutExpired = "payout_expired"
        case payoutReversed = "payout_reversed"
        case invoicePaid = "invoice_paid"
    }

    /// A kind that this client knows, or the name of one that it does not.
    public enum EventType: Hashable, Sendable {
        case known(Kind)
        case other(String)

        init(_ name: String) { self = Kind(rawValue: name).map(EventType.known) ?? .other(name) }

        /// The router's name.
        public var name: String {
            switch self {
            case .known(let kind): kind.rawValue
            case .other(let name): name
            }
        }
    }

    /// What it is about, as it was when the event was made.
    public enum Content: Hashable, Sendable {
        case payment(HyperswitchPayment)
        case refund(HyperswitchRefund)
        case payout(HyperswitchPayout)
        case dispute(HyperswitchDispute)
        /// An object that is not read, by the name of its kind, such as `mandate_details`.
        case other(String)
    }

    /// The same in every delivery of one event, retries included.
    public let id: String
    /// What happened.
    public let type: EventType
    /// Whose account it is about.
    public let merchantID: String?
    /// What it is about.
    public let content: Content
    /// When it was made, as the router writes it.
    public let timestamp: String?

    /// Checks a delivery's signature and reads it.
    ///
    /// - Parameters:
    ///   - body: The exact bytes that came: a body that was read and written again has another signature.
    ///   - signature: The value of ``WebhookSignature/headerName``.
    /// - Throws: `WebhookError`; `unreadable` if the signature is right and the body is not what the router promises.
    public init(body: [UInt8], signature: String?, key: WebhookKey) throws(WebhookError) {
        try WebhookSignature.verify(signature, of: body, with: key)
        do throws(Unreadable) {
            try self.init(ObjectReader(try JSON.read(body)))
        } catch {
            throw .unreadable(error.reason)
        }
    }

    private init(_ reader: ObjectReader) throws(Unreadable) {
        id = try reader.string("event_id")
        type = EventType(try reader.string("event_type"))
        merchantID = try reader.optionalString("merchant_id")
        timestamp = try reader.optionalString("timestamp")
        content = try Content(try reader.object("content"))
        guard !id.isEmpty else { throw Unreadable("event_id is empty") }
    }
}

extension HyperswitchEvent.Content {
    fileprivate init(_ reader: ObjectReader) throws(Unreadable) {
        switch try reader.string("type") {
        case "payment_details": self = .payment(try HyperswitchPayment(try reader.object("object")))
        case "refund_details": self = .refund(try HyperswitchRefund(try reader.object("object")))
        case "payout_details": self = .payout(try HyperswitchPayout(try reader.object("object")))
        case "dispute_details": self = .dispute(try HyperswitchDispute(try reader.object("object")))
        case let name: self = .other(name)
        }
    }
}
