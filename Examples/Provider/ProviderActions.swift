import HyperswitchSandbox
import Rewind
import RewindHTTP

/// What a bank says to the shop's refund, or to the shop when a customer wants money back.
private enum Decision: String, CaseIterable, CustomStringConvertible {
    case forTheShop = "as the shop wants"
    case againstTheShop = "against the shop"

    var description: String { rawValue }
}

/// What the provider does by itself: banks decide, webhooks arrive, twice, in another order, or never.
let providerActions: [Action<Purchase>] = [
    Action("bank_decides_refund", over: Decision.allCases) { run, decision in
        let provider = try run.provider
        let pending = Set(provider.state.refunds.filter { $0.status == .pending }.map(\.id))
        guard let refund = try await run.first(of: pending, "SELECT provider_reference FROM refunds ORDER BY id") else {
            return .skipped("no refund is pending")
        }
        run.context.isReconciled = false
        try provider.settleRefund(refund, as: decision == .forTheShop ? .success : .failure)
        return .accepted
    },

    delivery("webhook_arrives") { provider in try await provider.deliverNext() },
    delivery("webhook_arrives_twice") { provider in
        guard let next = provider.pendingDeliveries.first else { return nil }
        return try await provider.deliver(next.id, times: 2)
    }
    .atMost(1),
    delivery("latest_webhook_arrives_first") { provider in
        guard provider.pendingDeliveries.count > 1, let last = provider.pendingDeliveries.last else { return nil }
        return try await provider.deliver(last.id)
    }
    .atMost(1),
    Action("webhook_is_lost") { run in
        let provider = try run.provider
        guard let next = provider.pendingDeliveries.first else { return .skipped("no webhook is due") }
        try provider.dropDelivery(next.id)
        return .accepted
    }
    .atMost(1),
]

/// A customer's bank takes money back.
let disputeActions: [Action<Purchase>] = [
    Action("customer_disputes") { run in
        let provider = try run.provider
        guard let payment = provider.state.payments.first(where: { $0.captured > 0 }) else {
            return .skipped("nothing was captured")
        }
        run.context.isReconciled = false
        try provider.raiseDispute(of: payment.id, amount: 50_00)
        return .accepted
    }
    .atMost(1),
    Action("bank_decides_dispute", over: Decision.allCases) { run, decision in
        let provider = try run.provider
        guard let dispute = provider.state.disputes.first(where: { $0.status == .opened }) else {
            return .skipped("there is no dispute")
        }
        run.context.isReconciled = false
        try provider.settleDispute(dispute.id, as: decision == .forTheShop ? .won : .lost)
        return .accepted
    },
]

/// Time passes, for the service and the provider alike.
let timeActions: [Action<Purchase>] = [
    Action("reconcile") { run in
        try await run.passTime(seconds: 31 * 60)
        let reply = try await run.api.post("/reconcile")
        run.context.hasAsked = true
        run.context.isReconciled = reply.isSuccess
        try await run.look()
        return reply.outcome
    }
    .when { $0.orderID != nil }
    .atMost(1),
    Action("week_passes") { run in
        let before = run.context.status
        try await run.passTime(seconds: 7 * 86_400)
        run.context.isReconciled = false
        try await run.look()
        return run.context.status == before ? .refused : .accepted
    }
    .when { $0.orderID != nil }
    .atMost(1),
]

/// A webhook arrives, or several. Refused when the service did not take it.
func delivery(
    _ name: String,
    _ deliver: @escaping @Sendable (HyperswitchSandbox) async throws -> SandboxDeliveryReport?
) -> Action<Purchase> {
    Action(name) { run in
        guard let outcome = try await run.deliver(deliver) else { return .skipped("no webhook is due") }
        run.context.isReconciled = false
        if run.context.orderID != nil { try await run.look() }
        return outcome
    }
}
