/// The switches of a sandbox, which test controls move and rewinding puts back.
public struct SandboxSettings: SandboxRecord {
    /// What an `Idempotency-Key` does.
    public enum Profile: String, CaseIterable, Hashable, Sendable, SandboxCell {
        /// Nothing, as with the real router: it never reads the header, and refuses a duplicate id with `HE_01`
        /// (fact sheet, §3).
        case router
        /// Replays the stored answer, marked; 409 while the first is in flight; an error for another body or endpoint;
        /// forgotten after 24 hours (Stripe's API reference, “Idempotent requests”).
        case stripe
        /// Demands the key on each POST; 422 for another body, 409 while in flight
        /// (IETF draft-ietf-httpapi-idempotency-key-header).
        case strictIETF = "strict-ietf"
    }

    /// What becomes of a refund or payout when it is accepted.
    public enum Settlement: String, CaseIterable, Hashable, Sendable, SandboxCell {
        /// It has succeeded with the answer.
        case instant
        /// It is pending until a test control settles it.
        case pending
    }

    /// From which statuses a payment may be cancelled.
    public enum CancelRules: String, CaseIterable, Hashable, Sendable, SandboxCell {
        /// Those that the documents list.
        case documented
        /// All but those that the code refuses: it lets a partially captured payment be cancelled (fact sheet, §2).
        case asCode = "as-code"
    }

    /// The same for every sandbox: there is one row.
    private(set) var id = "settings"
    public var profile = Profile.router
    public var refunds = Settlement.instant
    public var payouts = Settlement.instant
    public var cancelRules = CancelRules.documented
    /// Whether a failed payment may be confirmed again.
    public var allowsManualRetry = false
    /// Whether the amount of a refund is checked and kept in one step. The real router does not: two refunds that
    /// overlap can both pass (juspay/hyperswitch issue 13182).
    public var checksRefundsUnderLock = false

    /// The real router's behaviour, with refunds and payouts that succeed at once.
    public init() {}

    static let table = "settings"

    static let columns: [SandboxColumn<SandboxSettings>] = [
        .of("id", \.id), .of("profile", \.profile), .of("refunds", \.refunds), .of("payouts", \.payouts),
        .of("cancel_rules", \.cancelRules), .of("allows_manual_retry", \.allowsManualRetry),
        .of("checks_refunds_under_lock", \.checksRefundsUnderLock),
    ]
}

/// The virtual clock, a table of one row.
struct SandboxClock: SandboxRecord {
    private(set) var id = "clock"
    var now = SandboxInstant.start

    static let table = "clock"
    static let columns: [SandboxColumn<SandboxClock>] = [.of("id", \.id), .of("now", \.now)]
}

/// How many ids of one kind were made.
struct SandboxCounter: SandboxRecord {
    var id = ""
    var last: Int64 = 0

    static let table = "counters"
    /// One cell: counters are compared with those of databases, which have no more.
    static let columns: [SandboxColumn<SandboxCounter>] = [.of("id", \.id), .of("last", \.last)]
}
