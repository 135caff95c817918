import RawServer
import Rewind
import RewindHTTP
import Testing

/// What laws ask of the API.
@Suite struct `An exchange that is sent again` {
    private static func api(_ url: String = "http://127.0.0.1:1") throws -> API { try API(baseURL: url) }

    private static func reply(_ body: String, status: Int = 201) -> Exchange.Reply {
        .response(status: status, headers: [], body: Array(body.utf8))
    }

    @Test func `is the same on the wire, below the same base`() async throws {
        let server = try TestServer { _ in .respond(response()) }
        let api = try API(baseURL: server.url + "/v1", authentication: .bearer("t"))
        let first = try await api.send(
            Request("POST", "/orders?a=1", headers: [.init("Idempotency-Key", "k")], body: Array("{}".utf8)))
        let again = try await api.sendAgain([first])
        let requests = server.requests
        #expect(requests.count == 2)
        #expect(requests[0].line == requests[1].line && requests[0].headers == requests[1].headers)
        #expect(requests[0].body == requests[1].body)
        #expect(again.map(\.path) == [first.path])
    }

    @Test func `twice is over two connections`() async throws {
        let server = try TestServer { _ in .respond(response()) }
        let api = try API(baseURL: server.url)
        let first = try await api.send(Request("POST", "/orders"))
        for _ in 1...3 {
            let both = try await api.sendAgain([first, first])
            #expect(both.count == 2 && both.allSatisfy { $0.status == first.status })
        }
        #expect(server.requests.count == 7)
    }

    @Test(arguments: [
        ("{\"id\":1}", "{\"id\":1}", true), ("{\"a\":1,\"b\":[2]}", "{ \"b\": [2], \"a\": 1 }", true),
        ("{\"id\":1}", "{\"id\":2}", false), ("{\"id\":1}", "{\"id\":1.0}", false), ("[1,2]", "[2,1]", false),
        ("{\"id\":1,\"request_id\":\"x\"}", "{\"id\":1,\"requestId\":\"y\"}", true),
        ("{\"id\":1,\"timestamp\":5}", "{\"id\":1,\"timestamp\":6}", true), ("done", "done", true),
        ("done", "Done", false), ("", "{}", false),
    ])
    func `is answered the same, whatever the order of members and the request's own id`(
        first: String, second: String, isSame: Bool
    ) throws {
        #expect(try Self.api().saysTheSame(Self.reply(first), Self.reply(second)) == isSame)
        #expect(try !Self.api().saysTheSame(Self.reply(first), Self.reply(first, status: 200)))
        #expect(try !Self.api().saysTheSame(Self.reply(first), .lost(reason: "it was reset")))
    }

    @Test(arguments: [
        (#"{"currency":"USD","amount":"100.00"}"#, #"{"currency":"USD","amount":"200.00"}"#),
        (#"{"a":{"b":[0,19]},"c":"x1"}"#, #"{"a":{"b":[1,19]},"c":"x1"}"#), (#"{"n":-0.95}"#, #"{"n":-0.85}"#),
        (#"{"customer":"cust_199","ok":true}"#, #"{"customer":"cust_299","ok":true}"#),
        (#"{"note":"hello"}"#, #"{"note":"hellox"}"#), (#"7"#, "8"),
    ])
    func `has another value in its body, of the same kind`(body: String, other: String) throws {
        let exchange = Exchange(
            method: "POST", path: "/", requestHeaders: [.init("Idempotency-Key", "k")], requestBody: Array(body.utf8),
            reply: Self.reply(""))
        let changed = try #require(try Self.api().withOtherBody(exchange))
        #expect(String(decoding: changed.requestBody, as: UTF8.self) == other)
        #expect(changed.requestHeaders == exchange.requestHeaders)
    }

    @Test(arguments: ["", "{}", "a=1", #"{"ok":true,"none":null}"#, "[]"])
    func `has no other body where there is no value to change`(body: String) throws {
        let exchange = Exchange(method: "POST", path: "/", requestBody: Array(body.utf8), reply: Self.reply(""))
        #expect(try Self.api().withOtherBody(exchange) == nil)
    }
}
