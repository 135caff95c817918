import Foundation
import Orders
import PaymentProviders
import Testing

@testable import OrdersServer

/// What may be used while its order's payment is good.
@Suite struct `A subscription` {
    @Test(arguments: DatabaseKind.tested) func `is active from when its order's money is captured`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.service.newOrder()
        let made = try shop.subscribe()
        #expect(made.status == 201 && made.headers["location"] == "/subscriptions/1")
        #expect(made["status"] == "pending_payment" && made["plan"] == "monthly" && made["order_id"] == "1")
        #expect(made["activated_at"] == nil && made["ends_at"] == nil)
        try shop.pay(order)
        #expect(try shop.subscription()["status"] == "pending_payment")
        shop.provider.script(capture: .effectThenLostReply())
        #expect(try shop.post(order + "/capture").status == 202)
        #expect(try shop.subscription()["status"] == "pending_payment", "nobody knows yet")
        _ = try shop.deliver("e1", shop.payment(of: order, .captured, captured: 10_000))
        let active = try shop.subscription()
        #expect(active["status"] == "active" && active["activated_at"] != nil && active["ends_at"] != nil)
        #expect(try shop.database.rows("SELECT status FROM subscriptions") == ["active"])
    }

    @Test(arguments: DatabaseKind.tested) func `is active at once with an order that is captured`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        _ = try shop.order(in: .captured)
        #expect(try shop.subscribe()["status"] == "active")
        #expect(try shop.subscription()["status"] == "active")
    }

    @Test(arguments: DatabaseKind.tested) func `expires with its order`(on kind: DatabaseKind) throws {
        for ending in ["cancel", "void", "window", "authorization"] {
            let shop = try Shop(on: kind)
            let order = try shop.service.newOrder()
            _ = try shop.subscribe()
            if ending == "void" || ending == "authorization" { try shop.pay(order) }
            switch ending {
            case "window": _ = try shop.pass(seconds: 1800)
            case "authorization": _ = try shop.pass(seconds: 7 * 86_400)
            default: #expect(try shop.post("\(order)/\(ending)").status == 200)
            }
            #expect(try shop.subscription()["status"] == "expired", "\(ending)")
            #expect(try shop.database.rows("SELECT status FROM subscriptions") == ["expired"], "\(ending)")
        }
    }

    @Test(arguments: DatabaseKind.tested) func `lasts for thirty days`(on kind: DatabaseKind) throws {
        let shop = try Shop(on: kind)
        _ = try shop.order(in: .captured)
        _ = try shop.subscribe()
        _ = try shop.pass(seconds: 30 * 86_400 - 1)
        #expect(try shop.subscription()["status"] == "active")
        let now = try shop.pass(seconds: 1)["now"]
        #expect(try shop.subscription()["status"] == "expired" && shop.subscription()["ends_at"] == now)
        #expect(try shop.database.rows("SELECT status FROM subscriptions") == ["expired"])
    }

    @Test(arguments: DatabaseKind.tested) func `is over on time even if nothing has swept, and reading writes nothing`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        _ = try shop.order(in: .captured)
        _ = try shop.subscribe()
        try shop.database.execute("UPDATE clock SET offset_seconds = \(30 * 86_400)")
        let probe = try ChangeProbe(shop.database)
        let before = try probe.version()
        #expect(try shop.subscription()["status"] == "expired")
        #expect(try probe.version() == before)
    }

    @Test(arguments: DatabaseKind.tested) func `ends when all is refunded, and not before`(on kind: DatabaseKind) throws
    {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.subscribe()
        _ = try shop.service.refund(order, "40.00")
        try shop.endRefunds(of: order)
        #expect(try shop.subscription()["status"] == "active")
        _ = try shop.service.refund(order, "60.00")
        #expect(try shop.subscription()["status"] == "active", "the refund may still fail")
        try shop.deliverLastRefund(of: order)
        #expect(try shop.subscription()["status"] == "ended")
    }

    @Test(arguments: DatabaseKind.tested) func `refuses what makes no sense, and writes nothing`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        _ = try shop.service.newOrder()
        _ = try shop.subscribe()
        _ = try shop.order(in: .canceled)
        let refusals = [
            ("", "400 invalid_body"), ("{}", "400 invalid_body"), (#"{"order_id":1}"#, "400 invalid_body"),
            (#"{"order_id":"1","plan":"monthly"}"#, "400 invalid_body"),
            (#"{"order_id":3,"plan":"weekly"}"#, "422 unknown_plan"),
            (#"{"order_id":99,"plan":"monthly"}"#, "404 unknown_order"),
            (#"{"order_id":-1,"plan":"monthly"}"#, "404 unknown_order"),
            (#"{"order_id":1,"plan":"monthly"}"#, "409 order_taken"),
            (#"{"order_id":2,"plan":"monthly"}"#, "409 wrong_state"),
        ]
        let probe = try ChangeProbe(shop.database)
        let before = try probe.version()
        for (body, outcome) in refusals {
            #expect(try shop.post("/subscriptions", body).outcome == outcome, "\(body)")
        }
        #expect(try shop.service.client.get("/subscriptions/9").outcome == "404 unknown_subscription")
        #expect(try shop.service.client.get("/subscriptions/x").outcome == "404 unknown_subscription")
        #expect(try shop.service.client.get("/subscriptions").outcome == "405 wrong_method")
        #expect(try probe.version() == before)
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.activeWithoutPayment]])
    func `may be active without payment`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let shop = try Shop(on: kind, bugs: bugs)
        _ = try shop.order(in: .paid)
        #expect(try shop.subscribe()["status"] == (bugs.isEmpty ? "pending_payment" : "active"))
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.captureActivatesNothing]])
    func `may be inactive though it was paid`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let shop = try Shop(on: kind, bugs: bugs)
        _ = try shop.order(in: .captured)
        #expect(try shop.subscribe()["status"] == (bugs.isEmpty ? "active" : "pending_payment"))
    }
}

extension Shop {
    func subscribe(order: Int = 1) throws -> Answer {
        try post("/subscriptions", #"{"order_id":\#(order),"plan":"monthly"}"#)
    }

    func subscription() throws -> Answer { try service.client.get("/subscriptions/1") }

    func deliverLastRefund(of order: String) throws {
        let last = try #require(try refunds(of: order, .succeeded).last)
        #expect(try deliver("last", last).status == 200)
    }
}
