import ExplorationDrafts
import ExplorationFiles
import Testing

@Suite struct `A draft from recorded requests` {
    @Test func `saves the ids that answers gave and later requests used`() throws {
        let draft = try ExplorationDraft(archive: try Files.fixture("session.har"), file: "session.har")
        #expect(
            draft.action("create_order").contains(
                "save: { order_id: $.order.id, status: { json: $.status, optional: true } }"))
        #expect(draft.action("create_order").contains("values: [100, 250]"))
        #expect(draft.action("create_order").contains("idempotency_key: true"))
        #expect(draft.action("pay_order").contains("POST: /api/orders/{order_id}/pay"))
        #expect(draft.action("pay_order").contains("payment_id: $.payment.id"))
        #expect(draft.action("create_refund").contains(#"json: { payment_id: "{payment_id}", amount: 25 }"#))
        #expect(draft.action("create_refund").contains("when: payment_id IS NOT NULL AND create_refund_count < 2"))
        #expect(draft.action("list_orders").contains("query: { customer: ada l, sort: new }"))
        #expect(!draft.text.contains("cdn.example"))
        #expect(
            draft.notes.contains(
                "The token is what POST /api/login answered at $.token: auth.login can ask for it."))
    }

    @Test func `has no secret in it`() throws {
        let archive = try ExplorationDraft(archive: try Files.fixture("session.har"), file: "session.har")
        let commands = try ExplorationDraft(curlCommands: try Files.fixture("requests.sh"), file: "requests.sh")
        #expect(archive.environment == ["COOKIE", "TOKEN", "PASSWORD"])
        try archive.read()
        try commands.read()
        for secret in ["s3cr3t", "eyJ", "correct-horse", "sk_live", "ada:", "YWRh"] {
            #expect(!archive.text.contains(secret), "\(secret)")
            #expect(!commands.text.contains(secret), "\(secret)")
            #expect(!(archive.notes + commands.notes).joined().contains(secret), "\(secret)")
        }
    }

    @Test func `reads curl commands as a shell does`() throws {
        let draft = try ExplorationDraft(curlCommands: try Files.fixture("requests.sh"), file: "requests.sh")
        #expect(
            draft.action("create_order").contains(
                #"json: { amount: "100.00", currency: USD, note: "it's {{braced}} and $${{not}} the shell's" }"#))
        #expect(draft.action("create_order").contains("headers: { X-Tenant: blue }"))
        #expect(draft.action("pay_order").contains(#"values: ["100.00", "25.00"]"#))
        #expect(draft.action("list_orders").contains("query: { status: paid, customer: Ada Lovelace }"))
        #expect(draft.action("delete_order").contains(#"query: { api_key: "${API_KEY}" }"#))
        #expect(draft.action("create_receipt").contains("multipart:"))
    }

    @Test(arguments: [
        ("curl -X POST http://a/b -d '{\"a\": 1}'", "POST: /b\n    json: { a: 1 }"),
        ("curl http://a/b -d 'a=1&b=x y'", "POST: /b\n    form: { a: \"1\", b: x y }"),
        ("curl -XPUT http://a/b --data-raw \"{\\\"a\\\": true}\"", "PUT: /b\n    json: { a: true }"),
        (
            "curl http://a/b -H 'Content-Type: text/csv' --data-binary 'x,y'",
            "body: x,y\n    content_type: text/csv"
        ),
        ("curl --request PATCH \\\n  http://a/b \\\n  --json '[1]'", "PATCH: /b\n    json: [1]"),
        ("curl -I http://a/b?x=1", "HEAD: /b\n    query: { x: \"1\" }"),
        ("curl http://a/b?x=$X -o /dev/null 2>&1", "GET: /b\n    query: { x: \"${X}\" }"),
        ("curl http://a/b -d $'a\\'b=\\u0041'", "form: { \"a'b\": A }"),
        ("A=1; curl a.example:80/b && curl a.example:80/c # twice", "GET: /c"),
    ])
    func `takes`(command: String, expected: String) throws {
        let draft = try ExplorationDraft(curlCommands: command, file: "c.sh")
        #expect(draft.text.contains(expected), "\(draft.text)")
        try draft.read()
    }

    @Test(arguments: [
        (
            "ls",
            "c.sh:1:1: There is no curl command in it, such as curl -d '{\"amount\":\"100.00\"}' http://127.0.0.1:8080/orders."
        ),
        ("\ncurl 'http://a", "c.sh:2:6: This quote is not closed."),
        ("curl -d \"a", "c.sh:1:9: This quote is not closed."),
        ("curl http://a/$(id", "c.sh:1:15: This $( is not closed."),
        ("curl -s", "c.sh:1:1: This curl command has no URL."),
        ("curl http://a -X", "c.sh:1:15: -X needs a value."),
        (
            "curl -X PAY http://a",
            "c.sh:1:9: “PAY” is no method that an action can have: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS."
        ),
        ("curl ftp://a/b", "c.sh:1:6: “ftp://a/b” is no URL of an API."),
    ])
    func `is refused for curl commands`(command: String, message: String) throws {
        let error = #expect(throws: FileError.self) { try ExplorationDraft(curlCommands: command, file: "c.sh") }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ("{\n  \"log\": }", "a.har:2:10: An HTTP archive is JSON; this is not (an unexpected “}”)."),
        ("{}", "a.har:1:1: This is no HTTP archive: it has no list log.entries."),
        (
            "{\"log\":{\"entries\":[{}]}}",
            "a.har:1:1: None of the 1 recorded requests is one to an API: none has a JSON answer or changes anything."
        ),
    ])
    func `is refused for an archive`(text: String, message: String) throws {
        let error = #expect(throws: FileError.self) { try ExplorationDraft(archive: text, file: "a.har") }
        #expect(error?.description == message)
    }
}
