import Rewind
import RewindHTTP

/// What the tester knows of the one customer and the one order it plays with.
struct Purchase: ExplorationContext {
    var customerID: Int64?
    /// What the API calls the order: a random UUID.
    var reference: String?
    var status: Status?
    /// The sum of the refunds that were accepted, in euros.
    var refunded = 0

    enum Status: String, Codable, Hashable, Sendable { case pending, paid, captured, refunded, canceled }
}

/// An order as the API takes it.
struct NewOrder: Encodable {
    let customerID: Int64
    let amount, currency: String

    enum CodingKeys: String, CodingKey {
        case customerID = "customer_id"
        case amount, currency
    }
}

/// Everything a client can do to the Python API with one customer at a time and one order of 100.00 EUR.
let shop = Exploration(of: Purchase.self) {
    shopActions
    shopInvariants
    StateMachine(\.status) {
        Arrow("create_order", from: nil, to: .pending)
        Arrow("pay", from: .pending, to: .paid)
        Arrow("capture", from: .paid, to: .captured)
        Arrow("refund", from: .captured, to: .captured, .refunded)
        Arrow("cancel", from: .pending, to: .canceled)
        Arrow("delete_order", from: .pending, .canceled, to: nil)
    }
}

private let shopActions: [Action<Purchase>] = [
    Action("create_customer") { run in
        let reply = try await run.api.post("/customers", json: ["email": "ada@example.org"])
        if reply.isSuccess { run.context.customerID = try reply.json.id.integer }
        return reply.outcome
    }
    .when { $0.customerID == nil },

    Action("create_order") { run in
        let reply = try await run.api.post(
            "/orders",
            json: NewOrder(customerID: run.context.customerID ?? 0, amount: "100.00", currency: "EUR"))
        if reply.isSuccess {
            run.context.reference = try reply.json.reference.string
            run.context.status = try status(in: reply)
        }
        return reply.outcome
    }
    .when { $0.customerID != nil && $0.reference == nil },

    changing("pay"), changing("capture"),

    Action("refund", over: [40, 60]) { run, euros in
        let reply = try await run.api.post("\(path(run))/refunds", json: ["amount": "\(euros).00"])
        if reply.isSuccess {
            run.context.status = try status(in: reply)
            run.context.refunded += euros
        }
        return reply.outcome
    }
    .when { $0.reference != nil },

    changing("cancel"),

    Action("delete_order") { run in
        let reply = try await run.api.delete(path(run))
        if reply.isSuccess { forgetOrder(&run.context) }
        return reply.outcome
    }
    .when { $0.reference != nil },

    Action("delete_customer") { run in
        let reply = try await run.api.delete("/customers/\(run.context.customerID ?? 0)")
        if reply.isSuccess {
            forgetOrder(&run.context)
            run.context.customerID = nil
        }
        return reply.outcome
    }
    .when { $0.customerID != nil }
    .atMost(1),

    Action("get_order") { run in try await run.api.get(path(run)).outcome }.when { $0.reference != nil },
]

private let shopInvariants: [Invariant<Purchase>] = [
    Invariant("no_over_refund", .critical, "No payment is refunded by more than it was") { run in
        try await run.db.rows(
            """
            SELECT p.id FROM payments p JOIN refunds r ON r.payment_id = p.id
            GROUP BY p.id HAVING sum(r.amount) > p.amount
            """
        ).isEmpty
    },
    Invariant("payments_are_audited", .high, "Each payment and refund has left a line in the audit log") { run in
        try await run.db.rows(
            """
            SELECT id FROM payments p WHERE NOT EXISTS (SELECT FROM audit_log
                WHERE entity = 'payments' AND entity_id = p.id AND event = 'INSERT')
            UNION ALL SELECT id FROM refunds r WHERE NOT EXISTS (SELECT FROM audit_log
                WHERE entity = 'refunds' AND entity_id = r.id AND event = 'INSERT' AND amount = r.amount)
            """
        ).isEmpty
    },
    Invariant("api_and_tester_agree", .high, "The API answers what the tester was told") { run in
        let reply = try await run.api.get(path(run))
        let isSameSum = try reply.json.refunded.string.split(separator: ".").first == "\(run.context.refunded)"
        return try status(in: reply) == run.context.status && isSameSum
    }
    .when { $0.reference != nil },
    Invariant("deleted_means_gone", .high, "Nothing is left of a customer that was deleted") { run in
        try await run.db.rows("SELECT id FROM customers WHERE email = $1", [.text("ada@example.org")]).isEmpty
    }
    .when { $0.customerID == nil },
]

/// A request without a body that moves the order to another state.
private func changing(_ name: String) -> Action<Purchase> {
    Action(name) { run in
        let reply = try await run.api.post("\(path(run))/\(name)")
        if reply.isSuccess { run.context.status = try status(in: reply) }
        return reply.outcome
    }
    .when { $0.reference != nil }
}

private func path(_ run: Run<Purchase>) -> String { "/orders/\(run.context.reference ?? "")" }

private func status(in reply: Reply) throws -> Purchase.Status? {
    Purchase.Status(rawValue: try reply.json.status.string)
}

private func forgetOrder(_ context: inout Purchase) {
    context.reference = nil
    context.status = nil
    context.refunded = 0
}
