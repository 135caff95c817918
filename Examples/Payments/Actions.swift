import Rewind
import RewindHTTP

/// What a client can do: the tutorial's six actions, the passing of time, and a look.
let actions: [Action<Checkout>] = [
    Action("create_order") { run in
        let reply = try await run.api.post(
            "/orders", json: ["amount": "100.00", "currency": "USD", "customer_id": "cust_123"])
        guard reply.isSuccess else { return reply.outcome }
        let order = try reply.decode(OrderReply.self)
        run.context.orderID = order.id
        run.context.amount = try order.money(order.amount)
        try run.context.update(from: order)
        return .accepted
    }
    .when { $0.orderID == nil },

    changing("pay_order", at: "pay"),
    changing("capture_order", at: "capture"),
    changing("cancel_order", at: "cancel"),

    Action("refund_order") { run in try await refund(nil, &run) }.when { $0.orderID != nil },

    // Amounts that divide the total and that don't, one minor unit below and above it, and one below zero.
    Action("partial_refund", over: ["25.00", "30.00", "99.99", "100.01", "-25.00"]) { run, amount in
        try await refund(amount, &run)
    }
    .when { $0.orderID != nil },

    // The payment window passes. The clock is the server's own and part of its database, so it is rewound as well.
    Action("expire_order") { run in
        let reply = try await run.api.post("/clock/advance", json: ["seconds": 1800])
        guard reply.isSuccess, let id = run.context.orderID else { return reply.outcome }
        guard try reply.decode(ClockReply.self).expired.contains(id) else { return .refused }
        run.context.status = .expired
        return .accepted
    }
    .when { $0.orderID != nil }
    .atMost(1),

    Action("get_order") { run in
        try await run.api.get("/orders/\(orderID(run))").outcome
    }
    .when { $0.orderID != nil },
]

/// A request without a body that moves the order to another state.
private func changing(_ name: String, at path: String) -> Action<Checkout> {
    Action(name) { run in
        let reply = try await run.api.post("/orders/\(orderID(run))/\(path)")
        if reply.isSuccess { try run.context.update(from: reply.decode()) }
        return reply.outcome
    }
    .when { $0.orderID != nil }
}

/// Refunds an amount, or everything that is left.
private func refund(_ amount: String?, _ run: inout Run<Checkout>) async throws -> Outcome {
    let path = "/orders/\(orderID(run))/refund"
    let reply =
        if let amount { try await run.api.post(path, json: ["amount": amount]) } else { try await run.api.post(path) }
    guard reply.isSuccess else { return reply.outcome }
    let order = try reply.decode(OrderReply.self)
    try run.context.update(from: order)
    run.context.refunded = try run.context.refunded.adding(order.money(order.refundAmount ?? order.amount))
    return .accepted
}

private func orderID(_ run: Run<Checkout>) -> Int64 { run.context.orderID ?? 0 }

private struct ClockReply: Decodable {
    let expired: [Int64]
}
