/// Where a payout stands.
///
/// ```text
/// pending ── completes ──▶ completed ── is asked back ──▶ reversal_pending ──▶ reversed
///    │                        ▲                                  │
///    └─ fails ─▶ failed ──────┘ a later attempt                  └──▶ permanently_failed
///                   └──▶ permanently_failed
/// ```
///
/// A payout that failed is attempted again in the same row; while it is, it is still called failed.
public enum PayoutStatus: String, CaseIterable, Hashable, Sendable {
    /// The provider was asked, or is about to be, and nobody knows yet.
    case pending
    /// The seller has the money.
    case completed
    /// The provider refused, or the transfer came to nothing. It may be attempted again.
    case failed
    /// The money is on its way back.
    case reversalPending = "reversal_pending"
    /// The money is back.
    case reversed
    /// Nothing more will happen: it was refused too often, or the money did not come back.
    case permanentlyFailed = "permanently_failed"

    /// Whether a payout may go from this status straight to another one.
    public func canBecome(_ next: PayoutStatus) -> Bool {
        switch self {
        case .pending: next == .completed || next == .failed
        case .completed: next == .reversalPending
        case .failed: next == .completed || next == .permanentlyFailed
        case .reversalPending: next == .reversed || next == .permanentlyFailed
        case .reversed, .permanentlyFailed: false
        }
    }
}
