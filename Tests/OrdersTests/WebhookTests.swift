import Money
import Orders
import PaymentProviders
import Testing

@Suite struct `A webhook` {
    @Test(arguments: DatabaseKind.tested) func `has its effect once, however often it comes`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.service.refund(order, "25.00")
        let refund = try shop.refunds(of: order, .succeeded)[0]
        for delivery in 1...100 {
            let answer = try shop.deliver("evt_1", refund)
            #expect(answer.status == 200 && answer["result"] == (delivery == 1 ? "ok" : "skipped"))
        }
        #expect(try shop.service.client.get(order)["refunded_amount"] == "25.00")
        #expect(try log(shop) == ["ok|1", "skipped|99"])
        // What counts is the event's id, whatever it claims the second time.
        _ = try shop.service.refund(order, "30.00")
        #expect(try shop.deliver("evt_1", shop.refunds(of: order, .succeeded)[1])["result"] == "skipped")
        #expect(try shop.service.client.get(order)["refunded_amount"] == "25.00")
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `that is not signed by the provider has no effect`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.service.refund(order, "25.00")
        let event = ProviderEvent(id: "evt_1", type: "x", subject: try shop.refunds(of: order, .succeeded)[0])
        let genuine = shop.provider.webhook(event)
        let body = String(decoding: genuine.body, as: UTF8.self)
        for signature in [nil, "", "00", String(repeating: "a", count: 128), genuine.signature + "0"] {
            #expect(try shop.deliver(body, signature: signature).outcome == "401 invalid_signature")
        }
        #expect(try shop.deliver(body + " ", signature: genuine.signature).outcome == "401 invalid_signature")
        #expect(try shop.service.client.get(order)["refunded_amount"] == "0.00")
        #expect(try log(shop) == ["signature_invalid|6"])
        #expect(try shop.database.rows("SELECT event_id, type FROM webhook_deliveries WHERE id = 1") == ["-|-"])
        #expect(try shop.deliver(body, signature: genuine.signature).status == 200)
    }

    @Test(arguments: DatabaseKind.tested) func `of more than 64 KiB is not even logged`(on kind: DatabaseKind) throws {
        let shop = try Shop(on: kind)
        let limit = 64 << 10
        #expect(try shop.deliver(String(repeating: "x", count: limit + 1), signature: nil).status == 413)
        #expect(try log(shop) == [])
        let client = try TestClient(port: shop.service.server.port)
        let largest = String(repeating: "x", count: limit)
        #expect(try client.request("POST", "/webhooks/provider", largest).outcome == "401 invalid_signature")
    }

    @Test(arguments: DatabaseKind.tested) func `about what is not known here is to come again`(on kind: DatabaseKind)
        throws
    {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .paid)
        let amount = Money(minorUnits: 100, .usd)
        let stranger = ProviderID.payment(ofRow: "another shop's")
        let subjects: [ProviderEvent.Subject] = [
            .payment(.init(id: stranger, status: .failed, amount: amount, capturedAmount: .zero(.usd))),
            .refund(.init(id: stranger, payment: stranger, status: .succeeded, amount: amount)),
            .dispute(.init(id: "dp", payment: stranger, status: .lost, amount: amount)),
            .payout(.init(id: stranger, status: .succeeded, amount: amount)),
            // Its capture is not known yet.
            try shop.dispute(of: order, .open, 100),
        ]
        for subject in subjects {
            #expect(try shop.deliver("evt_1", subject).outcome == "404 unknown_object")
        }
        #expect(try log(shop) == ["error|5"])
        #expect(try shop.database.rows("SELECT id FROM webhook_events") == [])
        // The same event, once its object is there.
        #expect(try shop.post(order + "/capture").status == 200)
        #expect(try shop.deliver("evt_1", shop.dispute(of: order, .open, 100)).status == 200)
        #expect(try shop.deliver("evt_2", .other("mandate_active"))["result"] == "skipped")
    }

    @Test(arguments: DatabaseKind.tested) func `that comes late or out of order changes no end`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let paid = try shop.order(in: .paid)
        for (index, status) in ProviderPayment.Status.allCases.enumerated() {
            let late = try shop.payment(of: paid, status, captured: status == .captured ? 10_000 : 0)
            #expect(try shop.deliver("paid-\(index)", late)["result"] == "skipped", "\(status)")
        }
        #expect(try shop.status(paid) == "paid")

        let captured = try shop.order(in: .captured)
        _ = try shop.service.refund(captured, "25.00")
        _ = try shop.service.refund(captured, "30.00")
        let (ends, failures) = (
            try shop.refunds(of: captured, .succeeded), try shop.refunds(of: captured, .failed)
        )
        _ = try shop.deliver("end-1", ends[0])
        _ = try shop.deliver("end-2", failures[1])
        #expect(try shop.deliver("late-1", failures[0])["result"] == "skipped")
        #expect(try shop.deliver("late-2", ends[1])["result"] == "skipped")
        for (index, pending) in try shop.refunds(of: captured, .pending).enumerated() {
            #expect(try shop.deliver("later-\(index)", pending)["result"] == "skipped")
        }
        #expect(try shop.database.rows("SELECT status FROM refunds ORDER BY id") == ["succeeded", "failed"])
        #expect(try shop.service.client.get(captured)["refunded_amount"] == "25.00")
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `may come before the answer to the request`(on kind: DatabaseKind)
        throws
    {
        let gate = Gate()
        let shop = try Shop(on: kind, threads: 2, front: { GatedProvider(provider: $0, gate: gate) })
        let order = try shop.order(in: .captured)
        let client = try TestClient(port: shop.service.server.port)
        gate.close()
        try client.send("POST \(order)/refund HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        gate.waitForCaller()
        let other = try TestClient(port: shop.service.server.port)
        let webhook = shop.provider.webhook(
            ProviderEvent(id: "evt_1", type: "x", subject: try shop.refunds(of: order, .succeeded)[0]))
        let answer = try other.request(
            "POST", "/webhooks/provider", String(decoding: webhook.body, as: UTF8.self),
            headers: ["X-Webhook-Signature-512: \(webhook.signature)"])
        #expect(answer["result"] == "ok")
        gate.open()
        let late = try client.receive()
        #expect(late.status == 200 && late["refund_status"] == "succeeded" && late["status"] == "refunded")
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `about another amount than was asked for is for a person to see`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .paid)
        shop.provider.script(capture: .failure(.lost))
        #expect(try shop.post(order + "/capture", #"{"amount":"60.00"}"#).status == 202)
        let all = try shop.payment(of: order, .captured, captured: 10_000)
        #expect(try shop.deliver("evt_1", all).outcome == "409 contradiction")
        #expect(try shop.operations(order) == ["authorize|succeeded", "capture|pending"])
        #expect(try shop.deliver("evt_1", shop.payment(of: order, .captured, captured: 6000))["result"] == "ok")
    }

    struct DisputePath: Sendable {
        let statuses: [ProviderDispute.Status]
        let results: [String]
        let disputed: String
    }

    static let disputes: [DisputePath] = [
        DisputePath(statuses: [.open], results: ["ok"], disputed: "70.00"),
        DisputePath(statuses: [.open, .open], results: ["ok", "skipped"], disputed: "70.00"),
        DisputePath(statuses: [.open, .won], results: ["ok", "ok"], disputed: "0.00"),
        DisputePath(statuses: [.open, .lost], results: ["ok", "ok"], disputed: "70.00"),
        DisputePath(statuses: [.won, .open], results: ["ok", "skipped"], disputed: "0.00"),
        DisputePath(statuses: [.lost, .open], results: ["ok", "skipped"], disputed: "70.00"),
        DisputePath(statuses: [.lost, .won], results: ["ok", "skipped"], disputed: "70.00"),
        DisputePath(statuses: [.open, .won, .lost], results: ["ok", "ok", "skipped"], disputed: "0.00"),
    ]

    @Test(arguments: DatabaseKind.tested, disputes)
    func `of a dispute holds the amount back until it is won`(on kind: DatabaseKind, path: DisputePath) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        for (index, (status, result)) in zip(path.statuses, path.results).enumerated() {
            let answer = try shop.deliver("evt_\(index)", shop.dispute(of: order, status, 7000))
            #expect(answer["result"] == result)
        }
        #expect(try shop.service.client.get(order)["disputed_amount"] == path.disputed)
        let left = path.disputed == "0.00" ? "100.00" : "30.00"
        #expect(try shop.post(order + "/refund")["refund_amount"] == left)
        try shop.expectBalancedBooks()
    }

    private func log(_ shop: Shop) throws -> [String] {
        try shop.database.rows("SELECT result, count(*) FROM webhook_deliveries GROUP BY result ORDER BY result")
    }
}
