import Foundation
import Orders
import Testing

/// The checks of a server's `Idempotency-Key`, in the order of the catalogue.
@Suite struct `An idempotency key` {
    static let order = #"{"amount":"100.00","currency":"USD","customer_id":"c1"}"#

    @Test(arguments: DatabaseKind.tested) func `is optional`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let first = try service.client.post("/orders", Self.order)
        let second = try service.client.post("/orders", Self.order)
        #expect(first["id"] == "1" && second["id"] == "2")
        #expect(try service.database.rows("SELECT account FROM idempotency_keys").isEmpty)
    }

    static let badHeaders: [([String], String)] = [
        (["Idempotency-Key:"], "400 invalid_idempotency_key"),
        (["Idempotency-Key: a b"], "400 invalid_idempotency_key"),
        (["Idempotency-Key: \u{E9}"], "400 invalid_idempotency_key"),
        (["Idempotency-Key: " + String(repeating: "k", count: 256)], "400 invalid_idempotency_key"),
        (["Idempotency-Key: a", "Idempotency-Key: a"], "400 invalid_idempotency_key"),
        (["Idempotency-Key: a", "idempotency-key: b"], "400 invalid_idempotency_key"),
        (["Idempotency-Key: a", "X-Account: a b"], "400 invalid_account"),
        (["Idempotency-Key: a", "X-Account:"], "400 invalid_account"),
        (["Idempotency-Key: a", "X-Account: a", "X-Account: a"], "400 invalid_account"),
    ]

    @Test(arguments: DatabaseKind.tested) func `that is none is refused, and nothing happens`(on kind: DatabaseKind)
        throws
    {
        let service = try Service(on: kind)
        let probe = try ChangeProbe(service.database)
        let before = try probe.version()
        for (headers, outcome) in Self.badHeaders {
            #expect(try service.client.post("/orders", Self.order, headers: headers).outcome == outcome, "\(headers)")
        }
        #expect(try probe.version() == before)
        let longest = "Idempotency-Key: " + String(repeating: "k", count: 255)
        #expect(try service.client.post("/orders", Self.order, headers: [longest]).status == 201)
    }

    @Test(arguments: DatabaseKind.tested) func `replays the answer of every request that changes something`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let requests = [
            ("/orders", Self.order), ("/orders/1/pay", ""), ("/orders/1/capture", "{}"),
            ("/orders/1/refund", #"{"amount":"25.00"}"#), ("/orders", Self.order + " "), ("/orders/2/cancel", ""),
            ("/clock/advance", #"{"seconds":60}"#),
        ]
        for (number, (path, body)) in requests.enumerated() {
            let headers = ["Idempotency-Key: \(number)"]
            let first = try service.client.post(path, body, headers: headers)
            #expect(first.status < 300 && first.headers["idempotent-replayed"] == nil, "\(path)")
            let contents = try service.database.contents()
            for _ in 1...2 {
                let again = try service.client.post(path, body, headers: headers)
                #expect(again.status == first.status && again.text == first.text, "\(path)")
                #expect(again.headers["idempotent-replayed"] == "true", "\(path)")
                #expect(again.headers["location"] == first.headers["location"])
                #expect(again.headers["content-type"] == "application/json")
            }
            #expect(try service.database.contents() == contents, "\(path) happened twice")
        }
        #expect(try service.sumOfRefundRows("/orders/1") == 2500)
    }

    @Test(arguments: DatabaseKind.tested) func `belongs to one body and one endpoint`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let order = try service.order(in: .paid)
        let key = ["Idempotency-Key: k"]
        #expect(try service.client.post(order + "/refund", #"{"amount":"25.00"}"#, headers: key).status == 200)
        let others = [
            (order + "/refund", #"{"amount":"26.00"}"#), (order + "/refund", ""), (order + "/refund", "nonsense"),
            (order + "/capture", #"{"amount":"25.00"}"#), ("/orders/2/refund", #"{"amount":"25.00"}"#),
            ("/orders", #"{"amount":"25.00"}"#),
        ]
        for (path, body) in others {
            let outcome = try service.client.post(path, body, headers: key).outcome
            #expect(outcome == "422 idempotency_key_reused", "\(path) \(body)")
        }
        #expect(try service.sumOfRefundRows(order) == 2500)
    }

    @Test(arguments: DatabaseKind.tested) func `belongs to one account`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let make = { (account: [String]) in
            try service.client.post("/orders", Self.order, headers: ["Idempotency-Key: k"] + account)
        }
        #expect(try make(["X-Account: a"])["id"] == "1")
        #expect(try make(["X-Account: b"])["id"] == "2")
        #expect(try make([])["id"] == "3")
        #expect(try make(["X-Account: default"])["id"] == "3")
        #expect(try make(["X-Account: a"])["id"] == "1")
    }

    @Test(arguments: DatabaseKind.tested) func `leaves reading alone`(on kind: DatabaseKind) throws {
        let service = try Service(on: kind)
        let order = try service.newOrder()
        for method in ["GET", "HEAD"] {
            let headers = ["Idempotency-Key: k", "Idempotency-Key:"]
            let answer = try service.client.request(method, order, headers: headers)
            #expect(answer.status == 200 && answer.headers["idempotent-replayed"] == nil)
        }
        #expect(try service.client.post(order + "/pay", headers: ["Idempotency-Key: k"]).status == 200)
    }

    @Test(arguments: DatabaseKind.tested) func `is free again after a request that could not be used`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let order = try service.order(in: .paid)
        let failures = [
            ("POST", order + "/refund", "{", "400 invalid_body"),
            ("POST", order + "/refund", #"{"amount":"x"}"#, "400 invalid_amount"),
            ("POST", order + "/refund", #"{"amount":"100.01"}"#, "422 amount_exceeds_refundable"),
            ("POST", "/orders/7/refund", "", "404 unknown_order"), ("POST", "/nowhere", "", "404 unknown_route"),
            ("PUT", order + "/refund", "", "405 wrong_method"),
            ("POST", "/orders", #"{"amount":"0","currency":"USD","customer_id":"c"}"#, "422 amount_not_positive"),
            ("POST", order + "/refund", String(repeating: " ", count: 70_000), "413 body_too_large"),
        ]
        let probe = try ChangeProbe(service.database)
        let before = try probe.version()
        let key = ["Idempotency-Key: k"]
        for (method, path, body, outcome) in failures {
            #expect(try service.client.request(method, path, body, headers: key).outcome == outcome)
        }
        #expect(try probe.version() == before)
        #expect(try service.client.post(order + "/refund", #"{"amount":"25.00"}"#, headers: key).status == 200)
    }

    @Test(arguments: DatabaseKind.tested) func `replays a refusal of the rules, even if it would go well by now`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let order = try service.newOrder()
        let key = ["Idempotency-Key: k"]
        let refused = try service.client.post(order + "/capture", headers: key)
        #expect(refused.outcome == "409 wrong_state" && refused.headers["idempotent-replayed"] == nil)
        #expect(try service.client.post(order + "/pay").status == 200)
        let again = try service.client.post(order + "/capture", headers: key)
        #expect(again.text == refused.text && again.headers["idempotent-replayed"] == "true")
        #expect(try service.client.post(order + "/capture", headers: ["Idempotency-Key: l"]).status == 200)
    }

    @Test(arguments: DatabaseKind.tested) func `is free again after an internal error that did nothing`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let order = try service.order(in: .paid)
        let key = ["Idempotency-Key: k"]
        try service.database.execute("ALTER TABLE refunds RENAME TO away")
        #expect(try service.client.post(order + "/refund", headers: key).outcome == "500 internal_error")
        try service.database.execute("ALTER TABLE away RENAME TO refunds")
        #expect(try service.client.post(order + "/refund", headers: key).status == 200)
        #expect(try service.sumOfRefundRows(order) == 10_000)
    }

    @Test(arguments: DatabaseKind.tested) func `refuses while its request is worked on, and is told later how it ended`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let order = try service.order(in: .paid)
        let (key, body) = (["Idempotency-Key: k"], #"{"amount":"25.00"}"#)
        #expect(try service.client.post(order + "/refund", body, headers: key).status == 200)
        // As if the process had died between the effect and its answer.
        try service.database.execute("UPDATE idempotency_keys SET state = 'in_flight', status = NULL, body = NULL")
        let again = { try service.client.post(order + "/refund", body, headers: key) }
        #expect(try again().outcome == "409 idempotency_key_in_flight")
        _ = try service.client.post("/clock/advance", #"{"seconds":59}"#)
        #expect(try again().outcome == "409 idempotency_key_in_flight")
        _ = try service.client.post("/clock/advance", #"{"seconds":1}"#)
        let told = try again()
        #expect(told.outcome == "200" && told["refunded_amount"] == "25.00")
        #expect(told.headers["idempotent-replayed"] == "true")
        #expect(try service.client.post(order + "/refund", "", headers: key).outcome == "422 idempotency_key_reused")
        #expect(try service.sumOfRefundRows(order) == 2500)
    }

    @Test(arguments: DatabaseKind.tested) func `tells what an interrupted request has made`(on kind: DatabaseKind)
        throws
    {
        let service = try Service(on: kind)
        let key = ["Idempotency-Key: k"]
        let made = try service.client.post("/orders", Self.order, headers: key)
        let moved = try service.client.post("/clock/advance", #"{"seconds":60}"#, headers: ["Idempotency-Key: l"])
        #expect(made.status == 201 && moved.status == 200)
        try service.database.execute("UPDATE idempotency_keys SET state = 'interrupted', status = NULL, body = NULL")
        let told = try service.client.post("/orders", Self.order, headers: key)
        #expect(told.outcome == "200" && told.text == made.text)
        let lost = try service.client.post("/clock/advance", #"{"seconds":60}"#, headers: ["Idempotency-Key: l"])
        #expect(lost.outcome == "409 idempotency_answer_lost")
        #expect(try service.database.rows("SELECT offset_seconds FROM clock") == ["60"])
    }

    @Test(arguments: DatabaseKind.tested) func `is as good as new after a day, and the rules still hold`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind)
        let order = try service.newOrder()
        let key = ["Idempotency-Key: k"]
        #expect(try service.client.post(order + "/pay", headers: key).status == 200)
        _ = try service.client.post("/clock/advance", #"{"seconds":86399}"#)
        #expect(try service.client.post(order + "/pay", headers: key).headers["idempotent-replayed"] == "true")
        _ = try service.client.post("/clock/advance", #"{"seconds":1}"#)
        let late = try service.client.post(order + "/pay", headers: key)
        #expect(late.outcome == "409 wrong_state" && late.headers["idempotent-replayed"] == nil)
        // The new answer is kept in its turn, and so the key may be used for something else only tomorrow.
        #expect(try service.client.post(order + "/pay", headers: key).headers["idempotent-replayed"] == "true")
        #expect(try service.client.post("/orders", Self.order, headers: key).outcome == "422 idempotency_key_reused")
    }

    @Test(arguments: DatabaseKind.tested) func `has one effect, however many requests arrive at once`(
        on kind: DatabaseKind
    ) throws {
        let service = try Service(on: kind, threads: 4)
        let port = service.server.port
        let paid = try service.order(in: .paid)
        for round in 1...15 {
            for (path, body) in [("/orders", Self.order), (paid + "/refund", #"{"amount":"1.00"}"#)] {
                let answers = try atOnce(6) { _ in
                    let headers = ["Idempotency-Key: \(round)\(path)"]
                    let answer = try TestClient(port: port).post(path, body, headers: headers)
                    return (answer.outcome, answer.text, answer.headers["idempotent-replayed"])
                }
                let good = answers.filter { $0.0 == "200" || $0.0 == "201" }
                #expect(Set(good.map(\.1)).count == 1, "one answer")
                #expect(good.filter { $0.2 == nil }.count == 1, "one execution")
                let others = Set(answers.map(\.0)).subtracting(["200", "201"])
                #expect(others.isSubset(of: ["409 idempotency_key_in_flight"]), "\(others)")
            }
        }
        #expect(try service.database.rows("SELECT count(*) FROM orders") == ["16"])
        #expect(try service.sumOfRefundRows(paid) == 1500)
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.keyIgnoresBody]])
    func `may ignore the body`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let service = try Service(on: kind, bugs: bugs)
        let key = ["Idempotency-Key: k"]
        _ = try service.client.post("/orders", Self.order, headers: key)
        let other = Self.order.replacingOccurrences(of: "100.00", with: "7.00")
        let answer = try service.client.post("/orders", other, headers: key)
        #expect(answer.outcome == (bugs.isEmpty ? "422 idempotency_key_reused" : "201"))
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.keyForgetsScope]])
    func `may forget the account`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let service = try Service(on: kind, bugs: bugs)
        let ids = try ["a", "b"].map {
            try service.client.post("/orders", Self.order, headers: ["Idempotency-Key: k", "X-Account: \($0)"])["id"]
        }
        #expect(ids == (bugs.isEmpty ? ["1", "2"] : ["1", "1"]))
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.keyIsOnlyALock]])
    func `may be forgotten with the answer`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let service = try Service(on: kind, bugs: bugs)
        let ids = try (1...2).map { _ in
            try service.client.post("/orders", Self.order, headers: ["Idempotency-Key: k"])["id"]
        }
        #expect(ids == (bugs.isEmpty ? ["1", "1"] : ["1", "2"]))
    }
}
