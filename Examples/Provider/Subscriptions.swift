import HyperswitchSandbox
import Rewind
import RewindHTTP

/// Something that may be used only while its payment is good: never active without captured money, ended when all of it
/// was returned, expired when its time is over.
public let subscriptions = Exploration(of: Membership.self) {
    membershipActions
    Invariant("active_means_paid", .critical, "What is active was paid for") { run in
        try await run.db.rows(
            """
            SELECT subscriptions.id FROM subscriptions JOIN orders ON orders.id = order_id
            WHERE subscriptions.status = 'active' AND captured_minor - refunded_minor <= 0
            """
        ).isEmpty
    }
    .explained { _ in "A subscription is active, and none of its order's money has been captured." }
    Invariant("paid_means_active", .high, "What was paid for can be used") { run in
        try await run.db.rows(
            """
            SELECT subscriptions.id FROM subscriptions JOIN orders ON orders.id = order_id
            WHERE subscriptions.status = 'pending_payment' AND orders.status = 'captured'
            """
        ).isEmpty
    }
    StateMachine(\.status) {
        Arrow("subscribe", from: nil, to: .pending_payment)
        Arrow("cancel_order", from: .pending_payment, to: .expired)
        Arrow("pay_order", from: .pending_payment, to: .pending_payment)
        Arrow("void_order", from: .pending_payment, to: .expired)
        Arrow("capture_order", from: .pending_payment, to: .active)
        Arrow("refund_order", from: .active, to: .active)
        Arrow("refund_order", from: .expired, to: .expired)
        Arrow("month_passes", from: .pending_payment, .active, to: .expired)
    }
}
.loggingWebhooks()
.exempting(tables: "clock")

/// What the tester knows of one subscription and the order that pays for it.
public struct Membership: ExplorationContext {
    /// In the API's spelling.
    public enum Status: String, Codable, Hashable, Sendable {
        case pending_payment, active, expired, ended
    }

    public var orderID: Int64?
    public var subscriptionID: Int64?
    /// By the last look at the subscription.
    public var status: Status?

    public init() {}
}

private struct SubscriptionReply: Decodable {
    let id: Int64
    let status: Membership.Status
}

extension Run<Membership> {
    fileprivate mutating func look() async throws {
        guard let id = context.subscriptionID else { return }
        context.status = try await api.get("/subscriptions/\(id)").decode(SubscriptionReply.self).status
    }

    fileprivate mutating func order(_ command: String) async throws -> Outcome {
        let reply = try await api.post("/orders/\(context.orderID ?? 0)/\(command)")
        try await look()
        return reply.outcome
    }
}

private let membershipActions: [Action<Membership>] = [
    Action("create_order") { run in
        let reply = try await run.createOrder()
        if reply.isSuccess { run.context.orderID = try reply.json["id"].integer }
        return reply.outcome
    }
    .when { $0.orderID == nil },
    Action("subscribe") { run in
        let reply = try await run.api.post("/subscriptions", json: Wish(order_id: run.context.orderID ?? 0))
        guard reply.isSuccess else { return reply.outcome }
        let subscription = try reply.decode(SubscriptionReply.self)
        (run.context.subscriptionID, run.context.status) = (subscription.id, subscription.status)
        return .accepted
    }
    .when { $0.orderID != nil },
    ofOrder("pay_order", "pay"), ofOrder("capture_order", "capture"), ofOrder("void_order", "void"),
    ofOrder("cancel_order", "cancel"), ofOrder("refund_order", "refund"),
    Action("bank_returns_money") { run in
        let provider = try run.provider
        guard let refund = provider.state.refunds.first(where: { $0.status == .pending }) else {
            return .skipped("no refund is pending")
        }
        try provider.settleRefund(refund.id, as: .success)
        return .accepted
    },
    Action("webhook_arrives") { run in
        guard let outcome = try await run.deliver() else { return .skipped("no webhook is due") }
        try await run.look()
        return outcome
    },
    Action("month_passes") { run in
        let before = run.context.status
        try await run.passTime(seconds: 30 * 86_400)
        try await run.look()
        return run.context.status == before ? .refused : .accepted
    }
    .when { $0.subscriptionID != nil }
    .atMost(1),
]

private struct Wish: Encodable {
    let order_id: Int64
    var plan = "monthly"
}

private func ofOrder(_ name: String, _ command: String) -> Action<Membership> {
    Action(name) { run in try await run.order(command) }.when { $0.orderID != nil && $0.subscriptionID != nil }
}
