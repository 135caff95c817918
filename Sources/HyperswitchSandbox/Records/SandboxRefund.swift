import ExactJSON

/// A refund as the sandbox keeps it.
public struct SandboxRefund: SandboxRecord {
    /// How the provider stores where it stands (fact sheet, §2).
    public enum Status: String, CaseIterable, Hashable, Sendable, SandboxCell {
        case pending, success, failure
        case manualReview = "manual_review"
        case transactionFailure = "transaction_failure"

        /// How its API calls it.
        public var apiName: String {
            switch self {
            case .pending: "pending"
            case .success: "succeeded"
            case .failure, .transactionFailure: "failed"
            case .manualReview: "review"
            }
        }

        /// Whether it is not going to return money.
        public var hasFailed: Bool { self == .failure || self == .transactionFailure }

        /// The event that tells of it (fact sheet, §4): a refund that ends in review or by a failed transaction is
        /// silent.
        public var eventType: String? {
            switch self {
            case .success: "refund_succeeded"
            case .failure: "refund_failed"
            case .pending, .manualReview, .transactionFailure: nil
            }
        }
    }

    /// The merchant's id for it, or one that was made.
    public internal(set) var id = ""
    public internal(set) var paymentID = ""
    /// In minor units of the payment's currency.
    public internal(set) var amount: Int64 = 0
    /// The currency's code.
    public internal(set) var currency = ""
    public internal(set) var status = Status.pending
    public internal(set) var reason: String?
    /// What the merchant attached, as JSON text.
    public internal(set) var metadata: String?
    public internal(set) var errorCode: String?
    public internal(set) var errorMessage: String?
    /// When it was made.
    public internal(set) var createdAt = SandboxInstant.start
    /// When it last changed; later than each time before.
    public internal(set) var updatedAt = SandboxInstant.start

    static let table = "refunds"

    static let columns: [SandboxColumn<SandboxRefund>] = [
        .of("refund_id", \.id), .of("payment_id", \.paymentID), .of("amount", \.amount), .of("currency", \.currency),
        .of("status", \.status), .of("reason", \.reason), .of("metadata", \.metadata),
        .of("error_code", \.errorCode), .of("error_message", \.errorMessage), .of("created_at", \.createdAt),
        .of("updated_at", \.updatedAt),
    ]
}
