import Foundation
import RawServer
import Rewind
import RewindHTTP
import Testing

/// What can be read from an answer, and what is said when it cannot.
struct ReplyTests {
    private func reply(
        _ body: String, status: String = "200 OK", headers: String = "", path: String = "/orders/7"
    ) async throws -> Reply {
        let server = try TestServer { _ in .respond(response(status, body, headers: headers)) }
        return try await API(baseURL: server.url).bound(to: Journal()).get(path)
    }

    @Test(arguments: [
        ("200 OK", Outcome.accepted), ("201 Created", .accepted), ("404 Not Found", .refused),
        ("409 Conflict", .refused), ("302 Found", .failed("HTTP 302 to GET /orders/7: {}")),
        ("500 Internal Server Error", .failed("HTTP 500 to GET /orders/7: {}")),
    ])
    func `a status says what became of the action`(status: String, outcome: Outcome) async throws {
        let reply = try await reply("{}", status: status, headers: "Location: /elsewhere\r\n")
        #expect(reply.outcome == outcome)
        #expect(reply.isSuccess == (outcome == .accepted))
        #expect(reply.isRefusal == (outcome == .refused))
    }

    @Test func `headers are found in any case and kept in order`() async throws {
        let reply = try await reply("{}", headers: "X-A:  1 \r\nx-a: 2\r\nX-Empty:\r\n")
        #expect(reply.header("x-A") == "1")
        #expect(reply.header("x-empty")?.isEmpty == true)
        #expect(reply.header("none") == nil)
        #expect(reply.headers.map(\.value) == ["application/json", "1", "2", "", "2"])
    }

    @Test func `an interim response is not the answer`() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        let server = try TestServer { _ in .respond(interim + response("201 Created")) }
        let reply = try await API(baseURL: server.url).bound(to: Journal()).get("/")
        #expect(reply.status == 201)
        #expect(reply.header("Link") == nil)
    }

    private struct Order: Decodable, Equatable {
        struct Refund: Decodable, Equatable { var amount: Int64 }
        var id: Int64
        var refunds: [Refund]
    }

    @Test func `a body decodes into a value`() async throws {
        let order = try await reply(#"{"id":7,"refunds":[{"amount":1}]}"#).decode(Order.self)
        #expect(order == Order(id: 7, refunds: [Order.Refund(amount: 1)]))
    }

    @Test(arguments: [
        (#"{"refunds":[]}"#, "id is missing"), (#"{"id":null,"refunds":[]}"#, "id is null"),
        (#"{"id":1,"refunds":[{"amount":"1"}]}"#, "refunds[0].amount is not of type Int64"),
        ("[]", "the body is not of type Dictionary<String, Any>"),
        ("<html>", "the body is not JSON (an unexpected “<” at byte 0)"),
    ])
    func `a body that does not decode names the request, the place and the beginning`(
        body: String, problem: String
    ) async throws {
        let reply = try await reply(body)
        let error = #expect(throws: UnreadableReply.self) { try reply.decode(Order.self) }
        #expect(
            error?.description == "GET /orders/7 answered 200, but \(problem). The body begins: \(body)")
    }

    @Test func `an empty body is said to be empty`() async throws {
        let reply = try await reply("", status: "204 No Content")
        let error = #expect(throws: UnreadableReply.self) { try reply.json }
        #expect(error?.description == "GET /orders/7 answered 204, but the body is empty, not JSON.")
    }

    @Test func `a message shows 200 characters and no secret`() async throws {
        let long = #"{"password":"hunter2","text":""# + String(repeating: "ü", count: 300) + "\"}"
        let reply = try await reply(long, path: "/login?token=abc")
        let error = #expect(throws: UnreadableReply.self) { try reply.json.id.integer }
        let start = #"{"password":"[redacted]","text":""#
        #expect(
            error?.description == "GET /login?token=[redacted] answered 200, but id is missing. The body begins: "
                + start + String(repeating: "ü", count: 200 - start.count) + "…")
    }

    @Test func `values are read by name and index`() async throws {
        let json = try await reply(
            #"{"status":"paid","ok":true,"n":-9223372036854775808,"d":100.10,"list":[{"x":null}],"string":"s"}"#
        ).json
        #expect(try json.status.string == "paid")
        #expect(try json.ok.bool)
        #expect(try json.n.integer == Int64.min)
        #expect(json.d.value == .number("100.10"))
        #expect(try json.d.decimal == Decimal(string: "100.1"))
        #expect(try json.list.array.count == 1)
        #expect(json.list[0].x.exists && json.list[0].x.isNull)
        #expect(!json.list[1].x.exists && json.list[1].x.isNull)
        #expect(try json["string"].string == "s")
    }

    private enum Status: String { case paid, pending }

    @Test func `a status is read as a case`() async throws {
        let json = try await reply(#"{"status":"paid","other":"lost"}"#).json
        #expect(try json.status.as(Status.self) == .paid)
        let error = #expect(throws: UnreadableReply.self) { try json.other.as(Status.self) }
        #expect(error?.description.contains("other is “lost”, which is no Status") == true)
    }

    @Test(arguments: [
        ("100.0", "the number 100.0"), ("1e2", "the number 1e2"),
        ("9223372036854775808", "the number 9223372036854775808"),
        ("\"7\"", "a string"), ("null", "null"), ("true", "a boolean"), ("[]", "an array"), ("{}", "an object"),
    ])
    func `only a whole number written as one is an integer`(text: String, kind: String) async throws {
        let json = try await reply(#"{"a":[\#(text)]}"#).json
        let error = #expect(throws: UnreadableReply.self) { try json.a[0].integer }
        #expect(error?.description.contains("but a[0] is \(kind), not an integer.") == true)
    }

    @Test(arguments: [
        ("", "it ends too early"), ("{", "it ends too early"), ("01", "an unexpected “1”"), ("-", "it ends too early"),
        ("1.", "it ends too early"), ("[1,]", "an unexpected “]”"), ("{\"a\":1,}", "an unexpected “}”"),
        ("{a:1}", "an unexpected “a”"), ("\"\\x\"", "an unexpected “x”"), ("\"\\ud800\"", "half a surrogate pair"),
        ("\"a\nb\"", "an unexpected byte"), ("nul", "an unexpected “n”"), ("1 2", "an unexpected “2”"),
        ("{\"a\" 1}", "an unexpected “1”"), (String(repeating: "[", count: 600), "nested deeper than 512"),
    ])
    func `what is not JSON is refused with the place`(text: String, problem: String) async throws {
        let reply = try await reply(text.isEmpty ? " " : text)
        let error = #expect(throws: UnreadableReply.self) { try reply.json }
        #expect(error?.description.contains("the body is not JSON (\(problem) at byte ") == true)
    }

    @Test(arguments: [
        #"{"b":1,"a":[1.50,-0,2E+3],"c":{}}"#, #""\"\\\n\t""#, "[true,false,null,[]]", #""ü€😀""#,
        "[\"\\u001f\"]",
    ])
    func `JSON is written as it was read`(text: String) async throws {
        #expect(try await reply(text).json.value?.text == text)
    }

    @Test func `escapes are read as the characters they stand for`() async throws {
        #expect(try await reply(#""\u00fc\ud83d\ude00\/\b\f\r""#).json.string == "ü😀/\u{8}\u{C}\r")
    }
}
