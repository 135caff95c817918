import Foundation
import Orders
import PaymentProviders
import SQLiteDriver
import Testing

@testable import OrdersServer

/// Money is neither made nor lost.
@Suite struct `Money at the provider` {
    @Test(arguments: DatabaseKind.tested) func `is never returned twice, when two refunds are asked for at once`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind, threads: 3)
        let port = shop.service.server.port
        for round in 1...200 {
            let order = try shop.order(in: .captured)
            let outcomes = try atOnce(2) { _ in
                try TestClient(port: port).post(order + "/refund", #"{"amount":"60.00"}"#).outcome
            }
            try #require(outcomes.sorted() == ["202", "422 amount_exceeds_refundable"], "round \(round)")
            #expect(try shop.service.client.get(order)["refund_pending_amount"] == "60.00")
        }
        let refunds = shop.provider.calls.count { if case .refund = $0 { true } else { false } }
        #expect(refunds == 200)
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested, [UInt64(1), 2, 3])
    func `is conserved on a random walk of requests, failures and news`(on kind: DatabaseKind, seed: UInt64) throws {
        let shop = try Shop(on: kind)
        var walk = RandomWalk(seed: seed)
        for step in 1...120 {
            let taken = try walk.step(in: shop)
            try shop.expectBalancedBooks("seed \(seed), step \(step): \(taken)")
        }
        // In the end all is known.
        for _ in 1...3 { _ = try shop.reconcile() }
        for (index, order) in walk.orders.enumerated() {
            for (number, refund) in try shop.refunds(of: order, .succeeded).enumerated() {
                _ = try shop.deliver("last-\(index)-\(number)", refund)
            }
        }
        try shop.expectBalancedBooks("seed \(seed), at the end")
        let pending = try shop.database.rows(
            "SELECT id FROM operations WHERE status = 'pending' UNION ALL SELECT id FROM refunds WHERE status = 'pending'"
        )
        #expect(pending.isEmpty, "seed \(seed)")
        let causes = try shop.database.rows("SELECT DISTINCT substr(cause, 1, 5) FROM ledger_entries ORDER BY 1")
        #expect(causes.count >= 2, "seed \(seed) came past nothing but \(causes)")
    }

    /// What the index over the provider's ids of refunds allows.
    @Test(arguments: DatabaseKind.tested) func `has many refunds without an id, and one of each id`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        shop.provider.script(refund: .failure(.lost), .failure(.lost))
        for _ in 1...2 { #expect(try shop.service.refund(order, "10.00").status == 202) }
        #expect(try shop.database.rows("SELECT provider_refund_id FROM refunds") == ["-", "-"])
        try shop.database.execute("UPDATE refunds SET provider_refund_id = ''")
        try shop.database.execute("UPDATE refunds SET provider_refund_id = 'ref_1' WHERE id = 1")
        #expect(throws: (any Error).self) {
            try shop.database.execute("UPDATE refunds SET provider_refund_id = 'ref_1' WHERE id = 2")
        }
    }
}

/// Requests, faults and news, as a seed draws them.
private struct RandomWalk {
    private var random: Seeded
    private(set) var orders: [String] = []
    private var events = 0

    init(seed: UInt64) { random = Seeded(seed: seed) }

    /// - Returns: What was done, for a message.
    mutating func step(in shop: Shop) throws -> String {
        if orders.isEmpty || one(in: 10) {
            orders.append(try shop.service.newOrder())
            return "a new order"
        }
        let order = orders.suffix(4).randomElement(using: &random) ?? orders[0]
        switch Int.random(in: 0..<24, using: &random) {
        case 0...13: return try request(order, in: shop)
        case 14...19: return try news(of: order, in: shop)
        case 20: return "reconciling: \(try shop.reconcile().text)"
        case 21: return "time passes: \(try shop.pass(seconds: .random(in: 1...900, using: &random)).text)"
        default: return "a dispute: \(try dispute(of: order, in: shop))"
        }
    }

    /// Mostly what makes sense, with a fault in half of the cases.
    private mutating func request(_ order: String, in shop: Shop) throws -> String {
        let amount = ["", #"{"amount":"10.00"}"#, #"{"amount":"60.00"}"#].randomElement(using: &random) ?? ""
        let any = ["/pay", "/capture", "/refund", "/void", "/cancel"].randomElement(using: &random) ?? ""
        let sensible = ["pending": "/pay", "paid": "/capture"][try shop.status(order) ?? ""] ?? "/refund"
        let command = one(in: 5) ? any : sensible
        switch command {
        case "/pay": shop.provider.script(authorize: fault())
        case "/capture": shop.provider.script(capture: fault())
        case "/void": shop.provider.script(cancel: fault())
        default: shop.provider.script(refund: refundFault())
        }
        let answer = try shop.post(order + command, amount)
        #expect(answer.status < 500, "\(order)\(command) \(answer.text)")
        return "\(order)\(command) \(amount): \(answer.outcome)"
    }

    private mutating func fault() -> RecordingProvider.Outcome<ProviderPayment.Status> {
        [.effect(), .effect(), .effectThenLostReply(), .failure(.lost), .failure(.no)]
            .randomElement(using: &random) ?? .effect()
    }

    private mutating func refundFault() -> RecordingProvider.Outcome<ProviderRefund.Status> {
        [.effect(), .effect(.succeeded), .effect(.failed), .effectThenLostReply(.succeeded), .failure(.lost)]
            .randomElement(using: &random) ?? .effect()
    }

    /// Some refund is told to have ended, truthfully or twice or late.
    private mutating func news(of order: String, in shop: Shop) throws -> String {
        let status: ProviderRefund.Status = one(in: 3) ? .failed : .succeeded
        let known = shop.provider.calls.compactMap { call -> ProviderID? in
            if case .refund(_, let request) = call { request.id } else { nil }
        }
        let refunds = try shop.refunds(of: order, status).filter { subject in
            if case .refund(let refund) = subject { known.contains(refund.id) } else { false }
        }
        guard let refund = refunds.randomElement(using: &random), case .refund(let seen) = refund else {
            return "no news"
        }
        shop.provider.set(seen)
        events += one(in: 4) ? 0 : 1
        return "\(seen.id) \(status): \(try shop.deliver("evt_\(events)", refund).outcome)"
    }

    private mutating func dispute(of order: String, in shop: Shop) throws -> String {
        guard try !shop.operations(order).isEmpty else { return "of nothing" }
        let status = ProviderDispute.Status.allCases.randomElement(using: &random) ?? .open
        events += 1
        let subject = try shop.dispute(of: order, status, 2000, id: "dp\(order)-\(one(in: 2))")
        return "\(status): \(try shop.deliver("evt_\(events)", subject).outcome)"
    }

    private mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
}
