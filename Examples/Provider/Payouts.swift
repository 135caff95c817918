import HyperswitchSandbox
import Rewind
import RewindHTTP

/// What a seller gets of an order's money, and gives back: paid out once, tried again under the same key, reversed.
public let payouts = Exploration(of: Earnings.self) {
    earningActions
    earningInvariants
    StateMachine(\.payoutStatus) {
        Arrow("pay_out", from: nil, .reversed, to: .pending)
        Arrow("pay_out_amid_disaster", from: nil, .reversed, to: .pending, .failed)
        Arrow("ask_back", from: .completed, to: .reversal_pending)
        Arrow("try_again", from: .pending, to: .pending, .completed, .failed, .reversed)
        Arrow("try_again", from: .failed, to: .failed, .completed, .reversed)
    }
}
.loggingWebhooks()
.exempting(tables: "clock", "payouts", "payout_attempts")

/// What the tester knows of an order's earnings.
public struct Earnings: ExplorationContext {
    /// The statuses of a payout, in the API's spelling.
    public enum PayoutStatus: String, Codable, Hashable, Sendable {
        case pending, completed, failed, reversal_pending, reversed, permanently_failed
    }

    public var orderID: Int64?
    public var payoutID: Int64?
    /// By the last look at the payout.
    public var payoutStatus: PayoutStatus?
    /// How often something went wrong on the way to the provider.
    public var disasters = 0

    public init() {}
}

extension Earnings: DisasterContext {
    mutating func meet(_ weather: Weather) { disasters += 1 }
}

private struct PayoutReply: Decodable {
    let id: Int64
    let status: Earnings.PayoutStatus
}

extension Run<Earnings> {
    fileprivate mutating func look() async throws {
        guard let id = context.payoutID else { return }
        context.payoutStatus = try await api.get("/payouts/\(id)").decode(PayoutReply.self).status
    }

    fileprivate mutating func take(_ reply: Reply) throws -> Outcome {
        guard reply.isSuccess else { return reply.outcome }
        let payout = try reply.decode(PayoutReply.self)
        (context.payoutID, context.payoutStatus) = (payout.id, payout.status)
        return .accepted
    }

    fileprivate mutating func payOut() async throws -> Outcome {
        try take(await api.post("/orders/\(context.orderID ?? 0)/payout", json: ["seller_id": "s1"]))
    }

    fileprivate mutating func aboutPayout(_ command: String) async throws -> Outcome {
        try take(await api.post("/payouts/\(context.payoutID ?? 0)/\(command)"))
    }
}

private let earningActions: [Action<Earnings>] = [
    // An order that has earned something, in one step: what can go wrong on the way to it is another exploration's.
    Action("sell") { run in
        let created = try await run.createOrder()
        guard created.isSuccess else { return created.outcome }
        let id = try created.json["id"].integer
        run.context.orderID = id
        for command in ["pay", "capture"] {
            let reply = try await run.api.post("/orders/\(id)/\(command)")
            guard reply.isSuccess else { return reply.outcome }
        }
        return .accepted
    }
    .when { $0.orderID == nil },

    Action("pay_out") { run in try await run.payOut() }.when { $0.orderID != nil }.atMost(2),
    .amidDisaster("pay_out_amid_disaster", .payout) { run in try await run.payOut() },
    Action("ask_back") { run in try await run.aboutPayout("reverse") }.when { $0.payoutID != nil },
    Action("try_again") { run in try await run.aboutPayout("retry") }.when { $0.payoutID != nil }.atMost(2),
    Action("refund_order") { run in
        try await run.api.post("/orders/\(run.context.orderID ?? 0)/refund", json: ["amount": "40.00"]).outcome
    }
    .when { $0.orderID != nil }
    .atMost(1),

    Action("bank_decides_payout", over: [SandboxPayout.Status.success, .failed, .reversed].map(BankAnswer.init)) {
        run, answer in
        let provider = try run.provider
        let from: SandboxPayout.Status = answer.status == .reversed ? .success : .pending
        let candidates = Set(provider.state.payouts.filter { $0.status == from }.map(\.id))
        guard
            let payout = try await run.first(
                of: candidates, "SELECT id FROM payout_attempts ORDER BY payout_id, attempt")
        else {
            return .skipped("no payout is \(from.rawValue)")
        }
        try provider.settlePayout(payout, as: answer.status)
        return .accepted
    },
    Action("webhook_arrives") { run in
        guard let outcome = try await run.deliver() else { return .skipped("no webhook is due") }
        try await run.look()
        return outcome
    },
    Action("reconcile") { run in
        try await run.passTime(seconds: 31 * 60)
        let reply = try await run.api.post("/reconcile")
        try await run.look()
        return reply.outcome
    }
    .when { $0.payoutID != nil }
    .atMost(1),
]

/// What a bank answers about a payout.
private struct BankAnswer: CustomStringConvertible {
    let status: SandboxPayout.Status
    var description: String { status.rawValue }
}

private let earningInvariants: [Invariant<Earnings>] = [
    Invariant("earnings_are_paid_once", .critical, "A seller never gets more than an order has earned") { run in
        let provider = try run.provider.state
        let captured = provider.payments.reduce(0) { $0 + $1.captured }
        let paid = provider.payouts.reduce(0) { $0 + ($1.status == .success || $1.status == .pending ? $1.amount : 0) }
        let returned = provider.refunds.reduce(0) { $0 + ($1.status.hasFailed ? 0 : $1.amount) }
        return paid + returned <= captured
    }
    .explained { _ in "The provider has sent, or is sending, more than the order has earned." },

    Invariant("reversal_needs_a_payout", .high, "Only money that the seller has is asked back") { run in
        try await run.db.rows(
            "SELECT id FROM payouts WHERE status IN ('reversal_pending', 'reversed') AND completed_at IS NULL"
        )
        .isEmpty
    }
    .explained { _ in "A payout is being reversed that the seller never got." },

    Invariant("books_agree_on_payouts", .critical, "A payout has ended here as it ended at the provider") { run in
        let provider = try run.provider.state
        let completed = try await run.db.rows("SELECT id FROM payouts WHERE status = 'completed'").count
        let sent = provider.payouts.count { $0.status == .success || $0.status == .reversed }
        return completed <= sent
    },

    moneyIsConserved(),
]
