import Foundation
import Hyperswitch
import Money
import PaymentProviders
import RawServer
import Testing

/// What goes on the wire.
struct RequestTests {
    private let servers = Servers()

    private static let expected: [(MoneyCall, line: String, body: String)] = [
        (
            .createPayment, "POST /payments HTTP/1.1",
            #"{"payment_id":"\#(paymentID)","amount":10000,"currency":"USD"}"#
        ),
        (
            .createPaymentSimple, "POST /payments HTTP/1.1",
            #"{"payment_id":"\#(paymentID)","amount":10000,"currency":"USD","customer_id":"ada","#
                + #""return_url":"https://shop.test/back","merchant_order_reference_id":"17"}"#
        ),
        (.confirm, "POST /payments/\(paymentID)/confirm HTTP/1.1", "{}"),
        (.capture, "POST /payments/\(paymentID)/capture HTTP/1.1", #"{"amount_to_capture":6000}"#),
        (.cancel, "POST /payments/\(paymentID)/cancel HTTP/1.1", #"{"cancellation_reason":"too late"}"#),
        (
            .createRefund, "POST /refunds HTTP/1.1",
            #"{"refund_id":"\#(refundID)","payment_id":"\#(paymentID)","amount":4000}"#
        ),
        (
            .createPayout, "POST /payouts/create HTTP/1.1",
            #"{"payout_id":"\#(payoutID)","amount":900,"currency":"USD","customer_id":"seller","confirm":true,"#
                + #""auto_fulfill":true}"#
        ),
    ]

    @Test func `every money call has a row in this table`() {
        #expect(Self.expected.map(\.0) == MoneyCall.allCases)
    }

    @Test(arguments: expected)
    func `a money call carries its key, the caller's id and nothing else`(
        call: MoneyCall, line: String, body: String
    ) async throws {
        let server = try servers.start { _ in .respond(response("200 OK", call.answer)) }
        try await call.make(server.client(), key("row-\(call.rawValue)"))
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.line == line)
        #expect(request.body == body)
        #expect(
            request.headers == [
                "Host: 127.0.0.1:\(server.port)", "Accept: application/json", "api-key: \(apiKey)",
                "Content-Type: application/json", "Idempotency-Key: row-\(call.rawValue)",
                "Content-Length: \(body.utf8.count)",
            ])
    }

