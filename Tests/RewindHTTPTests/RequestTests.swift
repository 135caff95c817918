import Foundation
import RawServer
import Rewind
import RewindHTTP
import Testing

/// What goes on the wire, and what is recorded of it.
struct RequestTests {
    private let server: TestServer

    init() throws { server = try TestServer { _ in .respond(response()) } }

    private func client(
        base: String = "", headers: [Exchange.Header] = [], authentication: Authentication = .none
    ) throws -> BoundAPI {
        try API(baseURL: server.url + base, headers: headers, authentication: authentication).bound(to: Journal())
    }

    private var host: String { "Host: 127.0.0.1:\(server.port)" }

    @Test func `a value is posted as JSON with sorted keys`() async throws {
        let api = try client()
        _ = try await api.post("/orders", json: ["b": 2, "a": 1], headers: ["Idempotency-Key": "k1"])
        let request = try #require(server.requests.first)
        #expect(request.line == "POST /orders HTTP/1.1")
        #expect(request.body == #"{"a":1,"b":2}"#)
        #expect(
            request.headers == [
                host, "Accept: */*", "Content-Type: application/json", "Idempotency-Key: k1", "Content-Length: 13",
            ])
    }

    @Test func `a JSON value is posted digit by digit and in order`() async throws {
        let body: JSON = ["z": .number("100.10"), "a": [1, true, nil, "“q”\n"]]
        _ = try await client().post("/", json: body)
        #expect(server.requests.first?.body == #"{"z":100.10,"a":[1,true,null,"“q”\n"]}"#)
    }

    @Test(arguments: ["POST", "PUT", "PATCH"])
    func `methods that expect a body say that there is none`(method: String) async throws {
        _ = try await client().send(Request(method, "/"))
        #expect(server.requests.first?.headers == [host, "Accept: */*", "Content-Length: 0"])
    }

    @Test(arguments: ["GET", "DELETE", "OPTIONS"])
    func `other methods say nothing about a body`(method: String) async throws {
        _ = try await client().send(Request(method, "/"))
        #expect(server.requests.first?.headers == [host, "Accept: */*"])
    }

    @Test func `a form is percent-encoded`() async throws {
        _ = try await client().post("/f", form: ["a b": "1&2", "ü": "+"])
        #expect(server.requests.first?.body == "a%20b=1%262&%C3%BC=%2B")
        #expect(server.requests.first?.headers.contains("Content-Type: application/x-www-form-urlencoded") == true)
    }

    @Test func `a raw body arrives byte by byte, empty header values too`() async throws {
        _ = try await client().put("/put", json: 1)
        _ = try await client().patch("/patch", json: 1)
        _ = try await client().delete("/delete")
        _ = try await client().post("/h", body: Array("a=b".utf8), contentType: "text/plain", headers: ["X-None": ""])
        #expect(server.requests.map(\.body) == ["1", "1", "", "a=b"])
        #expect(server.requests.last?.headers.contains("X-None:") == true)
    }

    @Test func `a large body is sent without asking first`() async throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
        _ = try await client().post("/big", body: body, contentType: "text/plain")
        #expect(server.requests.first?.body.utf8.count == body.count)
        #expect(server.requests.first?.headers.contains { $0.hasPrefix("Expect") } == false)
    }

    @Test func `a query is appended and dot segments stay as they are`() async throws {
        let api = try client(base: "/v1/")
        _ = try await api.get("/a/../b?x=1", query: ["q": "ü&", "r": ""])
        #expect(server.requests.first?.line == "GET /v1/a/../b?x=1&q=%C3%BC%26&r= HTTP/1.1")
        #expect(api.journal.exchanges.first?.path == "/v1/a/../b?x=1&q=%C3%BC%26&r=")
    }

    @Test(arguments: [
        (Authentication.bearer("t0k"), "Authorization: Bearer t0k"),
        (.basic(user: "ada", password: "pässword"), "Authorization: Basic YWRhOnDDpHNzd29yZA=="),
        (.header("api-key", "k"), "api-key: k"),
    ])
    func `credentials go with every request`(authentication: Authentication, expected: String) async throws {
        _ = try await client(authentication: authentication).get("/")
        #expect(server.requests.first?.headers == [host, "Accept: */*", expected])
    }

    @Test func `a request's header replaces the API's own`() async throws {
        let api = try client(headers: [Exchange.Header("X-Tenant", "a")], authentication: .bearer("one"))
        _ = try await api.get("/", headers: ["authorization": "Bearer two", "accept": "text/plain"])
        #expect(
            server.requests.first?.headers == [host, "X-Tenant: a", "accept: text/plain", "authorization: Bearer two"])
    }

    @Test func `nothing of one request remains in the next`() async throws {
        let api = try client()
        _ = try await api.post("/1", json: ["a": 1], headers: ["X-One": "1"])
        _ = try await api.get("/2")
        _ = try await api.send(Request("HEAD", "/3"))
        _ = try await api.delete("/4")
        _ = try await api.post("/5")
        #expect(server.requests.map { $0.line.prefix(7) } == ["POST /1", "GET /2 ", "HEAD /3", "DELETE ", "POST /5"])
        #expect(server.requests[1].headers == [host, "Accept: */*"])
        #expect(server.requests[3].headers == [host, "Accept: */*"])
        #expect(server.requests[4].headers == [host, "Accept: */*", "Content-Length: 0"])
    }

    @Test func `an exchange is recorded as it was on the wire`() async throws {
        let api = try client(authentication: .bearer("t"))
        _ = try await api.post("/orders", json: ["a": 1])
        let exchange = try #require(api.journal.exchanges.first)
        let received = try #require(server.requests.first)
        #expect(exchange.requestHeaders.map { "\($0.name): \($0.value)" } == received.headers)
        #expect(exchange.requestBody == Array(received.body.utf8))
        #expect(exchange.status == 200)
        #expect(exchange.durationNanoseconds > 1_000)
    }

    @Test(arguments: [
        (Request("GET", "orders"), "The path “orders” does not start with “/”: give the part after the base URL."),
        (
            Request("GET", "/a b"),
            "The path “/a b” has a character that cannot be sent: percent-encode it, or pass it with query:."
        ),
        (
            Request("GET", "/a?token=x y"),
            "The path “/a?token=[redacted]” has a character that cannot be sent: percent-encode it, "
                + "or pass it with query:."
        ),
        (Request("G T", "/"), "“G T” is not an HTTP method: use one such as GET or POST."),
        (
            Request("GET", "/", headers: [Exchange.Header("X-A", "1\r\nX-B: 2")]),
            "The value of the header X-A has a line break or control character in it: "
                + "remove it, or the rest would be read as another header."
        ),
        (
            Request("GET", "/", headers: [Exchange.Header("X A", "1")]),
            "A header cannot be named “X A”: use letters, digits and dashes."
        ),
        (
            Request("POST", "/", headers: [Exchange.Header("Content-Length", "1")]),
            "The header Content-Length cannot be set: it is made from the body."
        ),
        (Request("HEAD", "/", body: [1]), "A HEAD request cannot have a body: leave it out, or use another method."),
    ])
    func `what cannot be sent is refused with a sentence`(request: Request, sentence: String) async throws {
        let api = try client()
        let error = await #expect(throws: APIError.badRequest(sentence)) { try await api.send(request) }
        #expect(error?.description == sentence)
        #expect(server.connections == 0)
        #expect(api.journal.exchanges.isEmpty)
    }

    @Test(arguments: [
        ("127.0.0.1:80", "does not start with http:// or https://"),
        ("ftp://a", "does not start with http:// or https://"),
        ("http://", "has no host"), ("http://a/?x=1", "has a query or fragment"), ("http://a b", "is not a URL"),
        ("http://a:0", "has an impossible port"),
    ])
    func `a base URL that cannot be used is refused with a sentence`(url: String, reason: String) {
        let sentence = "The base URL “\(url)” \(reason): give one such as http://127.0.0.1:8080."
        #expect(throws: APIError.badConfiguration(sentence)) { try API(baseURL: url) }
    }

    @Test func `a password in the base URL is refused and not repeated`() {
        let error = #expect(throws: APIError.self) { try API(baseURL: "http://ada:hunter2@host") }
        #expect(
            error?.description
                == "The base URL has a name or password in it: pass authentication: .basic instead.")
    }

    @Test func `a timeout below one millisecond is refused`() {
        let sentence = "The timeout of 0 ms cannot be used: give 1 ms or more, such as 10000."
        #expect(throws: APIError.badConfiguration(sentence)) {
            try API(baseURL: "http://a", timeoutMilliseconds: 0)
        }
    }

    @Test func `a run finds the API in its world and records in its journal`() async throws {
        struct Nothing: ExplorationContext {}
        let run = Run(context: Nothing(), world: World(api: try API(baseURL: server.url)))
        _ = try await run.api.get("/a")
        #expect(run.journal.exchanges.map(\.path) == ["/a"])
        let lonely = Run(context: Nothing(), world: World())
        #expect(throws: MissingFromWorld.self) { try lonely.api }
    }
}
