/// Where the payment of an order stands.
///
/// ```text
/// pending ── pay ──▶ paid ── capture ──▶ captured
///    │                 └──── refund ─┐      │ refund
///    ├─ cancel ─▶ canceled           ▼      ▼
///    └─ expire ─▶ expired           refunded
/// ```
///
/// A partial refund leaves the status as it is until everything is refunded.
public enum OrderStatus: String, CaseIterable, Hashable, Sendable {
    /// Waiting for the payment.
    case pending
    /// The customer's payment is authorised.
    case paid
    /// The money has been collected.
    case captured
    /// All of it has been returned.
    case refunded
    /// Called off before it was paid.
    case canceled
    /// Not paid in time.
    case expired
}
