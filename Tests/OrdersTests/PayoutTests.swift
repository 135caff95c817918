import Foundation
import Money
import Orders
import PaymentProviders
import Testing

@testable import OrdersServer

/// What sellers get, through the provider.
@Suite struct `A payout` {
    static let seller = #"{"seller_id":"s1"}"#

    @Test(arguments: DatabaseKind.tested) func `is of what was captured and not refunded, and final when told`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.service.refund(order, "25.00")
        try shop.endRefunds(of: order)
        shop.provider.script(payout: .effect(.succeeded))
        let made = try shop.post(order + "/payout", Self.seller)
        #expect(made.status == 202 && made.headers["location"] == "/payouts/1")
        #expect(made["status"] == "pending" && made["amount"] == "75.00", "an answer is not the last word")
        #expect(made["seller_id"] == "s1" && made["order_id"] == "1" && made["attempt"] == "1")
        try shop.expectBalancedBooks()
        #expect(try shop.tellPayout(.succeeded).status == 200)
        let shown = try shop.service.client.get("/payouts/1")
        #expect(shown["status"] == "completed" && shown["completed_at"] == shown["updated_at"])
        #expect(
            try shop.database.rows(
                "SELECT account, amount_minor FROM ledger_entries WHERE cause = 'payout/1' ORDER BY id")
                == ["payouts|7500", "balance|-7500"])
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `sends a key and an id that follow from its row`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.post(order + "/payout", Self.seller)
        let name = try shop.database.rows("SELECT name FROM installation")[0] + "/payouts/1/1"
        let request = PayoutRequest(
            id: .payout(ofRow: name), amount: Money(minorUnits: 10_000, .usd), sellerID: "s1")
        #expect(shop.provider.calls.last == .payout(try IdempotencyKey(name), request))
    }

    @Test(arguments: DatabaseKind.tested) func `is the only one of its order until it is over`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        let again = { try shop.post(order + "/payout", Self.seller).outcome }
        #expect(try again() == "202")
        #expect(try again() == "409 already_paid_out")
        _ = try shop.tellPayout(.succeeded)
        #expect(try again() == "409 already_paid_out")
        #expect(try shop.post("/payouts/1/reverse").outcome == "202")
        #expect(try again() == "409 already_paid_out")
        _ = try shop.tellPayout(.reversed)
        #expect(try again() == "202")
        #expect(try shop.statuses() == ["reversed", "pending"])
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `is one, however many are asked for at once`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind, threads: 4)
        let port = shop.service.server.port
        for _ in 1...10 {
            let order = try shop.order(in: .captured)
            let outcomes = try atOnce(4) { _ in try TestClient(port: port).post(order + "/payout", Self.seller).outcome
            }
            #expect(
                outcomes.sorted() == ["202", "409 already_paid_out", "409 already_paid_out", "409 already_paid_out"])
        }
        #expect(try shop.payoutCalls() == 10)
    }

    @Test(arguments: DatabaseKind.tested) func `or a refund gets the money, never both`(on kind: DatabaseKind) throws {
        let shop = try Shop(on: kind, threads: 2)
        let port = shop.service.server.port
        for _ in 1...15 {
            let order = try shop.order(in: .captured)
            let outcomes = try atOnce(2) {
                let client = try TestClient(port: port)
                return try $0 == 0
                    ? client.post(order + "/payout", Self.seller).outcome : client.post(order + "/refund").outcome
            }
            #expect(outcomes == ["202", "409 paid_out"] || outcomes == ["409 nothing_to_pay_out", "202"])
        }
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `keeps its order from being refunded until it is reversed`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.post(order + "/payout", Self.seller)
        #expect(try shop.service.refund(order, "1.00").outcome == "409 paid_out")
        _ = try shop.tellPayout(.succeeded)
        #expect(try shop.service.refund(order, "1.00").outcome == "409 paid_out")
        _ = try shop.post("/payouts/1/reverse")
        #expect(try shop.service.refund(order, "1.00").outcome == "409 paid_out")
        _ = try shop.tellPayout(.reversed)
        #expect(try shop.service.refund(order, "1.00").outcome == "202")
        #expect(try shop.database.rows("SELECT count(*) FROM refunds") == ["1"])
    }

    @Test(arguments: DatabaseKind.tested) func `that fails is tried again under a new key, of what is there by then`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        shop.provider.script(payout: .failure(.no))
        let failed = try shop.post(order + "/payout", Self.seller)
        #expect(failed.status == 200 && failed["status"] == "failed" && failed["failure"] == "no")
        #expect(try shop.post(order + "/payout", Self.seller).outcome == "409 already_paid_out")
        _ = try shop.service.refund(order, "40.00")
        let retried = try shop.post("/payouts/1/retry")
        #expect(retried.status == 202 && retried["status"] == "failed" && retried["attempt"] == "2")
        #expect(retried["amount"] == "60.00")
        #expect(try Set(shop.payoutKeys()).count == 2)
        #expect(try shop.service.refund(order, "1.00").outcome == "409 paid_out")
        _ = try shop.tellPayout(.succeeded)
        #expect(try shop.service.client.get("/payouts/1")["status"] == "completed")
        #expect(try shop.database.rows("SELECT attempt FROM payout_attempts ORDER BY attempt") == ["1", "2"])
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `ends after three attempts, and makes room for another`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        shop.provider.script(payout: .failure(.no), .failure(.no), .failure(.no))
        _ = try shop.post(order + "/payout", Self.seller)
        #expect(try shop.post("/payouts/1/retry")["status"] == "failed")
        #expect(try shop.post("/payouts/1/retry")["status"] == "permanently_failed")
        #expect(try shop.post("/payouts/1/retry").outcome == "409 wrong_state")
        #expect(try shop.post(order + "/payout", Self.seller).outcome == "202")
    }

    /// What the provider does with the first request, and how often it is sent in all.
    static let losses: [(RecordingProvider.Outcome<ProviderPayout.Status>, Int)] = [
        (.effectThenLostReply(), 1), (.failure(.lost), 2), (.failure(.nonsense), 2),
    ]

    @Test(arguments: DatabaseKind.tested, losses)
    func `of unknown outcome is looked up, and sent again under the same key only if it never arrived`(
        on kind: DatabaseKind, loss: (outcome: RecordingProvider.Outcome<ProviderPayout.Status>, calls: Int)
    ) throws {
        for way in ["reconciler", "retry"] {
            let shop = try Shop(on: kind)
            let order = try shop.order(in: .captured)
            shop.provider.script(payout: loss.outcome)
            let made = try shop.post(order + "/payout", Self.seller)
            #expect(made.status == 202 && made["status"] == "pending")
            let asked = try way == "retry" ? shop.post("/payouts/1/retry") : shop.reconcile()
            #expect(asked.status == (way == "retry" ? 202 : 200))
            #expect(try shop.payoutCalls() == loss.calls && Set(shop.payoutKeys()).count == 1)
            #expect(try shop.statuses() == ["pending"])
            _ = try shop.tellPayout(.succeeded, toProviderToo: true)
            #expect(try shop.statuses() == ["completed"])
            try shop.expectBalancedBooks()
        }
    }

    @Test(arguments: DatabaseKind.tested) func `is settled by asking, if no webhook comes`(on kind: DatabaseKind) throws
    {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.post(order + "/payout", Self.seller)
        try shop.changePayout(.succeeded)
        #expect(try shop.reconcile()["settled"] == "1")
        #expect(try shop.statuses() == ["completed"])
        _ = try shop.post("/payouts/1/reverse")
        #expect(try shop.reconcile()["undecided"] == "1")
        try shop.changePayout(.reversed)
        #expect(try shop.reconcile()["settled"] == "1")
        #expect(try shop.statuses() == ["reversed"])
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `that does not come back in ten days is given up`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.post(order + "/payout", Self.seller)
        _ = try shop.tellPayout(.succeeded, toProviderToo: true)
        _ = try shop.post("/payouts/1/reverse")
        _ = try shop.pass(seconds: 10 * 86_400)
        #expect(try shop.post("/reconcile")["settled"] == "1")
        #expect(try shop.statuses() == ["permanently_failed"])
        #expect(try shop.post(order + "/payout", Self.seller).outcome == "409 already_paid_out")
        #expect(try shop.service.refund(order, "1.00").outcome == "409 paid_out")
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `is not moved by what comes twice or too late`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.post(order + "/payout", Self.seller)
        let first = try shop.payoutEvent(.succeeded, id: "e1")
        #expect(try shop.deliver(first)["result"] == "ok")
        #expect(try shop.deliver(first)["result"] == "skipped")
        #expect(try shop.deliver(shop.payoutEvent(.failed, id: "e2"))["result"] == "skipped")
        #expect(try shop.deliver(shop.payoutEvent(.pending, id: "e3"))["result"] == "skipped")
        #expect(try shop.statuses() == ["completed"])
        #expect(try shop.deliver(shop.payoutEvent(.reversed, id: "e4"))["result"] == "ok", "the bank sent it back")
        #expect(try shop.deliver(shop.payoutEvent(.succeeded, id: "e5"))["result"] == "skipped")
        #expect(try shop.statuses() == ["reversed"])
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `is contradicted aloud`(on kind: DatabaseKind) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        shop.provider.script(payout: .failure(.no))
        _ = try shop.post(order + "/payout", Self.seller)
        let early = try shop.payoutEvent(.succeeded, id: "e1")
        _ = try shop.post("/payouts/1/retry")
        #expect(try shop.deliver(early).outcome == "409 contradiction", "an attempt that was believed to have failed")
        var wrong = try shop.payoutEvent(.succeeded, id: "e2")
        if case .payout(var payout) = wrong.subject {
            payout.amount = Money(minorUnits: 1, .usd)
            wrong.subject = .payout(payout)
        }
        #expect(try shop.deliver(wrong).outcome == "409 contradiction")
        let stranger = ProviderPayout(
            id: .payout(ofRow: "x"), status: .succeeded, amount: Money(minorUnits: 1, .usd))
        #expect(try shop.deliver("e3", .payout(stranger)).outcome == "404 unknown_object")
        #expect(try shop.statuses() == ["failed"])
    }

    @Test(arguments: DatabaseKind.tested) func `refuses what makes no sense, and writes nothing`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        let (pending, captured) = (try shop.service.newOrder(), try shop.order(in: .captured))
        let paid = try shop.order(in: .paid)
        let refunded = try shop.order(in: .refunded)
        _ = try shop.post(captured + "/payout", Self.seller)
        let refusals = [
            (captured + "/payout", "", "400 invalid_body"), (captured + "/payout", "{}", "400 invalid_body"),
            (captured + "/payout", #"{"seller_id":""}"#, "400 invalid_body"),
            (captured + "/payout", #"{"seller_id":"s\u0000"}"#, "400 invalid_body"),
            (captured + "/payout", #"{"seller_id":7}"#, "400 invalid_body"),
            (pending + "/payout", Self.seller, "409 nothing_to_pay_out"),
            (paid + "/payout", Self.seller, "409 nothing_to_pay_out"),
            (refunded + "/payout", Self.seller, "409 nothing_to_pay_out"),
            ("/orders/99/payout", Self.seller, "404 unknown_order"),
            ("/payouts/1/reverse", "", "409 wrong_state"), ("/payouts/1/reverse", "[]", "400 invalid_body"),
            ("/payouts/9/reverse", "", "404 unknown_payout"), ("/payouts/9/retry", "", "404 unknown_payout"),
            ("/payouts/x/retry", "", "404 unknown_payout"), ("/payouts/1/destroy", "", "404 unknown_route"),
            ("/payouts/1", "", "405 wrong_method"), ("/payouts", "", "404 unknown_route"),
        ]
        let probe = try ChangeProbe(shop.database)
        let before = try probe.version()
        for (path, body, outcome) in refusals {
            #expect(try shop.post(path, body).outcome == outcome, "\(path) \(body)")
        }
        #expect(try shop.service.client.get("/payouts/01").outcome == "404 unknown_payout")
        #expect(try probe.version() == before)
    }

    @Test(arguments: DatabaseKind.tested) func `is not there without a provider`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let order = try service.order(in: .captured)
        #expect(try service.client.post(order + "/payout", Self.seller).outcome == "404 unknown_route")
        for path in ["/payouts/1/reverse", "/payouts/1/retry", "/subscriptions"] {
            #expect(try service.client.post(path).outcome == "404 unknown_route", "\(path)")
        }
        for path in ["/payouts/1", "/subscriptions/1"] {
            #expect(try service.client.get(path).outcome == "404 unknown_route", "\(path)")
        }
    }

    @Test(arguments: DatabaseKind.tested) func `has one effect for one idempotency key, also when its answer is lost`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        shop.provider.script(payout: .effectThenLostReply())
        let send = {
            try shop.service.client.post(order + "/payout", Self.seller, headers: ["Idempotency-Key: k"])
        }
        let first = try send()
        let second = try send()
        #expect(first.status == 202 && second.text == first.text && second.headers["idempotent-replayed"] == "true")
        #expect(try shop.payoutCalls() == 1)
        // As if the process had died after phase 1.
        try shop.database.execute("UPDATE idempotency_keys SET state = 'interrupted', status = NULL, body = NULL")
        _ = try shop.tellPayout(.succeeded)
        #expect(try send()["status"] == "completed")
        #expect(try shop.payoutCalls() == 1)
    }

    // MARK: Bugs

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.payoutTwice]])
    func `may be made twice`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let shop = try Shop(on: kind, bugs: bugs)
        let order = try shop.order(in: .captured)
        let outcomes = try (1...2).map { _ in try shop.post(order + "/payout", Self.seller).outcome }
        #expect(outcomes == (bugs.isEmpty ? ["202", "409 already_paid_out"] : ["202", "202"]))
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.payoutRetryNewKey]])
    func `may be tried again under a new key`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let shop = try Shop(on: kind, bugs: bugs)
        let order = try shop.order(in: .captured)
        shop.provider.script(payout: .effectThenLostReply())
        _ = try shop.post(order + "/payout", Self.seller)
        _ = try shop.post("/payouts/1/retry")
        #expect(try Set(shop.payoutKeys()).count == (bugs.isEmpty ? 1 : 2))
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.reversalOfPending]])
    func `may be asked back before it arrived`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let shop = try Shop(on: kind, bugs: bugs)
        let order = try shop.order(in: .captured)
        _ = try shop.post(order + "/payout", Self.seller)
        #expect(try shop.post("/payouts/1/reverse").outcome == (bugs.isEmpty ? "409 wrong_state" : "202"))
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.payoutAcceptedIsCompleted]])
    func `may be completed as soon as it is accepted`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let shop = try Shop(on: kind, bugs: bugs)
        let order = try shop.order(in: .captured)
        #expect(try shop.post(order + "/payout", Self.seller)["status"] == (bugs.isEmpty ? "pending" : "completed"))
    }
}

