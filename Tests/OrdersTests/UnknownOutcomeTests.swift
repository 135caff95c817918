import Foundation
import Orders
import PaymentProviders
import Synchronization
import Testing

@testable import OrdersServer

/// What nobody knows stays pending until someone does.
@Suite struct `An unknown outcome` {
    /// Who brings the news.
    enum Messenger: String, CaseIterable, Sendable {
        case webhook, reconciler
    }

    @Test(arguments: DatabaseKind.tested, Messenger.allCases)
    func `of a payment, capture or void is settled by a webhook or by asking`(
        on kind: DatabaseKind, messenger: Messenger
    ) throws {
        let shop = try Shop(on: kind)
        shop.provider.script(authorize: .effectThenLostReply())
        shop.provider.script(capture: .effectThenLostReply())
        shop.provider.script(cancel: .effectThenLostReply())
        let (order, other) = (try shop.service.newOrder(), try shop.service.newOrder())
        try pend(order + "/pay", "pending", shop)
        try learn(messenger, shop, shop.payment(of: order, .authorized))
        #expect(try shop.status(order) == "paid")
        try pend(order + "/capture", "paid", shop)
        try learn(messenger, shop, shop.payment(of: order, .captured, captured: 10_000))
        #expect(try shop.status(order) == "captured")
        if messenger == .webhook {
            try shop.pay(other)
            try pend(other + "/void", "paid", shop)
            try learn(messenger, shop, shop.payment(of: other, .canceled))
            #expect(try shop.status(other) == "canceled")
        }
        #expect(try shop.operations(order) == ["authorize|succeeded", "capture|succeeded"])
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested, Messenger.allCases)
    func `of a refund is settled in the same ways`(on kind: DatabaseKind, messenger: Messenger) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        shop.provider.script(refund: .effectThenLostReply(.succeeded))
        let answer = try shop.service.refund(order, "60.00")
        #expect(answer.status == 202 && answer["refund_pending_amount"] == "60.00")
        #expect(try shop.database.rows("SELECT provider_refund_id FROM refunds") == ["-"])
        #expect(try shop.service.refund(order, "60.00").outcome == "422 amount_exceeds_refundable")
        try learn(messenger, shop, shop.refunds(of: order, .succeeded)[0])
        #expect(try shop.service.client.get(order)["refunded_amount"] == "60.00")
        #expect(
            try shop.database.rows("SELECT count(*) FROM refunds WHERE provider_refund_id = provider_reference")
                == ["1"])
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `that never arrived is sent again, the same under the same key`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.service.newOrder()
        shop.provider.script(authorize: .failure(.lost))
        shop.provider.script(capture: .failure(.lost))
        shop.provider.script(refund: .failure(.nonsense))
        for command in ["/pay", "/capture", "/refund"] {
            #expect(try shop.post(order + command).status == 202)
            #expect(try shop.post("/reconcile")["asked"] == "0", "it is not old yet")
            let run = try shop.reconcile()
            #expect(run["asked"] == "1" && run["resent"] == "1", "\(command)")
            let sent = shop.provider.calls.filter { $0.idempotencyKey != nil }
            #expect(sent.count == 2 && sent[0] == sent[1], "\(command)")
            shop.provider.forgetCalls()
        }
        #expect(try shop.service.client.get(order)["refund_pending_amount"] == "100.00")
        try shop.endRefunds(of: order)
        #expect(try shop.status(order) == "refunded")
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `stays so while the provider cannot be asked, or has not decided`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let (first, second) = (try shop.service.newOrder(), try shop.service.newOrder())
        shop.provider.script(authorize: .effectThenLostReply(), .effect(.pending))
        for order in [first, second] { #expect(try shop.post(order + "/pay").status == 202) }
        shop.provider.script(lookUp: .lost)
        let run = try shop.reconcile()
        #expect(run["asked"] == "2" && run["undecided"] == "2" && run["resent"] == "0")
        #expect(try shop.post("/reconcile")["settled"] == "1")
        #expect(try shop.status(first) == "paid")
        #expect(try shop.status(second) == "pending")
        #expect(try shop.database.rows("SELECT count(*) FROM reconciler WHERE last_run_at IS NOT NULL") == ["1"])
    }

    @Test(arguments: DatabaseKind.tested) func `is asked about however many there are`(on kind: DatabaseKind) throws {
        let shop = try Shop(on: kind)
        for _ in 1...101 {
            shop.provider.script(authorize: .effectThenLostReply())
            #expect(try shop.post(try shop.service.newOrder() + "/pay").status == 202)
        }
        let run = try shop.reconcile()
        #expect(run["asked"] == "101" && run["settled"] == "101")
    }

    @Test(arguments: DatabaseKind.tested) func `was left by a process that died: another asks, and pays once`(
        on kind: DatabaseKind
    ) async throws {
        let gate = Gate()
        let shop = try Shop(on: kind, front: { GatedProvider(provider: $0, gate: gate) })
        let order = try shop.order(in: .captured)
        let client = try TestClient(port: shop.service.server.port)
        gate.close()
        try client.send("POST \(order)/refund HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        gate.waitForCaller()
        // The refund has happened and its answer hangs. Half an hour later another process asks.
        try shop.database.execute("UPDATE clock SET offset_seconds = offset_seconds + 1800")
        var configuration = shop.service.server.configuration
        configuration.provider = shop.provider
        // The one connection there is to PostgreSQL is free: none is held while the provider is waited for.
        let run = try await shop.service.server.reconcile()
        #expect(run.asked == 1 && run.resent == 0 && run.undecided == 1)
        let refund = try shop.refunds(of: order, .succeeded)[0]
        guard case .refund(let seen) = refund else { return }
        shop.provider.set(seen)
        #expect(try await OrdersServer(configuration: configuration).reconcile().settled == 1)
        gate.open()
        // The first process was only slow: its own end of it changes nothing.
        #expect(try client.receive().status == 200)
        #expect(try shop.status(order) == "refunded")
        #expect(shop.provider.calls.count { if case .refund = $0 { true } else { false } } == 1)
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested)
    func `that is sent again while the first is arriving is asked about once more`(
        on kind: DatabaseKind
    ) throws {
        let gate = Gate()
        let shop = try Shop(on: kind, front: { GatedProvider(provider: $0, gate: gate) })
        let order = try shop.service.newOrder()
        shop.provider.script(authorize: .effectThenLostReply())
        shop.provider.script(refund: .effectThenLostReply(.succeeded))
        #expect(try shop.post(order + "/pay").status == 202)
        gate.hideFromNextLookUp()
        // The provider rejects what it has already. That is no failure.
        let run = try shop.reconcile()
        #expect(run["resent"] == "1" && run["settled"] == "1")
        #expect(try shop.post(order + "/capture")["status"] == "captured")
        #expect(try shop.post(order + "/refund").status == 202)
        gate.hideFromNextLookUp()
        #expect(try shop.reconcile()["settled"] == "1")
        #expect(try shop.status(order) == "refunded")
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `of one attempt is not settled by news of another`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.service.newOrder()
        shop.provider.script(authorize: .effect(.failed), .failure(.lost))
        #expect(try shop.post(order + "/pay").status == 402)
        let first = try shop.payment(of: order, .failed)
        #expect(try shop.post(order + "/pay").status == 202)
        #expect(try shop.deliver("late", first)["result"] == "skipped")
        #expect(try shop.operations(order) == ["authorize|failed", "authorize|pending"])
    }

    @Test(arguments: DatabaseKind.tested) func `is asked about by itself, if the service is told to`(
        on kind: DatabaseKind
    ) throws {
        let database = try TestDatabase(kind)
        let provider = RecordingProvider()
        provider.script(authorize: .effectThenLostReply())
        var configuration = OrdersServer.Configuration(
            database: try database.address(), threads: 2, testClock: true, provider: provider)
        configuration.reconcileAfterSeconds = 0
        configuration.reconcileEverySeconds = 0.05
        let server = OrdersServer(configuration: configuration)
        try server.start()
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        _ = try client.post("/orders", #"{"amount":"1.00","currency":"USD","customer_id":"c1"}"#)
        _ = try client.post("/orders/1/pay")
        let deadline = Date(timeIntervalSinceNow: 20)
        while try client.get("/orders/1")["status"] != "paid" {
            try #require(Date() < deadline, "waited 20 s in vain")
        }
    }

    @Test(arguments: DatabaseKind.tested) func `cannot be asked about without a provider`(on kind: DatabaseKind)
        async throws
    {
        let service = try Service(on: kind)
        let error = await #expect(throws: NoProvider.self) { try await service.server.reconcile() }
        #expect(
            error?.description
                == "The service has no payment provider, so nothing can be pending; configure one to reconcile with.")
    }

    // MARK: Helpers

    private func pend(_ path: String, _ status: String, _ shop: Shop) throws {
        let answer = try shop.post(path)
        #expect(answer.status == 202 && answer["status"] == status && answer["pending_operation"] != nil)
    }

    private func learn(
        _ messenger: Messenger, _ shop: Shop, _ subject: @autoclosure () throws -> ProviderEvent.Subject
    ) throws {
        switch messenger {
        case .webhook:
            let events = try shop.database.rows("SELECT count(*) FROM webhook_events")
            #expect(try shop.deliver("event-\(events[0])", try subject())["result"] == "ok")
        case .reconciler: #expect(try shop.reconcile()["settled"] == "1")
        }
    }
}

