import Hyperswitch
import PaymentProviders
import RawServer
import Testing

/// What is known after each kind of failure.
struct ErrorTests {
    private let servers = Servers()

    private func failure(
        _ answer: TestServer.Answer, to call: MoneyCall = .createRefund, timeoutMilliseconds: Int = 10_000
    ) async throws -> (error: ProviderError?, requests: Int) {
        let server = try servers.start { _ in answer }
        let client = try server.client(timeoutMilliseconds: timeoutMilliseconds)
        let error = await #expect(throws: ProviderError.self) { try await call.make(client, key()) }
        return (error, server.requests.count)
    }

    // MARK: Rejected

    @Test(arguments: [
        ("400 Bad Request", "IR_13", "The refund amount exceeds the amount captured", #""type":"invalid_request""#),
        ("400 Bad Request", "HE_01", "Duplicate refund request", #""type":"invalid_request""#),
        ("400 Bad Request", "IR_06", "Json deserialize error: missing field", #""error_type":"invalid_request""#),
        ("401 Unauthorized", "IR_01", "API key not provided", #""type":"invalid_request""#),
        ("404 Not Found", "HE_02", "Refund does not exist", #""type":"invalid_request""#),
        ("422 Unprocessable", "IR_05", "amount contains invalid data", #""type":"invalid_request""#),
        ("402 Payment Required", "CE_00", "declined", #""type":"connector","connector":"stripe""#),
        ("200 OK", "HE_03", "Blocked", #""type":"blocked""#),
    ])
    func `an error of the API is rejected, with its type, code, message and status`(
        status: String, code: String, message: String, kind: String
    ) async throws {
        let (error, requests) = try await failure(.respond(response(status, errorBody(code, message, kind: kind))))
        guard case .rejected(let no) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(no.httpStatus == Int(status.prefix(3)))
        #expect([no.code, no.message] == [code, message])
        #expect(kind.contains(no.type))
        #expect(no.isDuplicate == (code == "HE_01"))
        #expect(requests == 1)
    }

    // MARK: Unknown

    @Test(arguments: MoneyCall.allCases, [TestServer.Answer.close, .reset, .crash])
    func `a connection that dies leaves the outcome unknown, and nothing is sent again`(
        call: MoneyCall, answer: TestServer.Answer
    ) async throws {
        let (error, requests) = try await failure(answer, to: call)
        guard case .unknown(let lost) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(lost.id == call.id)
        #expect(!lost.wasNotSent)
        #expect(requests == 1)
    }

    @Test func `a kept connection that dies under a refund does not make it a second one`() async throws {
        let server = try servers.start {
            $0.line.contains("/refunds ") ? .reset : .respond(response("200 OK", paymentBody()))
        }
        let client = try server.client(maximumConnections: 1)
        for _ in 1...3 { _ = try await client.retrievePayment(paymentID) }
        await #expect(throws: ProviderError.self) { try await MoneyCall.createRefund.make(client, key()) }
        #expect(server.requests.count { $0.line.contains("/refunds ") } == 1)
    }

    @Test(arguments: [
        (
            "500 Internal Server Error", errorBody("HE_00", "Something went wrong"),
            "HTTP 500, HE_00, Something went wrong"
        ),
        ("502 Bad Gateway", "<html>", "HTTP 502"), ("503 Unavailable", "", "HTTP 503"),
        ("504 Gateway Timeout", "{}", "HTTP 504"), ("408 Request Timeout", "{}", "HTTP 408"),
        ("409 Conflict", errorBody("IR_99", "in flight"), "HTTP 409, IR_99, in flight"),
        ("429 Too Many Requests", "slow down", "HTTP 429"),
        ("422 Unprocessable", errorBody("HE_00", "busy"), "HTTP 422, HE_00, busy"),
    ])
    func `trouble at the other end leaves the outcome unknown`(
        status: String, body: String, reason: String
    ) async throws {
        let (error, requests) = try await failure(.respond(response(status, body)))
        #expect(error == .unknown(.init(id: refundID, reason: reason)))
        #expect(
            error?.description
                == "It is not known whether the provider did it: \(reason). Look up \(refundID), or send "
                + "the same request with the same key.")
        #expect(requests == 1)
    }

    @Test func `silence leaves the outcome unknown after the timeout`() async throws {
        let (error, requests) = try await failure(.silence, timeoutMilliseconds: 200)
        #expect(error == .unknown(.init(id: refundID, reason: "no answer, none came within 200 ms")))
        #expect(requests == 1)
    }

    @Test func `an answer cut off leaves the outcome unknown`() async throws {
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"refund_id\":"
        let (error, _) = try await failure(.respondThenClose(half))
        let reason = "no answer, the API closed the connection in the middle of it"
        #expect(error == .unknown(.init(id: refundID, reason: reason)))
    }

    @Test func `if nobody listens it is known that nothing was sent`() async throws {
        // Port 1 is reserved and never listened on.
        let configuration = HyperswitchConfiguration(baseURL: "http://127.0.0.1:1", apiKey: Secret(apiKey))
        let client = try HyperswitchClient(configuration)
        let reason = "http://127.0.0.1:1 cannot be reached: connection refused"
        let error = await #expect(throws: ProviderError.self) { try await MoneyCall.createRefund.make(client, key()) }
        #expect(error == .unknown(.init(id: refundID, reason: reason, wasNotSent: true)))
        #expect(
            error?.description
                == "Nothing was sent: \(reason). The same request with the same key may be sent again.")
    }

    @Test func `a look-up that fails has nothing to look up`() async throws {
        let server = try servers.start { _ in .close }
        let error = await #expect(throws: ProviderError.self) { try await server.client().retrieveRefund(refundID) }
        let reason = "no answer, the API closed the connection without one"
        #expect(error == .unknown(.init(id: nil, reason: reason)))
    }

    // MARK: Unusable

    @Test(arguments: [
        ("200 OK", "", "the body is empty"),
        ("200 OK", #"{"refund_id":"#, "the body is not JSON (it ends too early at byte 13)"),
        ("200 OK", "[]", "the body is no object"),
        ("200 OK", "{}", "payment_id is missing"),
        ("200 OK", refundBody(amount: "4000.0"), "amount is the number 4000.0, not a whole number"),
        ("200 OK", refundBody(amount: "4e3"), "amount is the number 4e3, not a whole number"),
        ("200 OK", refundBody(amount: #""4000""#), "amount is a string, not a whole number"),
        (
            "200 OK", refundBody(amount: "99999999999999999999"),
            "amount is the number 99999999999999999999, not a whole number"
        ),
        ("200 OK", refundBody(amount: "4001"), "amount is not 40.00 USD, which was sent"),
        ("200 OK", refundBody().replacing("USD", with: "EUR"), "amount is not 40.00 USD, which was sent"),
        ("200 OK", refundBody().replacing("USD", with: "XYZ"), "currency is “XYZ”, which is not known"),
        ("200 OK", refundBody(status: "done"), "status is “done”, which is not known"),
        ("200 OK", refundBody(status: "Succeeded"), "status is “Succeeded”, which is not known"),
        ("200 OK", refundBody(#""error_code":7"#), "error_code is the number 7, not a string"),
        ("200 OK", refundBody().replacing("\(refundID)", with: "ref_x"), "refund_id is ref_x, not \(refundID)"),
        (
            "200 OK", refundBody().replacing("\(paymentID)", with: "pay_x"),
            "payment_id is not \(paymentID), which was sent"
        ),
        ("200 OK", #"{"error":"no"}"#, "the error has no type, code and message"),
        ("400 Bad Request", #"{"message":"no"}"#, "the error has no type, code and message"),
        ("403 Forbidden", "<html>", "the body is not JSON (an unexpected “<” at byte 0)"),
        ("302 Found", "{}", "the status is none of this API"),
    ])
    func `an answer that the API does not promise is unusable`(
        status: String, body: String, reason: String
    ) async throws {
        let (error, requests) = try await failure(.respond(response(status, body)))
        let httpStatus = try #require(Int(status.prefix(3)))
        #expect(error == .unusable(.init(id: refundID, httpStatus: httpStatus, reason: reason)))
        #expect(
            error?.description == "The provider answered \(httpStatus) with something its API does not promise: "
                + "\(reason). Look up \(refundID) before anything else.")
        #expect(requests == 1)
    }

    @Test func `a capture in another currency than the payment's is noticed`() async throws {
        let body = paymentBody(status: "succeeded").replacing("USD", with: "EUR")
        let (error, _) = try await failure(.respond(response("200 OK", body)), to: .capture)
        let reason = "currency is not USD, which was sent"
        #expect(error == .unusable(.init(id: paymentID, httpStatus: 200, reason: reason)))
    }

    @Test func `krónur with hundredths are unusable, not rounded`() async throws {
        let body = paymentBody(amount: "10050").replacing("USD", with: "ISK")
        let server = try servers.start { _ in .respond(response("200 OK", body)) }
        let error = await #expect(throws: ProviderError.self) { try await server.client().retrievePayment(paymentID) }
        guard case .unusable(let answer) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(answer.reason.hasPrefix("amount cannot be used (100.50 ISK/2 cannot be expressed on ISO 4217"))
    }

    // MARK: Look-ups

    @Test func `nothing of that id is nil, by the API's own word alone`() async throws {
        let absent = try servers.start { _ in .respond(response("404 Not Found", errorBody("HE_02", "none"))) }
        let client = try absent.client()
        #expect(try await client.retrievePayment(paymentID) == nil)
        #expect(try await client.retrieveRefund(refundID) == nil)
        #expect(try await client.retrievePayout(payoutID) == nil)
        #expect(try await client.retrieveDispute("dp_1") == nil)
        // "It never arrived" is a licence to send again: a wrong base URL must not give it.
        for body in [errorBody("IR_02", "Unrecognized request URL"), "<html>not here</html>", "{}", ""] {
            let wrong = try servers.start { _ in .respond(response("404 Not Found", body)) }
            await #expect(throws: ProviderError.self) { try await wrong.client().retrievePayment(paymentID) }
        }
    }

    // MARK: Secrets

    @Test(arguments: ["400 Bad Request", "500 Internal Server Error", "200 OK"])
    func `secrets that the provider repeats are not in the error`(status: String) async throws {
        let server = try servers.start { request in
            let echo = "\(apiKey) " + request.body.filter { $0 != "\"" }
            return .respond(response(status, errorBody("IR_06", echo)))
        }
        var creation = PaymentCreation(id: paymentID, amount: try dollars("1.00"))
        creation.paymentMethod = .card(.testAccepted)
        let error = await #expect(throws: ProviderError.self) {
            try await server.client().createPayment(idempotencyKey: key(), creation)
        }
        let text = String(reflecting: error) + (error?.description ?? "")
        for secret in [apiKey, "4242424242424242", "card_cvc:123"] { #expect(!text.contains(secret)) }
        #expect(text.contains("[secret]"))
    }

    @Test func `secrets are not in descriptions and dumps`() throws {
        let configuration = HyperswitchConfiguration(baseURL: "https://api.test", apiKey: Secret(apiKey))
        let card = PaymentMethod.card(.testAccepted)
        let webhookKey = try WebhookKey(Secret("hash-key"))
        let client = try HyperswitchClient(configuration)
        var text = "\(configuration) \(card) \(webhookKey) " + String(reflecting: card) + String(reflecting: client)
        for value in [configuration, card, webhookKey] as [Any] { dump(value, to: &text) }
        dump(HyperswitchProvider(client: client, webhookKey: webhookKey, paymentMethod: card), to: &text)
        for secret in [apiKey, "4242424242424242", "hash-key", "\"123\""] { #expect(!text.contains(secret)) }
    }
}
