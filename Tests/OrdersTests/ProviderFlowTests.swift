import Money
import Orders
import PaymentProviders
import Testing

/// Orders whose money a provider moves.
@Suite struct `With a provider` {
    @Test(arguments: DatabaseKind.tested) func `a payment is authorised, captured in part, and refunded`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.service.newOrder()
        let paid = try shop.post(order + "/pay")
        #expect(paid.status == 200 && paid["status"] == "paid" && paid["authorization_expires_at"] != nil)
        let captured = try shop.post(order + "/capture", #"{"amount":"60.00"}"#)
        #expect(captured["status"] == "captured" && captured["captured_amount"] == "60.00")
        #expect(try shop.service.refund(order, "60.01").outcome == "422 amount_exceeds_refundable")
        let refund = try shop.service.refund(order, "25.00")
        #expect(refund.status == 202 && refund["refund_status"] == "pending" && refund["refund_id"] == "1")
        #expect(refund["refunded_amount"] == "0.00" && refund["refund_pending_amount"] == "25.00")
        #expect(try shop.post(order + "/refund")["refund_amount"] == "35.00")
        #expect(try shop.post(order + "/refund").outcome == "409 nothing_to_refund")
        try shop.endRefunds(of: order)
        let refunded = try shop.service.client.get(order)
        #expect(refunded["status"] == "refunded" && refunded["refunded_amount"] == "60.00")
        let list = try #require(try shop.service.client.get(order + "/refunds").json["refunds"] as? [[String: Any]])
        #expect(list.compactMap { $0["status"] as? String } == ["succeeded", "succeeded"])
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `every call has an id and a key that follow from its row`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .captured)
        _ = try shop.service.refund(order, "60.00")
        let name = try #require(try shop.database.rows("SELECT name FROM installation").first)
        let payment = ProviderID.payment(ofRow: "\(name)/operations/1")
        let (amount, part) = (Money(minorUnits: 10_000, .usd), Money(minorUnits: 6_000, .usd))
        let authorization = PaymentRequest(
            id: payment, amount: amount, customerID: "c1", orderReference: "order-1")
        let refund = ProviderRefundRequest(
            id: .refund(ofRow: "\(name)/refunds/1"), payment: payment, amount: part)
        #expect(
            shop.provider.calls == [
                .authorize(try IdempotencyKey("\(name)/operations/1"), authorization),
                .capture(try IdempotencyKey("\(name)/operations/2"), payment: payment, amount: amount),
                .refund(try IdempotencyKey("\(name)/refunds/1"), refund),
            ])
    }

    struct Row: Sendable {
        let from: OrderStatus
        let outcomes: [String]
    }

    static let commands = ["/pay", "/capture", "/void", "/cancel", "/refund"]
    static let table: [Row] = [
        Row(from: .pending, outcomes: ["200 paid", "409 wrong_state", "409 wrong_state", "200 canceled", no]),
        Row(from: .paid, outcomes: [no, "200 captured", "200 canceled", no, no]),
        Row(from: .captured, outcomes: [no, no, no, no, "202 captured"]),
        Row(from: .refunded, outcomes: [no, no, no, no, no]),
        Row(from: .canceled, outcomes: [no, no, no, no, no]),
        Row(from: .expired, outcomes: [no, no, no, no, no]),
    ]
    private static let no = "409 wrong_state"

    @Test(arguments: DatabaseKind.tested) func `exactly these commands are taken`(on kind: DatabaseKind) throws {
        let shop = try Shop(on: kind)
        #expect(Self.table.map(\.from) == OrderStatus.allCases)
        for row in Self.table {
            for (command, outcome) in zip(Self.commands, row.outcomes) {
                let order = try shop.order(in: row.from)
                shop.provider.forgetCalls()
                let answer = try shop.post(order + command)
                let shown = answer.outcome + (answer["status"].map { " \($0)" } ?? "")
                #expect(shown == outcome, "\(command) from \(row.from)")
                #expect(shop.provider.calls.isEmpty == (answer.status == 409 || command == "/cancel"))
            }
        }
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `nothing else begins while an outcome is not known`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.service.newOrder()
        shop.provider.script(authorize: .failure(.lost))
        #expect(try shop.post(order + "/pay")["pending_operation"] == "authorize")
        for command in Self.commands {
            #expect(try shop.post(order + command).outcome == "409 operation_pending", "\(command)")
        }
        let paid = try shop.order(in: .paid)
        shop.provider.script(capture: .failure(.nonsense))
        #expect(try shop.post(paid + "/capture")["pending_operation"] == "capture")
        for command in Self.commands {
            #expect(try shop.post(paid + command).outcome == "409 operation_pending", "\(command)")
        }
        #expect(try shop.operations(order) == ["authorize|pending"])
        #expect(try shop.operations(paid) == ["authorize|succeeded", "capture|pending"])
    }

    @Test(arguments: DatabaseKind.tested) func `a no leaves the order as it was, and the next attempt is another`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.service.newOrder()
        shop.provider.script(authorize: .effect(.failed), .failure(.no))
        let declined = try shop.post(order + "/pay")
        #expect(declined.outcome == "402 payment_declined")
        #expect(declined.text.contains("The payment was declined: declined."))
        #expect(try shop.post(order + "/pay").outcome == "402 payment_declined")
        try shop.pay(order)
        shop.provider.script(capture: .failure(.no))
        #expect(try shop.post(order + "/capture").outcome == "409 capture_rejected")
        shop.provider.script(cancel: .failure(.no))
        #expect(try shop.post(order + "/void").outcome == "409 void_rejected")
        #expect(try shop.status(order) == "paid")
        #expect(try shop.post(order + "/capture").status == 200)
        shop.provider.script(refund: .failure(.no), .effect(.failed))
        #expect(try shop.service.refund(order, "60.00").outcome == "409 refund_rejected")
        #expect(try shop.service.refund(order, "60.00").outcome == "409 refund_rejected")
        #expect(try shop.service.refund(order, "100.00").status == 202)
        let keys = shop.provider.calls.compactMap(\.idempotencyKey)
        #expect(keys.count == 9 && Set(keys).count == 9)
        try shop.expectBalancedBooks()
    }

    @Test(arguments: DatabaseKind.tested) func `a capture is checked against what was authorised`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.order(in: .paid)
        shop.provider.forgetCalls()
        let refused = [
            ("100.01", "422 amount_exceeds_authorized"), ("0.00", "422 amount_not_positive"),
            ("-1.00", "422 amount_not_positive"), ("1.001", "400 invalid_amount"),
        ]
        for (amount, outcome) in refused {
            #expect(try shop.post(order + "/capture", #"{"amount":"\#(amount)"}"#).outcome == outcome)
        }
        #expect(try shop.post(order + "/capture", #"{"amount":null}"#).outcome == "400 invalid_body")
        let yen = #"{"amount":"60","currency":"JPY"}"#
        #expect(try shop.post(order + "/capture", yen).outcome == "422 currency_mismatch")
        #expect(shop.provider.calls.isEmpty)
        #expect(try shop.post(order + "/capture", #"{"amount":"0.01"}"#)["captured_amount"] == "0.01")
        #expect(try shop.post(order + "/capture").outcome == "409 wrong_state")
    }

    @Test(arguments: DatabaseKind.tested) func `what was authorised seven days ago is not captured any more`(
        on kind: DatabaseKind
    ) throws {
        let shop = try Shop(on: kind)
        let (first, second, pending) = (
            try shop.order(in: .paid), try shop.order(in: .paid), try shop.order(in: .paid)
        )
        shop.provider.script(capture: .failure(.lost))
        #expect(try shop.post(pending + "/capture").status == 202)
        #expect(try shop.pass(seconds: 7 * 86_400 - 1).text.hasPrefix(#"{"expired":[],"#))
        #expect(try shop.post(first + "/capture").status == 200)
        try shop.database.execute("UPDATE clock SET offset_seconds = offset_seconds + 1")
        #expect(try shop.post(second + "/capture").outcome == "409 authorization_expired")
        #expect(try shop.pass(seconds: 1).text.hasPrefix(#"{"expired":[2],"#))
        #expect(try shop.status(second) == "expired")
        // The capture that nobody knows of may have happened. When it has not, the order expires with it.
        #expect(try shop.status(pending) == "paid")
        _ = try shop.deliver("late", shop.payment(of: pending, .failed))
        #expect(try shop.status(pending) == "expired")
        #expect(try shop.operations(pending) == ["authorize|succeeded", "capture|failed"])
    }

    @Test(arguments: DatabaseKind.tested, [ProviderPayment.Status.authorized, .failed])
    func `an order that is being paid does not expire before that is known`(
        on kind: DatabaseKind, ending: ProviderPayment.Status
    ) throws {
        let shop = try Shop(on: kind)
        let order = try shop.service.newOrder()
        shop.provider.script(authorize: .failure(.lost))
        #expect(try shop.post(order + "/pay").status == 202)
        #expect(try shop.service.passPaymentWindow().text.hasPrefix(#"{"expired":[],"#))
        _ = try shop.deliver("ending", shop.payment(of: order, ending))
        #expect(try shop.status(order) == (ending == .failed ? "expired" : "paid"))
    }

    @Test(arguments: DatabaseKind.tested) func `nothing of it is there without one`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let order = try service.order(in: .paid)
        for path in [order + "/void", "/webhooks/provider", "/reconcile"] {
            #expect(try service.client.post(path).outcome == "404 unknown_route")
        }
        #expect(try service.client.get(order + "/refunds").outcome == "404 unknown_route")
    }
}