/// Holds calls back after their effect and before their answer.
final class Gate: Sendable {
    private let isClosed = Mutex(false)
    private let arrived = DispatchSemaphore(value: 0)
    private let opened = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let isHiding = Mutex(false)

    /// The next look-up finds nothing, as if what was sent before were still on its way.
    func hideFromNextLookUp() { isHiding.withLock { $0 = true } }

    func hides() -> Bool {
        isHiding.withLock { isHiding in
            defer { isHiding = false }
            return isHiding
        }
    }

    func close() { isClosed.withLock { $0 = true } }

    func open() {
        isClosed.withLock { $0 = false }
        let waiting = opened.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when a call is held.
    func waitForCaller() { arrived.wait() }

    func pass() async {
        guard isClosed.withLock({ $0 }) else { return }
        await withCheckedContinuation { continuation in
            opened.withLock { $0.append(continuation) }
            arrived.signal()
        }
    }
}

/// A provider whose answers to refunds wait at a gate, and whose look-ups may find nothing.
struct GatedProvider: ForwardingProvider {
    let provider: any PaymentProvider
    let gate: Gate

    func payment(_ id: ProviderID) async throws(ProviderError) -> ProviderPayment? {
        gate.hides() ? nil : try await provider.payment(id)
    }

    func refund(
        idempotencyKey: IdempotencyKey, _ request: ProviderRefundRequest
    ) async throws(ProviderError) -> ProviderRefund {
        let answer = try await provider.refund(idempotencyKey: idempotencyKey, request)
        await gate.pass()
        return answer
    }

    func refund(_ id: ProviderID) async throws(ProviderError) -> ProviderRefund? {
        gate.hides() ? nil : try await provider.refund(id)
    }
}
