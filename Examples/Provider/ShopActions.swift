import HyperswitchSandbox
import Money
import Rewind
import RewindHTTP

/// What the shop and its customer do.
let shopActions: [Action<Purchase>] = [
    Action("create_order") { run in
        let reply = try await run.createOrder()
        guard reply.isSuccess else { return reply.outcome }
        let order = try reply.decode(PurchaseReply.self)
        run.context.orderID = order.id
        run.context.status = order.status
        return .accepted
    }
    .when { $0.orderID == nil },

    command("pay_order") { run in try await run.send("pay").outcome },
    command("capture_order") { run in try await run.send("capture").outcome },
    command("capture_part") { run in try await run.send("capture", amount: "60.00").outcome },
    command("capture_more") { run in try await run.send("capture", amount: "100.01").outcome }.alwaysRefused(),
    command("void_order") { run in try await run.send("void").outcome },
    command("cancel_order") { run in try await run.send("cancel").outcome },
    command("refund_order") { run in try await refund(nil, &run) },
    command("refund_part") { run in try await refund("40.00", &run) },
    // The provider's answer says that it is done. That is not the last word: only news of it, or a look-up, is.
    command("refund_answered_as_done") { run in
        let provider = try run.provider
        provider.configure { $0.refunds = .instant }
        defer { provider.configure { $0.refunds = .pending } }
        return try await refund("40.00", &run)
    },
]

/// The same where the provider, or the way to it, fails.
let shopActionsAmidDisaster: [Action<Purchase>] = [
    .amidDisaster("pay_amid_disaster", .authorize) { run in try await run.send("pay").outcome },
    .amidDisaster("capture_amid_disaster", .capture) { run in try await run.send("capture").outcome },
    .amidDisaster("void_amid_disaster", .cancel) { run in try await run.send("void").outcome },
    .amidDisaster("refund_amid_disaster", .refund) { run in try await refund("40.00", &run) },
]

func command(_ name: String, perform: @escaping Action<Purchase>.Body) -> Action<Purchase> {
    Action(name, perform: perform).when { $0.orderID != nil }
}

/// Refunds an amount, or everything that is left, and remembers whether that was more than was left.
func refund(_ amount: String?, _ run: inout Run<Purchase>) async throws -> Outcome {
    let left = try await run.look().refundable()
    let reply = try await run.send("refund", amount: amount)
    guard reply.isSuccess, let asked = try reply.decode(PurchaseReply.self).refundAmount else { return reply.outcome }
    if try !Money(decimal: asked, .usd).isAtMost(left) { run.context.isOverdrawn = true }
    return .accepted
}
