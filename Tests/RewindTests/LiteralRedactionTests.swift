import Rewind
import Testing

/// Texts that must not be shown, wherever they stand.
@Suite struct LiteralRedactionTests {
    private let redaction = Redaction.standard.hiding(literals: ["a secret/with \"quotes\"", "a secret", "abc"])

    @Test(arguments: [
        ("It is a secret.", "It is [redacted]."), ("a secret/with \"quotes\"!", "[redacted]!"),
        ("a secreta secret", "[redacted][redacted]"), ("abc is too short to be one", "abc is too short to be one"),
        ("A Secret", "A Secret"), ("", ""),
    ])
    func `are hidden in sentences`(text: String, shown: String) {
        #expect(redaction.sentence(text) == shown)
    }

    @Test func `are hidden however they are written`() {
        #expect(redaction.path("/a%20secret/x?q=a+secret") == "/[redacted]/x?q=[redacted]")
        #expect(redaction.path("/a%20secret%2fwith%20%22quotes%22") == "/[redacted]")
        let body = Array(#"{"note":"a secret\/with \"quotes\"","other":"a secret/with \"quotes\""}"#.utf8)
        let shown = String(decoding: redaction.body(body), as: UTF8.self)
        #expect(shown == #"{"note":"[redacted]","other":"[redacted]"}"#)
        let headers = redaction.headers([.init("Idempotency-Key", "a secret"), .init("X-Note", "is a secret")])
        #expect(headers.map(\.value) == ["[redacted]", "is [redacted]"])
    }

    @Test func `are hidden beside what is hidden anyway`() {
        let body = Array(#"{"password":"a secret!","note":"a secret"}"#.utf8)
        let shown = String(decoding: redaction.body(body), as: UTF8.self)
        #expect(shown == #"{"password":"[redacted]","note":"[redacted]"}"#)
    }
}
