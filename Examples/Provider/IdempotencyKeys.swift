import Rewind
import RewindHTTP

/// Requests that are sent again under the same `Idempotency-Key`: by the same account with the same body, with another one,
/// to another endpoint, and by somebody else.
public let idempotencyKeys = Exploration(of: Repetition.self) {
    Action("create_order") { run in try await run.create("100.00") }.when { $0.first == nil }
    Action("same_again") { run in
        let reply = try await run.send("100.00", as: "alice")
        guard reply.isSuccess else { return .refused }
        run.context.isReplayedWell =
            try reply.json["id"].integer == run.context.first
            && reply.header("Idempotent-Replayed") == "true"
        return .accepted
    }
    .when { $0.first != nil }
    Action("another_body") { run in try await run.send("50.00", as: "alice").outcome }
        .when { $0.first != nil }
        .alwaysRefused()
    Action("another_endpoint") { run in
        try await run.api.post(
            "/orders/\(run.context.first ?? 0)/pay", headers: ["Idempotency-Key": "key-1", "X-Account": "alice"]
        ).outcome
    }
    .when { $0.first != nil }
    .alwaysRefused()
    Action("somebody_else") { run in
        let reply = try await run.send("100.00", as: "bob")
        guard reply.isSuccess else { return .refused }
        let id = try reply.json["id"].integer
        if id == run.context.first { run.context.isLeaked = true }
        run.context.others = id
        return .accepted
    }
    .when { $0.first != nil }
    Action("empty_key") { run in
        try await run.createOrder(headers: ["Idempotency-Key": ""]).outcome
    }
    .alwaysRefused()

    Invariant<Repetition>("one_effect_per_key", .critical, "A repeated request makes one order for each account") {
        run in
        try await run.db.rows("SELECT id FROM orders").count == (run.context.first == nil ? 0 : 1)
            + (run.context.others == nil ? 0 : 1)
    }
    Invariant<Repetition>("replays_say_so", .high, "The stored answer comes back, marked") { $0.context.isReplayedWell }
    Invariant<Repetition>("key_belongs_to_its_account", .critical, "Nobody is shown another account's answer") {
        !$0.context.isLeaked
    }
}

/// What the tester knows of one key and what came of it.
public struct Repetition: ExplorationContext {
    /// The order that the key's first request made.
    public var first: Int64?
    /// The order that another account's request made under the same key.
    public var others: Int64?
    public var isReplayedWell = true
    public var isLeaked = false

    public init() {}
}

extension Run<Repetition> {
    fileprivate func send(_ amount: String, as account: String) async throws -> Reply {
        try await createOrder(amount, headers: ["Idempotency-Key": "key-1", "X-Account": account])
    }

    fileprivate mutating func create(_ amount: String) async throws -> Outcome {
        let reply = try await send(amount, as: "alice")
        if reply.isSuccess { context.first = try reply.json["id"].integer }
        return reply.outcome
    }
}
