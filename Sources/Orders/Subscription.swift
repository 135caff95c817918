/// Where a subscription stands.
///
/// ```text
/// pending_payment ── its order's money is captured ──▶ active ── 30 days ──▶ expired
///        └─ its order can no longer be paid ─▶ expired   └─ the money was returned ─▶ ended
/// ```
public enum SubscriptionStatus: String, CaseIterable, Hashable, Sendable {
    /// Its order is not captured yet.
    case pendingPayment = "pending_payment"
    /// Paid for, and its time is not over.
    case active
    /// Not paid in time, or its time is over.
    case expired
    /// All that was paid has been returned.
    case ended

    /// Whether a subscription may go from this status straight to another one.
    public func canBecome(_ next: SubscriptionStatus) -> Bool {
        switch self {
        case .pendingPayment: next == .active || next == .expired
        case .active: next == .expired || next == .ended
        case .expired, .ended: false
        }
    }
}

/// Something that a customer may use for as long as its order's payment is good.
public struct Subscription: Hashable, Sendable {
    /// What can be subscribed to.
    public enum Plan: String, CaseIterable, Hashable, Sendable {
        /// 30 days.
        case monthly

        /// How long a payment lasts.
        public var seconds: Int64 { 30 * 86_400 }
    }

    /// The number the store gave it.
    public let id: SubscriptionID
    /// The order that pays for it. It pays for no other.
    public let orderID: OrderID
    /// What it is.
    public let plan: Plan
    /// Where it stands.
    public internal(set) var status: SubscriptionStatus
    /// When it was asked for.
    public let createdAt: Timestamp
    /// When it became active, if it did.
    public internal(set) var activatedAt: Timestamp?

    /// Makes a subscription from its parts, as a store reads them.
    public init(
        id: SubscriptionID, orderID: OrderID, plan: Plan, status: SubscriptionStatus = .pendingPayment,
        createdAt: Timestamp, activatedAt: Timestamp? = nil
    ) {
        self.id = id
        self.orderID = orderID
        self.plan = plan
        self.status = status
        self.createdAt = createdAt
        self.activatedAt = activatedAt
    }

    /// From which second on it is over, if it ever was active.
    public var endsAt: Timestamp? { activatedAt?.advanced(bySeconds: plan.seconds) }
}

/// A subscription's number, unique for all time.
public struct SubscriptionID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number itself.
    public let rawValue: Int64

    /// Names the subscription with this number.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The number alone.
    public var description: String { "\(rawValue)" }
}
