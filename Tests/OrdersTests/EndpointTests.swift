import Foundation
import HTTPServer
import Orders
import Testing

@testable import OrdersServer

@Suite struct `The orders service` {
    @Test(arguments: DatabaseKind.tested) func `makes an order and shows it`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let body = #"{"amount":"100.5","currency":"USD","customer_id":"c1","note":"ignored"}"#
        let made = try service.client.post("/orders", body)
        #expect(made.status == 201)
        #expect(made.headers["location"] == "/orders/1")
        #expect(made.headers["content-type"] == "application/json")
        let shown = try service.client.get("/orders/1")
        #expect(shown.status == 200)
        #expect(shown.text == made.text)
        let keys = [
            "amount", "captured_amount", "created_at", "currency", "customer_id", "expires_at", "id", "refunded_amount",
            "status",
        ]
        #expect(made.json.keys.sorted() == keys)
        #expect(made["amount"] == "100.50" && made["status"] == "pending" && made["refunded_amount"] == "0.00")
        let format = ISO8601DateFormatter()
        let created = try #require(made["created_at"].flatMap { format.date(from: $0) })
        let expires = try #require(made["expires_at"].flatMap { format.date(from: $0) })
        #expect(expires.timeIntervalSince(created) == 1800)
        #expect(abs(created.timeIntervalSinceNow) < 60)
    }

    @Test(arguments: DatabaseKind.tested) func `pays, captures and refunds in parts`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let order = try service.newOrder()
        #expect(try service.client.post(order + "/pay", #"{"payment_method":"card"}"#)["status"] == "paid")
        let captured = try service.client.post(order + "/capture", "{}")
        #expect(captured["status"] == "captured" && captured["captured_amount"] == "100.00")
        let part = try service.refund(order, "25.00")
        #expect(part["status"] == "captured" && part["refunded_amount"] == "25.00")
        #expect(part["refund_id"] == "1" && part["refund_amount"] == "25.00")
        let rest = try service.client.post(order + "/refund")
        #expect(rest["status"] == "refunded" && rest["refund_amount"] == "75.00" && rest["refund_id"] == "2")
        #expect(try service.sumOfRefundRows(order) == 10_000)
    }

    @Test(arguments: DatabaseKind.tested) func `accepts over HTTP exactly the arrows of the diagram`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        for row in `The rules`.table {
            let cells = [
                ("/pay", row.pay), ("/capture", row.capture), ("/refund", row.refund), ("/cancel", row.cancel),
            ]
            for (command, expected) in cells {
                let order = try service.order(in: row.from)
                #expect(try service.client.get(order)["status"] == row.from.rawValue)
                let answer = try service.client.post(order + command)
                #expect(answer.outcome == (expected == nil ? "409 wrong_state" : "200"), "\(command) from \(row.from)")
                #expect(try service.client.get(order)["status"] == (expected ?? row.from).rawValue)
            }
        }
    }

    @Test(arguments: DatabaseKind.tested) func `expires unpaid orders when the clock passes their window`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let (unpaid, paid) = (try service.newOrder(), try service.order(in: .paid))
        let early = try service.client.post("/clock/advance", #"{"seconds":1799}"#)
        #expect(early.text.hasPrefix(#"{"expired":[],"now":""#))
        #expect(try service.client.get(unpaid)["status"] == "pending")
        let due = try service.client.post("/clock/advance", #"{"seconds":1}"#)
        #expect(due.text.hasPrefix(#"{"expired":[1],"now":""#))
        #expect(due["now"] == (try service.client.get(unpaid))["expires_at"])
        #expect(try service.client.get(unpaid)["status"] == "expired")
        #expect(try service.client.get(paid)["status"] == "paid")
        #expect(try service.client.post(unpaid + "/pay").outcome == "409 wrong_state")
    }

    @Test(arguments: DatabaseKind.tested) func `refuses to pay after the window even if nothing has swept`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let order = try service.newOrder()
        try service.database.execute("UPDATE clock SET offset_seconds = 1800")
        #expect(try service.client.post(order + "/pay").outcome == "409 payment_window_closed")
    }

    @Test(arguments: DatabaseKind.tested) func `has no clock to advance unless it is a test's`(on kind: DatabaseKind)
        throws
    {
        let service = try Service(on: kind, testClock: false)
        #expect(try service.client.post("/clock/advance", #"{"seconds":1}"#).outcome == "404 unknown_route")
        #expect(try service.client.post(try service.newOrder() + "/pay").status == 200)
    }

    @Test(
        arguments: DatabaseKind.tested,
        [
            ("GET", "/", "404 unknown_route"), ("GET", "/nothing", "404 unknown_route"),
            ("POST", "/orders/1/destroy", "404 unknown_route"), ("POST", "/orders/1/pay/now", "404 unknown_route"),
            ("GET", "//orders/1", "404 unknown_route"), ("GET", "/orders/", "404 unknown_order"),
            ("GET", "/orders/2", "404 unknown_order"), ("GET", "/orders/x", "404 unknown_order"),
            ("GET", "/orders/01", "404 unknown_order"), ("GET", "/orders/+1", "404 unknown_order"),
            ("GET", "/orders/-1", "404 unknown_order"), ("GET", "/orders/1%00", "404 unknown_order"),
            ("GET", "/orders/99999999999999999999", "404 unknown_order"),
            ("POST", "/orders/2/pay", "404 unknown_order"), ("POST", "/orders/2/refund", "404 unknown_order"),
            ("GET", "/orders/%31", "200"), ("GET", "/orders/1?verbose=1", "200"), ("HEAD", "/orders/1", "200"),
            ("GET", "/health", "200"), ("HEAD", "/health", "200"),
            ("GET", "/orders", "405 wrong_method"), ("PUT", "/orders/1", "405 wrong_method"),
            ("DELETE", "/orders/1", "405 wrong_method"), ("GET", "/orders/1/pay", "405 wrong_method"),
            ("POST", "/health", "405 wrong_method"), ("GET", "/clock/advance", "405 wrong_method"),
        ])
    func `answers to a path`(on kind: DatabaseKind, row: (method: String, path: String, outcome: String)) throws {
        let (method, path, outcome) = row
        let service = try Service(on: kind)
        _ = try service.newOrder()
        let answer = try service.client.request(method, path)
        #expect(answer.outcome == outcome)
        if answer.status == 405 { #expect(answer.headers["allow"] != nil) }
        #expect(try service.client.get("/health").text == #"{"status":"ok"}"#, "the connection is still good")
    }

    static let badOrders: [(body: String, outcome: String)] = [
        ("", "400 invalid_body"), ("{", "400 invalid_body"), ("null", "400 invalid_body"), ("[]", "400 invalid_body"),
        ("1", "400 invalid_body"), ("\"x\"", "400 invalid_body"), ("{}", "400 invalid_body"),
        ("{'amount':'1'}", "400 invalid_body"), ("{\"amount\":\"1\",}", "400 invalid_body"),
        (#"{"amount":"1","currency":"USD"}"#, "400 invalid_body"),
        (#"{"amount":1,"currency":"USD","customer_id":"c"}"#, "400 invalid_body"),
        (#"{"amount":1.00,"currency":"USD","customer_id":"c"}"#, "400 invalid_body"),
        (#"{"amount":null,"currency":"USD","customer_id":"c"}"#, "400 invalid_body"),
        (#"{"amount":["1"],"currency":"USD","customer_id":"c"}"#, "400 invalid_body"),
        (#"{"amount":"1","currency":840,"customer_id":"c"}"#, "400 invalid_body"),
        (#"{"amount":"1","currency":"USD","customer_id":""}"#, "400 invalid_body"),
        (#"{"amount":"1","currency":"USD","customer_id":7}"#, "400 invalid_body"),
        (#"{"amount":"1","currency":"USD","customer_id":"c\u0000"}"#, "400 invalid_body"),
        (#"{"amount":"1","currency":"USD","customer_id":"c"} x"#, "400 invalid_body"),
        (#"{"amount":"1","currency":"USD","customer_id":"c"}{}"#, "400 invalid_body"),
        (String(repeating: "[", count: 5000), "400 invalid_body"),
        (#"{"amount":"","currency":"USD","customer_id":"c"}"#, "400 invalid_amount"),
        (#"{"amount":"1,000.50","currency":"USD","customer_id":"c"}"#, "400 invalid_amount"),
        (#"{"amount":"1e2","currency":"USD","customer_id":"c"}"#, "400 invalid_amount"),
        (#"{"amount":"1.001","currency":"USD","customer_id":"c"}"#, "400 invalid_amount"),
        (#"{"amount":"1.00","currency":"JPY","customer_id":"c"}"#, "400 invalid_amount"),
        (#"{"amount":"99999999999999999999","currency":"USD","customer_id":"c"}"#, "400 invalid_amount"),
        (#"{"amount":"0.00","currency":"USD","customer_id":"c"}"#, "422 amount_not_positive"),
        (#"{"amount":"-1.00","currency":"USD","customer_id":"c"}"#, "422 amount_not_positive"),
        (#"{"amount":"1.00","currency":"XXX","customer_id":"c"}"#, "422 unsupported_currency"),
        (#"{"amount":"1.00","currency":"usd","customer_id":"c"}"#, "422 unsupported_currency"),
    ]

    static let badRefunds: [(body: String, outcome: String)] = [
        ("{", "400 invalid_body"), ("[]", "400 invalid_body"), ("null", "400 invalid_body"),
        (#"{"amount":null}"#, "400 invalid_body"), (#"{"amount":25}"#, "400 invalid_body"),
        (#"{"currency":"USD"}"#, "400 invalid_body"), (#"{"amount":"25,00"}"#, "400 invalid_amount"),
        (#"{"amount":"25.001"}"#, "400 invalid_amount"), (#"{"amount":"0"}"#, "422 amount_not_positive"),
        (#"{"amount":"-25.00"}"#, "422 amount_not_positive"),
        (#"{"amount":"100.01"}"#, "422 amount_exceeds_refundable"),
        (#"{"amount":"25","currency":"JPY"}"#, "422 currency_mismatch"),
        (#"{"amount":"25","currency":"XXX"}"#, "422 unsupported_currency"),
    ]

    @Test(arguments: DatabaseKind.tested) func `refuses what it cannot do, and writes nothing`(on kind: DatabaseKind)
        throws
    {
        let service = try Service(on: kind)
        let paid = try service.order(in: .paid)
        let pending = try service.newOrder()
        var requests = Self.badOrders.map { ("/orders", $0.body, $0.outcome) }
        requests += Self.badRefunds.map { (paid + "/refund", $0.body, $0.outcome) }
        requests += ["{", "[]", "1"].map { (pending + "/pay", $0, "400 invalid_body") }
        requests += [#"{}"#, #"{"seconds":0}"#, #"{"seconds":-1}"#, #"{"seconds":"1"}"#, #"{"seconds":1.5}"#]
            .map { ("/clock/advance", $0, "400 invalid_body") }
        requests += [#"{"seconds":99999999999}"#, #"{"seconds":99999999999999999999}"#]
            .map { ("/clock/advance", $0, "400 invalid_body") }
        requests += [(pending + "/capture", "", "409 wrong_state"), (pending + "/refund", "", "409 wrong_state")]
        requests += [(paid + "/pay", "", "409 wrong_state"), ("/orders/9/refund", "", "404 unknown_order")]
        let probe = try ChangeProbe(service.database)
        let before = try probe.version()
        for (path, body, outcome) in requests {
            #expect(try service.client.post(path, body).outcome == outcome, "\(path) \(body.prefix(80))")
            #expect(try probe.version() == before, "\(path) \(body.prefix(80)) wrote something")
        }
        #expect(try service.client.get(pending).status == 200)
        #expect(try probe.version() == before)
        #expect(try service.client.post(pending + "/pay").status == 200)
        #expect(try probe.version() != before, "the probe sees what is written")
    }

    @Test(arguments: DatabaseKind.tested) func `explains a refusal in a sentence`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let refused = try service.client.post("/orders/7/pay")
        #expect(refused.text == #"{"error":{"code":"unknown_order","message":"There is no order \"7\"."}}"#)
        let order = try service.newOrder()
        let complaints = [
            ("/orders", #"{"amount":"1"}"#, "The field \"currency\" is missing."),
            ("/orders", #"{"amount":1,"currency":"USD","customer_id":"c"}"#, "The field \"amount\" is not a string."),
            ("/orders", "[]", "The body is not a JSON object."), ("/orders", "{", "The body is not valid JSON."),
            (order + "/capture", "", "Cannot capture an order that is pending."),
            ("/clock/advance", #"{"seconds":0}"#, "The field \"seconds\" is not from 1 to 31622400."),
        ]
        for (path, body, message) in complaints {
            let error = try service.client.post(path, body).json["error"] as? [String: Any]
            #expect(error?["message"] as? String == message)
        }
    }

    @Test(arguments: DatabaseKind.tested) func `answers 500 without a word about its insides`(on kind: DatabaseKind)
        throws
    {
        let service = try Service(on: kind)
        let order = try service.newOrder()
        try service.database.execute("ALTER TABLE orders RENAME TO misplaced")
        let answer = try service.client.get(order)
        #expect(answer.outcome == "500 internal_error")
        #expect(!answer.text.contains("orders") && !answer.text.lowercased().contains("sql"))
    }

    @Test(arguments: DatabaseKind.tested) func `survives its database being rewound and its schema changed underneath`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let order = try service.order(in: .paid)
        try service.database.execute("UPDATE orders SET status = 'pending', paid_at = NULL")
        try service.database.logUpdates()
        #expect(try service.client.get(order)["status"] == "pending")
        #expect(try service.client.post(order + "/pay")["status"] == "paid")
        #expect(try service.database.rows("SELECT id FROM log") == ["1"])
        try service.database.execute("DELETE FROM orders")
        try service.database.restartNumbers()
        #expect(try service.client.get(order).status == 404)
        #expect(try service.newOrder() == "/orders/1")
    }

    @Test(arguments: DatabaseKind.tested) func `that caches orders in memory is fooled by a rewind`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind, caches: true)
        let order = try service.order(in: .paid)
        try service.database.execute("UPDATE orders SET status = 'pending', paid_at = NULL")
        #expect(try service.client.get(order)["status"] == "paid")
        #expect(try service.client.post(order + "/capture").outcome == "409 wrong_state")
    }

    @Test(arguments: DatabaseKind.tested) func `never refunds more than the amount, however many try at once`(
        on kind: DatabaseKind
    ) async throws {
        let service = try Service(on: kind, threads: 4)
        let (order, port) = (try service.order(in: .paid), service.server.port)
        let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let client = try TestClient(port: port)
                    return try (0..<40).count { _ in
                        try client.post(order + "/refund", #"{"amount":"3.00"}"#).status == 200
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(accepted == 33)
        #expect(try service.sumOfRefundRows(order) == 9900)
        #expect(try service.client.get(order)["refunded_amount"] == "99.00")
    }

    @Test(arguments: DatabaseKind.tested) func `starts again on its database, and stops more than once`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let order = try service.order(in: .captured)
        service.server.stop()
        service.server.stop()
        try service.server.start()
        try service.server.start()
        #expect(try TestClient(port: service.server.port).get(order)["status"] == "captured")
    }

    @Test(arguments: DatabaseKind.tested) func `refuses a database newer than itself`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        service.server.stop()
        try service.database.claimSchemaVersion(99)
        let error = #expect(throws: MigrationError.self) { try service.server.start() }
        #expect(
            error?.description
                == "The database has schema version 99, and this program knows versions up to "
                + "\(Migrations(in: .sqlite).steps.count); use the newer program, or another database.")
    }
}
