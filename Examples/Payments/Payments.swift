import Money
import Rewind
import RewindHTTP

/// The tutorial: a payments API, what a client can do to it, and what must be true of it.
///
/// Actions carry no opinion on what is allowed. The tutorial this follows skipped the forbidden requests and left the
/// refunded amount out of a state's identity, and so could not find the bugs it was written to show.
public let payments = Exploration(of: Checkout.self) {
    actions
    invariants
    StateMachine(\.status) {
        Arrow("create_order", from: nil, to: .pending)
        Arrow("pay_order", from: .pending, to: .paid)
        Arrow("cancel_order", from: .pending, to: .canceled)
        Arrow("expire_order", from: .pending, to: .expired)
        Arrow("capture_order", from: .paid, to: .captured)
        Arrow("refund_order", from: .paid, .captured, to: .refunded)
        Arrow("partial_refund", from: .paid, to: .paid, .refunded)
        Arrow("partial_refund", from: .captured, to: .captured, .refunded)
    }
}
