import RawServer
import Rewind
import Testing

/// What is hidden of an exchange, and what is not.
struct RedactionTests {
    @Test(arguments: [
        ("Authorization", "Bearer x", "[redacted]"), ("proxy-authorization", "x", "[redacted]"),
        ("Cookie", "a=b", "[redacted]"), ("Set-Cookie", "a=b", "[redacted]"), ("api-key", "x", "[redacted]"),
        ("X-API-Key", "x", "[redacted]"), ("apikey", "x", "[redacted]"), ("X-Auth-Token", "x", "[redacted]"),
        ("X-My-Secret-Thing", "x", "[redacted]"), ("X-Password", "x", "[redacted]"),
        ("Idempotency-Key", "4242424242424242", "4242424242424242"), ("Content-Type", "text/plain", "text/plain"),
        ("Location", "/a?token=1&b=2", "/a?token=[redacted]&b=2"), ("X-Card", "4242424242424242", "[redacted]"),
    ])
    func `headers`(name: String, value: String, shown: String) {
        #expect(Redaction.standard.headers([.init(name, value)]) == [.init(name, shown)])
    }

    @Test(arguments: [
        (#"{"password":"a\"b\\","b":1}"#, #"{"password":"[redacted]","b":1}"#),
        (#"{"token" : 12.5e3 ,"b":1}"#, #"{"token" : "[redacted]" ,"b":1}"#),
        (#"{"accessToken":true}"#, #"{"accessToken":"[redacted]"}"#),
        (#"{"refresh-token":"x","id":"y"}"#, #"{"refresh-token":"[redacted]","id":"y"}"#),
        (#"{"client_secret":{"a":["}"],"b":{}},"c":1}"#, #"{"client_secret":"[redacted]","c":1}"#),
        (#"{"cvc":["1","2"],"c":1}"#, #"{"cvc":"[redacted]","c":1}"#),
        (#"{"cvv":null,"c":1}"#, #"{"cvv":null,"c":1}"#),
        (#"{"webhook_secret":"x"}"#, #"{"webhook_secret":"[redacted]"}"#),
        (#"{"Authorization":"x"}"#, #"{"Authorization":"[redacted]"}"#),
        (#"{"card":{"number":"1","card_number":"x"}}"#, #"{"card":{"number":"1","card_number":"[redacted]"}}"#),
        (#"{"password":"cut o"#, #"{"password":"[redacted]""#), (#"{"password":"#, #"{"password":"#),
        (
            #"{"payload":"{\"card_token\":\"a\\\"b\",\"n\":1}"}"#,
            #"{"payload":"{\"card_token\":\"[redacted]\",\"n\":1}"}"#
        ),
        ("{\"token\":\"a\"}\n{\"token\":\"b\"}", "{\"token\":\"[redacted]\"}\n{\"token\":\"[redacted]\"}"),
        (#"{"a":"password","b":"secret"}"#, #"{"a":"password","b":"secret"}"#),
        (#"{"tokens_used":5,"passwordless":true,"pincode":1}"#, #"{"tokens_used":5,"passwordless":true,"pincode":1}"#),
        (#"{"idempotency_key":"abc"}"#, #"{"idempotency_key":"abc"}"#),
        (#"[{"cvc":"1"},{"cvc":"2"}]"#, #"[{"cvc":"[redacted]"},{"cvc":"[redacted]"}]"#), ("", ""), ("[]", "[]"),
        (#"5" pipe {"password":"x"}"#, #"5" pipe {"password":"[redacted]"}"#),
    ])
    func `JSON fields`(body: String, shown: String) {
        #expect(String(decoding: Redaction.standard.body(Array(body.utf8)), as: UTF8.self) == shown)
    }

    @Test(arguments: [
        ("a=1&password=x%26y&b=2", "a=1&password=[redacted]&b=2"), ("card%5Fnumber=12", "card%5Fnumber=[redacted]"),
        ("card[cvc]=123&a[b]=c", "card[cvc]=[redacted]&a[b]=c"), ("token=&token", "token=&token"),
        ("n=4242+4242%204242-4242", "n=[redacted]"),
    ])
    func `form fields`(body: String, shown: String) {
        let form = "application/x-www-form-urlencoded; charset=utf-8"
        let redacted = Redaction.standard.body(Array(body.utf8), contentType: form)
        #expect(String(decoding: redacted, as: UTF8.self) == shown)
    }

    @Test(arguments: [
        ("/a?token=x&b=1", "/a?token=[redacted]&b=1"), ("/cards/4242424242424242/use", "/cards/[redacted]/use"),
        ("/a?c=4242%204242%204242%204242", "/a?c=[redacted]"), ("/token=1", "/token=1"),
        ("/a?x=%3A4111111111111111", "/a?x=%3A[redacted]"), ("/a?x=%204111111111111111", "/a?x=%20[redacted]"),
        ("/orders/1234567890123", "/orders/1234567890123"),
    ])
    func `paths`(path: String, shown: String) {
        #expect(Redaction.standard.path(path) == shown)
    }

    @Test(arguments: [
        ("4242424242424242", "[redacted]"), ("4242 4242 4242 4242", "[redacted]"),
        ("4242-4242-4242-4242.", "[redacted]."), ("3782 822463 10005", "[redacted]"), ("4222222222222", "[redacted]"),
        ("6304000000000000000", "[redacted]"), ("paid 100 4242 4242 4242 4242 ok", "paid 100 [redacted] ok"),
        ("(5555555555554444)", "([redacted])"), ("pan_4242424242424242", "pan_[redacted]"),
        (#"{"n":4242424242424242,"s":"x, 4242424242424242, y"}"#, #"{"n":"[redacted]","s":"x, [redacted], y"}"#),
        (#"{"s":"\n4242424242424242"}"#, #"{"s":"\n[redacted]"}"#), ("4242424242424243", "4242424242424243"),
        ("42424242424242424242", "42424242424242424242"), ("1700000000003", "1700000000003"),
        ("0.4242424242424242", "0.4242424242424242"), ("4242424242424242.5", "4242424242424242.5"),
        ("a4242424242424242", "a4242424242424242"), ("4242424242424242f", "4242424242424242f"),
        ("0000000000000000", "0000000000000000"), ("42 42 42 42 42 42 42 42", "42 42 42 42 42 42 42 42"),
        ("4242  4242 4242 4242", "4242  4242 4242 4242"),
    ])
    func `card numbers`(text: String, shown: String) {
        #expect(String(decoding: Redaction.standard.body(Array(text.utf8)), as: UTF8.self) == shown)
        #expect(Redaction.standard.text(text) == shown)
    }

    @Test func `bytes that are not text survive`() {
        let secret = Array(#"{"password":"x"}"#.utf8)
        let hidden = Array(#"{"password":"[redacted]"}"#.utf8)
        let noise: [UInt8] = [0xFF, 0x00, 0xC3, 0x28, 0x22, 0x5C, 0x80]
        #expect(Redaction.standard.body(noise + secret + noise) == noise + hidden + noise)
        #expect(Redaction.standard.body(Array(0...255)) == Array(0...255))
    }

    @Test func `more names can be hidden`() {
        let redaction = Redaction.standard.hiding(headers: ["X-Tenant"], fields: ["iban"])
        #expect(redaction.headers([.init("x-tenant", "a")]) == [.init("x-tenant", "[redacted]")])
        #expect(redaction.path("/a?IBAN=DE1") == "/a?IBAN=[redacted]")
        #expect(Redaction.standard.path("/a?IBAN=DE1") == "/a?IBAN=DE1")
    }

    @Test func `redacting twice changes nothing more`() {
        let body = Array(#"{"token":1,"n":4242424242424242,"p":"{\"cvc\":1}"}"#.utf8)
        let once = Redaction.standard.body(body)
        #expect(Redaction.standard.body(once) == once)
    }

    @Test func `an exchange is hidden in all its parts`() {
        let exchange = Exchange(
            method: "POST", path: "/pay?token=1", requestHeaders: [.init("Authorization", "Bearer x")],
            requestBody: Array(#"{"cvc":"123"}"#.utf8),
            reply: .response(status: 200, headers: [.init("Set-Cookie", "s=1")], body: Array("4242424242424242".utf8)),
            durationNanoseconds: 5)
        let shown = Exchange(
            method: "POST", path: "/pay?token=[redacted]", requestHeaders: [.init("Authorization", "[redacted]")],
            requestBody: Array(#"{"cvc":"[redacted]"}"#.utf8),
            reply: .response(
                status: 200, headers: [.init("Set-Cookie", "[redacted]")], body: Array("[redacted]".utf8)),
            durationNanoseconds: 5)
        #expect(exchange.redacted() == shown)
        #expect(exchange.redacted(by: .standard) == shown)
    }
}