extension Shop {
    /// The last attempt of the last payout, as it would be in that status.
    func payout(_ status: ProviderPayout.Status) throws -> ProviderPayout {
        let rows = try database.rows(
            "SELECT id, amount_minor FROM payout_attempts ORDER BY payout_id DESC, attempt DESC LIMIT 1")
        let cells = try #require(rows.first).split(separator: "|").map(String.init)
        return ProviderPayout(
            id: ProviderID(rawValue: cells[0]), status: status,
            amount: Money(minorUnits: Int64(cells[1]) ?? 0, .usd), failure: status == .failed ? "closed account" : nil)
    }

    func payoutEvent(_ status: ProviderPayout.Status, id: String) throws -> ProviderEvent {
        ProviderEvent(id: id, type: "payout", subject: .payout(try payout(status)))
    }

    /// The provider tells that it stands so.
    func tellPayout(_ status: ProviderPayout.Status, toProviderToo isChanged: Bool = false) throws -> Answer {
        if isChanged { try changePayout(status) }
        return try deliver(payoutEvent(status, id: UUID().uuidString))
    }

    /// It stands so at the provider, which tells nobody.
    func changePayout(_ status: ProviderPayout.Status) throws { provider.set(try payout(status)) }

    func statuses() throws -> [String] { try database.rows("SELECT status FROM payouts ORDER BY id") }

    func payoutKeys() throws -> [IdempotencyKey] {
        provider.calls.compactMap { call in
            if case .payout(let key, _) = call { key } else { nil }
        }
    }

    func payoutCalls() throws -> Int { try payoutKeys().count }
}
