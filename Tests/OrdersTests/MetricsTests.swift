import Foundation
import Orders
import PaymentProviders
import Testing

@testable import OrdersServer

/// What an operator watches.
@Suite struct `The metrics` {
    @Test(arguments: DatabaseKind.tested) func `count what is stuck, and nothing that is not`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        #expect(try read(shop).filter { $0.value != 0 }.isEmpty)
        let (captured, paid) = (try shop.order(in: .captured), try shop.order(in: .captured))
        let pending = try shop.service.newOrder()
        shop.provider.script(authorize: .failure(.lost))
        shop.provider.script(refund: .failure(.lost), .effect())
        shop.provider.script(payout: .effectThenLostReply())
        _ = try shop.post(pending + "/pay")
        _ = try shop.service.refund(captured, "10.00")
        _ = try shop.service.refund(captured, "20.00")
        _ = try shop.post(paid + "/payout", #"{"seller_id":"s1"}"#)
        _ = try shop.pass(seconds: 1799)
        #expect(try read(shop).filter { $0.value != 0 }.isEmpty, "not old yet")
        _ = try shop.pass(seconds: 1)
        let stuck = try read(shop)
        #expect(stuck["orders_orphan_refunds"] == 1, "the other one was acknowledged")
        #expect(stuck["orders_stuck_refunds"] == 2)
        #expect(stuck["orders_stuck_operations"] == 1)
        #expect(stuck["orders_stuck_payouts"] == 1)
        #expect(stuck["orders_reconciler_last_run_seconds"] == nil)
        _ = try shop.post("/reconcile")
        let after = try read(shop)
        #expect(after["orders_orphan_refunds"] == 0 && after["orders_stuck_operations"] == 0)
        let now = try Int(shop.database.rows("SELECT started_at + offset_seconds FROM clock")[0])
        #expect(after["orders_reconciler_last_run_seconds"] == now)
    }

    @Test(arguments: DatabaseKind.tested) func `count webhooks by what became of them`(on kind: DatabaseKind) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.deliver("{}", signature: nil)
        _ = try shop.deliver("{}", signature: "forged")
        for _ in 1...2 { _ = try shop.deliver("e1", shop.dispute(of: order, .open, 100)) }
        let told = try read(shop)
        #expect(told[#"orders_webhook_deliveries{result="signature_invalid"}"#] == 2)
        #expect(told[#"orders_webhook_deliveries{result="ok"}"#] == 1)
        #expect(told[#"orders_webhook_deliveries{result="skipped"}"#] == 1)
        #expect(told[#"orders_webhook_deliveries{result="error"}"#] == 0)
    }

    @Test func `are not there without a provider`() throws {
        let service = try Service(on: .sqlite)
        #expect(try service.client.get("/metrics").outcome == "404 unknown_route")
    }

    /// Every sample by its name and labels. Each line has to be one that Prometheus takes.
    private func read(_ shop: Shop) throws -> [String: Int] {
        let answer = try shop.service.client.get("/metrics")
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.text.hasSuffix("\n"))
        var (samples, declared): ([String: Int], Set<Substring>) = ([:], [])
        for line in answer.text.split(separator: "\n") {
            if line.hasPrefix("# HELP ") { continue }
            if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) gauge/) {
                #expect(declared.insert(type.1).inserted, "declared twice: \(type.1)")
            } else {
                let sample = try #require(
                    line.wholeMatch(of: /(([a-z_]+)(\{[a-z_]+="[a-z_]+"\})?) (-?[0-9]+)/), "\(line)")
                #expect(declared.contains(sample.2), "\(line) comes before its type")
                #expect(samples.updateValue(try #require(Int(sample.4)), forKey: String(sample.1)) == nil)
            }
        }
        return samples
    }
}
