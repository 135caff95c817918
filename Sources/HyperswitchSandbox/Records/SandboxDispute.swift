/// A customer's bank that wants money back.
public struct SandboxDispute: SandboxRecord {
    /// Where it stands (fact sheet, §2).
    public enum Status: String, CaseIterable, Hashable, Sendable, SandboxCell {
        case opened = "dispute_opened"
        case expired = "dispute_expired"
        case accepted = "dispute_accepted"
        case cancelled = "dispute_cancelled"
        case challenged = "dispute_challenged"
        case won = "dispute_won"
        case lost = "dispute_lost"

        /// Where it may go: from open anywhere, from challenged not back; the rest are ends.
        func mayBecome(_ next: Status) -> Bool {
            switch self {
            case .opened: true
            case .challenged: next != .opened
            case .expired, .accepted, .cancelled, .won, .lost: next == self
            }
        }
    }

    public internal(set) var id = ""
    public internal(set) var paymentID = ""
    /// In minor units of the payment's currency.
    public internal(set) var amount: Int64 = 0
    /// The currency's code.
    public internal(set) var currency = ""
    public internal(set) var status = Status.opened
    /// When it was raised.
    public internal(set) var createdAt = SandboxInstant.start
    /// When it last changed; later than each time before.
    public internal(set) var updatedAt = SandboxInstant.start

    static let table = "disputes"

    static let columns: [SandboxColumn<SandboxDispute>] = [
        .of("dispute_id", \.id), .of("payment_id", \.paymentID), .of("amount", \.amount), .of("currency", \.currency),
        .of("dispute_status", \.status), .of("created_at", \.createdAt), .of("updated_at", \.updatedAt),
    ]
}
