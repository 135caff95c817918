import ExactJSON

/// Money on its way to a seller.
public struct SandboxPayout: SandboxRecord {
    /// Where it stands; those of the provider's thirteen that the sandbox gets into.
    public enum Status: String, CaseIterable, Hashable, Sendable, SandboxCell {
        case requiresConfirmation = "requires_confirmation"
        case pending, success, failed, cancelled, reversed

        /// The event that tells of it (fact sheet, §4).
        public var eventType: String? {
            switch self {
            case .requiresConfirmation: nil
            case .pending: "payout_processing"
            case .success: "payout_success"
            case .failed: "payout_failed"
            case .cancelled: "payout_cancelled"
            case .reversed: "payout_reversed"
            }
        }
    }

    /// The merchant's id for it, or one that was made.
    public internal(set) var id = ""
    /// In minor units.
    public internal(set) var amount: Int64 = 0
    /// The currency's code.
    public internal(set) var currency = ""
    public internal(set) var status = Status.pending
    public internal(set) var customerID: String?
    public internal(set) var description: String?
    /// What the merchant attached, as JSON text.
    public internal(set) var metadata: String?
    public internal(set) var errorCode: String?
    public internal(set) var errorMessage: String?
    /// When it was made.
    public internal(set) var createdAt = SandboxInstant.start
    /// When it last changed; later than each time before.
    public internal(set) var updatedAt = SandboxInstant.start

    static let table = "payouts"

    static let columns: [SandboxColumn<SandboxPayout>] = [
        .of("payout_id", \.id), .of("amount", \.amount), .of("currency", \.currency), .of("status", \.status),
        .of("customer_id", \.customerID), .of("description", \.description), .of("metadata", \.metadata),
        .of("error_code", \.errorCode), .of("error_message", \.errorMessage), .of("created_at", \.createdAt),
        .of("updated_at", \.updatedAt),
    ]
}
