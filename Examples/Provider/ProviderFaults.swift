import Rewind

/// An order from its creation to its last refund, where every call to the provider may fail in every way, webhooks arrive
/// twice, late, in another order or never, and the reconciler asks.
///
/// The world is the API, its database, the provider and the clock, rewound together. At most one disaster, one repeated and
/// one lost webhook, and one passing of time on a path.
public let providerFaults = Exploration(of: Purchase.self) {
    shopActions
    shopActionsAmidDisaster
    providerActions
    disputeActions
    timeActions
    moneyInvariants
    newsInvariants
    shopDiagram
}
.loggingWebhooks()
.exempting(tables: "clock", "operations", "refunds")

/// An outcome that is not known leaves the order where it was; what is pending may also be refused a second time.
let shopDiagram = StateMachine<Purchase>(\.status) {
    Arrow("create_order", from: nil, to: .pending)
    Arrow("pay_order", from: .pending, to: .paid)
    Arrow("pay_amid_disaster", from: .pending, to: .pending)
    Arrow("cancel_order", from: .pending, to: .canceled)
    Arrow("capture_order", from: .paid, to: .captured)
    Arrow("capture_part", from: .paid, to: .captured)
    Arrow("capture_amid_disaster", from: .paid, to: .paid)
    Arrow("void_order", from: .paid, to: .canceled)
    Arrow("void_amid_disaster", from: .paid, to: .paid)
    Arrow("refund_order", from: .captured, to: .captured)
    Arrow("refund_part", from: .captured, to: .captured)
    Arrow("refund_answered_as_done", from: .captured, to: .captured)
    Arrow("refund_amid_disaster", from: .captured, to: .captured)
    Arrow("week_passes", from: .pending, .paid, to: .expired)
}