    @Test(arguments: ["", " ", "a b", "a\r\nX-Evil: 1", "ключ", String(repeating: "k", count: 256)])
    func `what is no key throws, and nothing reaches the server`(text: String) async throws {
        let server = try servers.start { _ in .respond(response()) }
        let client = try server.client()
        for call in MoneyCall.allCases {
            await #expect(throws: IdempotencyKey.Invalid.self) {
                try await call.make(client, try IdempotencyKey(text))
            }
        }
        #expect(server.connections == 0)
    }

    @Test func `there is no form of a money call that takes a string for a key`() throws {
        #expect(!((IdempotencyKey.self as Any.Type) is any ExpressibleByStringLiteral.Type))
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/Hyperswitch")
        let files = try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
        let text = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        let types = text.matches(of: /idempotencyKey(?: \w+)?: (\w+\??)[,\n )]/).map { String($0.1) }
            .filter { $0.first?.isUppercase == true }
        #expect(Set(types) == ["IdempotencyKey"])
        #expect(types.count >= MoneyCall.allCases.count)
    }

    @Test func `a payment is sent with all that was set`() async throws {
        let server = try servers.start { _ in .respond(response("200 OK", paymentBody())) }
        var creation = PaymentCreation(id: paymentID, amount: try dollars("100.00"))
        creation.captureMethod = .manualMultiple
        creation.confirm = true
        creation.authenticationType = .noThreeDS
        creation.customerID = "ada"
        creation.description = "“two” books\n"
        creation.paymentMethod = .card(.testAccepted)
        creation.paymentMethodType = "credit"
        creation.setupFutureUsage = .offSession
        creation.offSession = false
        creation.sessionExpirySeconds = 60
        creation.metadata = ["b": "2", "a": "1"]
        creation.connectors = ["stripe_test"]
        _ = try await server.client().createPayment(idempotencyKey: key(), creation)
        #expect(
            server.requests.first?.body == #"{"payment_id":"\#(paymentID)","amount":10000,"currency":"USD","#
                + #""capture_method":"manual_multiple","confirm":true,"authentication_type":"no_three_ds","#
                + #""customer_id":"ada","description":"“two” books\n","payment_method":"card","#
                + #""payment_method_data":{"card":{"card_number":"4242424242424242","card_exp_month":"12","#
                + #""card_exp_year":"2034","card_holder_name":"Test Card","card_cvc":"123"}},"#
                + #""payment_method_type":"credit","setup_future_usage":"off_session","off_session":false,"#
                + #""session_expiry":60,"metadata":{"a":"1","b":"2"},"connector":["stripe_test"]}"#)
    }

    @Test(arguments: [("100", "ISK", "10000"), ("1.500", "KWD", "1500"), ("250", "JPY", "250"), ("5.00", "MGA", "5")])
    func `amounts are sent and read in the router's minor units`(
        amount: String, code: String, units: String
    ) async throws {
        let money = try Money(decimal: amount, Currency(code))
        let body = paymentBody(amount: units).replacing("USD", with: code)
        let server = try servers.start { _ in .respond(response("200 OK", body)) }
        let made = try await server.client().createPayment(
            idempotencyKey: key(), PaymentCreation(id: paymentID, amount: money))
        #expect(server.requests.first?.body.contains(#""amount":\#(units),"currency":"\#(code)""#) == true)
        #expect(made.amount == money)
    }

    @Test func `look-ups and lists are asked for as the API has them`() async throws {
        let server = try servers.start { request in
            let body =
                switch request.line.split(separator: " ")[1] {
                case let path where path.hasPrefix("/refunds/list"):
                    #"{"count":1,"total_count":7,"data":[\#(refundBody())]}"#
                case let path where path.hasPrefix("/refunds"): refundBody()
                case let path where path.hasPrefix("/payouts"): payoutBody()
                case let path where path.hasPrefix("/disputes/list"): "[\(disputeBody()),\(disputeBody())]"
                case let path where path.hasPrefix("/disputes"): disputeBody()
                default: paymentBody()
                }
            return .respond(response("200 OK", body))
        }
        let client = try server.client()
        _ = try await client.retrievePayment(paymentID)
        _ = try await client.retrievePayment(paymentID, forceSync: true, expandAttempts: true)
        _ = try await client.retrieveRefund(refundID, forceSync: true)
        _ = try await client.retrievePayout(payoutID)
        #expect(try await client.retrieveDispute("dp_1")?.amount == dollars("25.00"))
        #expect(try await client.listDisputes(limit: 5).count == 2)
        #expect(try await client.listRefunds(payment: paymentID, limit: 50).totalCount == 7)
        #expect(
            server.requests.map(\.line) == [
                "GET /payments/\(paymentID) HTTP/1.1",
                "GET /payments/\(paymentID)?force_sync=true&expand_attempts=true HTTP/1.1",
                "GET /refunds/\(refundID)?force_sync=true HTTP/1.1", "GET /payouts/\(payoutID) HTTP/1.1",
                "GET /disputes/dp_1 HTTP/1.1", "GET /disputes/list?limit=5 HTTP/1.1", "POST /refunds/list HTTP/1.1",
            ])
        #expect(server.requests.last?.body == #"{"payment_id":"\#(paymentID)","limit":50}"#)
        #expect(!server.requests.contains { $0.head.lowercased().contains("idempotency-key") })
        #expect(server.requests.allSatisfy { $0.headers.contains("api-key: \(apiKey)") })
    }

    @Test(arguments: [
        ("", "“” is no id: it has 1 to 64 letters, digits, dashes and underscores."),
        ("a/b", "“a/b” is no id: it has 1 to 64 letters, digits, dashes and underscores."),
        ("list?", "“list?” is no id: it has 1 to 64 letters, digits, dashes and underscores."),
    ])
    func `an id that the router would not take is not sent`(text: String, sentence: String) async throws {
        let server = try servers.start { _ in .respond(response()) }
        let client = try server.client()
        let id = ProviderID(rawValue: text)
        let error = ProviderError.rejected(
            .init(httpStatus: 0, type: "client", code: "not_sent", message: sentence))
        await #expect(throws: error) { try await client.retrievePayment(id) }
        await #expect(throws: error) { try await client.cancel(idempotencyKey: key(), payment: id) }
        await #expect(throws: error) {
            try await client.createPayment(idempotencyKey: key(), PaymentCreation(id: id, amount: dollars("1.00")))
        }
        #expect(error.description == "The request cannot be sent: \(sentence)")
        #expect(server.connections == 0)
    }

    @Test func `an amount too fine for the router is not sent`() async throws {
        let server = try servers.start { _ in .respond(response()) }
        let request = PaymentCreation(id: paymentID, amount: try Money(decimal: "1.50", Currency("MGA")))
        let error = await #expect(throws: ProviderError.self) {
            try await server.client().createPayment(idempotencyKey: key(), request)
        }
        #expect(
            error?.description == "The request cannot be sent: 1.50 MGA cannot be expressed on Hyperswitch: its minor "
                + "unit of MGA is too coarse.")
        #expect(server.connections == 0)
    }

    @Test(arguments: [
        ("https://api.test", "", "The API key is empty: every call would be answered 401."),
        (
            "http://api.test", "k",
            "The base URL “http://api.test” would send the API key in the clear: use https://, or an address of this "
                + "machine."
        ),
        (
            "http://127.0.0.1.example.org", "k",
            "The base URL “http://127.0.0.1.example.org” would send the API key in the clear: use https://, or an address "
                + "of this machine."
        ),
        ("https://ada:pw@api.test", "k", "The base URL has a name or password in it: remove it, apiKey is sent."),
        (
            "https://api.test", "k\n1",
            "The value of the header api-key has a line break or control character in it: remove it, or the rest would "
                + "be read as another header."
        ),
    ])
    func `a configuration that cannot work is refused`(url: String, apiKey: String, sentence: String) {
        let error = #expect(throws: HyperswitchConfigurationError.self) {
            try HyperswitchClient(HyperswitchConfiguration(baseURL: url, apiKey: Secret(apiKey)))
        }
        #expect(error?.description == sentence)
    }
}
