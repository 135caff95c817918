import ExactJSON
import Testing

@testable import HyperswitchSandbox

@Suite struct `The control API` {
    private let sandbox: HyperswitchSandbox
    private let client: Client

    init() throws {
        sandbox = try HyperswitchSandbox()
        client = try Client(sandbox.url, key: nil)
    }

    private func ask(_ method: String, _ path: String, _ body: JSON? = nil) throws -> Client.Answer {
        try #require(try client.send(method, "/_sandbox" + path, body))
    }

    private func provider(_ method: String, _ path: String, _ body: JSON? = nil) throws -> Client.Answer {
        try #require(try Client(sandbox.url).send(method, path, body))
    }

    @Test func `moves what the merchant does not decide`() throws {
        _ = try ask("POST", "/settings", ["refunds": "pending", "payouts": "pending"])
        _ = try provider("POST", "/payments", Provider.payment("pay_1", 100, card: "4000003800000446"))
        #expect(try ask("POST", "/payments/pay_1/authenticate").outcome == "200 succeeded")
        _ = try provider("POST", "/refunds", Provider.refund(40, "ref_1"))
        #expect(try ask("POST", "/refunds/ref_1/settle", ["status": "failure"]).outcome == "200 failed")
        let payout: JSON = ["payout_id": "out_1", "amount": 5, "currency": "USD", "confirm": true]
        #expect(try provider("POST", "/payouts/create", payout).outcome == "200 pending")
        #expect(try ask("POST", "/payouts/out_1/settle", ["status": "success"]).outcome == "200 success")
        #expect(try ask("POST", "/payouts/out_1/settle", ["status": "reversed"]).outcome == "200 reversed")
        let dispute = try ask("POST", "/disputes", ["payment_id": "pay_1", "amount": 30]).json
        let id = dispute["dispute_id"]?.string ?? "-"
        let lost = try ask("POST", "/disputes/\(id)/settle", ["status": "dispute_lost"]).json
        #expect(dispute["amount"] == "30" && lost["dispute_status"] == "dispute_lost")
        #expect(try ask("POST", "/payments/pay_1/status", ["status": "review"]).outcome == "200 review")
        sandbox.stop()
    }

    @Test func `moves the clock, the switches and the plan of faults`() throws {
        #expect(try ask("POST", "/clock/advance", ["seconds": 90]).json["now"] == "2026-01-01T00:01:30.000Z")
        #expect(try ask("GET", "/clock").json["now"] == "2026-01-01T00:01:30.000Z")
        let fault: JSON = ["effect": "fail-before", "value": 503, "call": "refund", "at": 2]
        #expect(try ask("POST", "/faults", fault).json == ["fault": "1"])
        #expect(try ask("POST", "/faults", ["effect": "drop", "call": "delivery", "at": "every"]).status == 200)
        #expect(
            try ask("GET", "/faults").json.text
                == #"[{"fault":"1","effect":"fail-before","value":503,"call":"refund","at":2},"#
                + #"{"fault":"2","effect":"drop","value":null,"call":"delivery","at":"every"}]"#)
        #expect(try ask("DELETE", "/faults").status == 200)
        #expect(sandbox.state.faults.isEmpty)
        let settings = try ask("POST", "/settings", ["profile": "strict-ietf", "checks_refunds_under_lock": true]).json
        #expect(
            settings.text
                == #"{"profile":"strict-ietf","refunds":"instant","payouts":"instant","cancel_rules":"documented","#
                + #""allows_manual_retry":false,"checks_refunds_under_lock":true}"#)
        #expect(try ask("GET", "/settings").json == settings)
        #expect(try ask("POST", "/reset").status == 200)
        #expect(sandbox.state == SandboxState())
        sandbox.stop()
    }

    @Test func `lists, sends and loses deliveries`() throws {
        let receiver = try Receiver()
        #expect(try ask("POST", "/deliveries/next").status == 409)
        try sandbox.sendWebhooks(to: receiver.url)
        #expect(try ask("POST", "/deliveries/next").json == ["event_id": nil])
        for number in 1...2 { _ = try provider("POST", "/payments", Provider.payment("pay_\(number)", 100)) }
        let listed = try ask("GET", "/deliveries").json
        let id = listed[0]?["event_id"]?.string ?? "-"
        #expect(
            listed[0]?.text
                == #"{"event_id":"\#(id)","event_type":"payment_succeeded","object_id":"pay_1","status":"pending","#
                + #""attempts":0,"due_on":"2026-01-01T00:00:00.000Z","last_status":null}"#)
        let sent = try ask("POST", "/deliveries/next").json
        #expect(
            sent.text
                == #"{"event_id":"\#(id)","event_type":"payment_succeeded","outcomes":[{"status":200}]}"#)
        let forged = try ask("POST", "/deliveries/\(id)", ["form": "forged-signature", "times": 3]).json
        #expect(forged["outcomes"]?[2]?["status"] == 200 && receiver.received.count == 4)
        let second = listed[1]?["event_id"]?.string ?? "-"
        #expect(try ask("DELETE", "/deliveries/\(second)").status == 200)
        #expect(try ask("DELETE", "/deliveries/\(second)").status == 404)
        #expect(try ask("GET", "/deliveries").json == [])
        receiver.stop()
        sandbox.stop()
    }

    @Test(arguments: [
        (
            "POST", "/nothing", "{}", 404,
            "The sandbox has no such control; HyperswitchSandbox's documentation lists them."
        ),
        (
            "PUT", "/faults", "{}", 404,
            "The sandbox has no such control; HyperswitchSandbox's documentation lists them."
        ),
        ("POST", "/clock/advance", "{}", 400, "Missing required param: seconds"),
        (
            "POST", "/clock/advance", #"{"seconds":-1}"#, 409,
            "The clock cannot be advanced by -1 seconds: time does not go back."
        ),
        ("POST", "/refunds/ref_1/settle", #"{"status":"success"}"#, 404, "The sandbox has no refund ref_1."),
        (
            "POST", "/faults", #"{"effect":"fail-before","call":"refund"}"#, 400,
            "effect contains invalid data. Expected format is the name of a fault, with its value where it has one"
        ),
        (
            "POST", "/faults", #"{"effect":"drop","call":"refund"}"#, 409,
            "The fault drop cannot happen to a refund."
        ),
        (
            "POST", "/disputes", #"{"payment_id":"pay_1","amount":0}"#, 404,
            "The sandbox has no payment pay_1."
        ),
    ])
    func `says what is wrong`(method: String, path: String, body: String, status: Int, message: String) throws {
        let answer = try ask(method, path, try JSON(parsing: Array(body.utf8)))
        #expect(answer.status == status)
        #expect(answer.json == ["error": ["message": .string(message)]])
        sandbox.stop()
    }
}
