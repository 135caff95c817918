import ExplorationDrafts
import ExplorationFiles
import Testing

@Suite struct `A draft from an OpenAPI document` {
    @Test func `is the one that is kept, for the example with links`() throws {
        let settings = DraftSettings(
            database: "orders-test.sqlite",
            start: ["python3", "server.py", "--port", "{port}", "--database", "{database}"])
        let draft = try ExplorationDraft(
            openAPI: try Files.ofRepository("Examples/APIs/orders/openapi.yaml"), file: "openapi.yaml",
            settings: settings)
        try Files.expect(draft.text, isAsIn: "orders.yaml")
    }

    @Test func `is the one that is kept, for OpenAPI 3.0 in JSON without examples`() throws {
        let draft = try ExplorationDraft(openAPI: try Files.fixture("shop.json"), file: "shop.json")
        try Files.expect(draft.text, isAsIn: "shop.yaml")
        #expect(draft.environment == ["API_KEY"])
        #expect(
            draft.notes == [
                "Could not tell where the test instance is; the document names https://eu.shop.example/api/v2. The draft has "
                    + "http://127.0.0.1:8080; give --url or change it.",
                "redeem_voucher is left out: could not tell where {code} of /vouchers/{code}/redeem comes from.",
                "Nothing is rewound yet: say which test database the API uses, in systems or by --database FILE-OR-URL.",
                "Could not tell which action leads from which state to which; states is a suggestion.",
            ])
    }

    @Test(arguments: ["Examples/APIs/orders/openapi.yaml", "docs/openapi.json"])
    func `is read without an error, also with what it suggests`(path: String) throws {
        let settings = DraftSettings(database: "postgresql://localhost/orders_test", start: ["serve", "{port}"])
        let draft = try ExplorationDraft(openAPI: try Files.ofRepository(path), file: path, settings: settings)
        let file = try draft.read()
        #expect(file.invariants.isEmpty)
        #expect(file.systems.count == 1)
        #expect(try draft.readWithSuggestions().invariants.count > 1)
    }

    @Test(arguments: ["shop.json", "plans.yaml"])
    func `is read without an error, with nothing said on the command line`(name: String) throws {
        let draft = try ExplorationDraft(openAPI: try Files.fixture(name), file: name)
        let file = try draft.read()
        #expect(file.systems.isEmpty)
        #expect(!file.actions.isEmpty)
        #expect(file.api.authentication != nil)
    }

    @Test func `wires a nested resource, a field of a body and an object inside the answer`() throws {
        let shop = try ExplorationDraft(openAPI: try Files.fixture("shop.json"), file: "shop.json")
        #expect(shop.action("get_customer").contains("GET: /customers/{customer_id}"))
        #expect(shop.action("post_payments").contains(#"customerId: "{customer_id}""#))
        #expect(shop.action("post_payments").contains("when: customer_id IS NOT NULL AND post_payments_count < 2"))
        #expect(shop.action("post_payments").contains("payment_id: $.data.id"))
        #expect(shop.action("post_payments").contains("state: { json: $.data.state, optional: true }"))
        #expect(shop.action("post_payments_id_capture").contains("POST: /payments/{payment_id}/capture"))
    }

    @Test func `believes links before names, and survives circles`() throws {
        let plans = try ExplorationDraft(openAPI: try Files.fixture("plans.yaml"), file: "plans.yaml")
        #expect(plans.action("plans_create").contains("plan_ref: $.reference"))
        #expect(plans.action("plans_create").contains("POST: /accounts/acc%207/plans"))
        #expect(plans.action("plans_create").contains("parent: null"))
        #expect(plans.action("plans_activate").contains("POST: /plans/{plan_ref}/activate"))
        #expect(plans.action("plans_activate").contains("save: { status: $.status }"))
        #expect(plans.environment == ["TOKEN"])
    }

    @Test func `of our own service takes each example, and what the schema rules out`() throws {
        let draft = try ExplorationDraft(openAPI: try Files.ofRepository("docs/openapi.json"), file: "openapi.json")
        #expect(draft.text.contains("url: http://127.0.0.1:8080\n"))
        #expect(draft.action("create_order_yen").contains(#"json: { amount: "500", currency: JPY, customer_id: c2 }"#))
        #expect(draft.action("refund_part").contains(#"values: ["25.00", "100.00", "100.01", "0.01", "-25.00"]"#))
        #expect(draft.action("pay").contains("when: order_id IS NOT NULL\n"))
        // A key that may be left out is.
        #expect(draft.action("pay").contains("    # idempotency_key: true\n"))
        #expect(draft.action("subscribe").contains(#"json: { order_id: "{order_id}", plan: monthly }"#))
        #expect(draft.action("advance_clock_wrong_seconds").contains("always_refused: true"))
        #expect(draft.notes.contains { $0.hasPrefix("Nothing is rewound yet") })
    }

    @Test func `has amounts at their bounds, and just outside where it must be refused`() throws {
        let draft = try ExplorationDraft(
            minimal(
                orders: """
                    { type: object, required: [amount, code],
                      properties: { amount: { type: integer, minimum: 1, maximum: 500 }, code: { type: string, minLength: 3, maxLength: 5 } } }
                    """))
        #expect(draft.action("create_order").contains("values: [500, 1]"))
        #expect(draft.action("create_order_wrong_amount").contains("values: [0, 501]"))
        #expect(draft.action("create_order_wrong_code").contains("values: [co, xxxxxx]"))
    }

    @Test func `excludes a bound as 3.0 and as 3.1 say it`() throws {
        let old = try ExplorationDraft(
            minimal("3.0.1", orders: "{ properties: { n: { type: integer, minimum: 0, exclusiveMinimum: true } } }"))
        let new = try ExplorationDraft(minimal(orders: "{ properties: { n: { type: integer, exclusiveMinimum: 0 } } }"))
        for draft in [old, new] {
            #expect(draft.action("create_order_wrong_n").contains("values: [0]"))
        }
    }

    @Test func `takes texts of the document at their word`() throws {
        let draft = try ExplorationDraft(
            minimal(
                orders:
                    #"{ properties: { note: { type: string, example: "a {b} ${HOME} # c\n: d" }, no: { type: string, example: "no" } } }"#
            ))
        try draft.read()
        #expect(draft.action("create_order").contains(##"json: { note: "a {{b}} $${{HOME}} # c\n: d", "no": "no" }"##))
    }

    @Test func `uses the server on this machine, and not one elsewhere`() throws {
        let local = try ExplorationDraft(minimal(orders: "{}"))
        #expect(local.text.contains("url: http://127.0.0.1:9000\n"))
        let text = minimal(orders: "{}").replacing("http://127.0.0.1:9000", with: "https://api.example.com/v1/")
        let remote = try ExplorationDraft(text)
        #expect(remote.text.contains("url: http://127.0.0.1:8080/v1\n"))
        let chosen = try ExplorationDraft(text, settings: DraftSettings(url: "http://localhost:3000"))
        #expect(chosen.text.contains("url: http://localhost:3000\n"))
    }

    @Test(arguments: [
        (
            "swagger: '2.0'\npaths: {}",
            "api.yaml:1:10: This is Swagger 2.0; OpenAPI 3.0 and 3.1 are read. Convert it first, for example at converter.swagger.io."
        ),
        ("info: {}", "api.yaml:1:1: This is no OpenAPI document: it has no key openapi, such as openapi: 3.1.0."),
        ("openapi: 4.0.0\npaths: {}", "api.yaml:1:10: OpenAPI 3.0 and 3.1 are read; this is “4.0.0”."),
        ("- a", "api.yaml:1:1: An OpenAPI document is a mapping; this is a list."),
        ("openapi: 3.1.0", "api.yaml:1:1: The document has no paths, so there is nothing to send."),
        ("openapi: 3.1.0\npaths: [a]", "api.yaml:2:8: paths must be a mapping of paths to operations; this is a list."),
        ("openapi: 3.1.0\npaths: {}", "api.yaml:2:8: The document has no operation, so there is nothing to send."),
        (
            "openapi: 3.1.0\npaths:\n  orders: { get: {} }",
            "api.yaml:3:3: A path begins with a slash; this is “orders”."
        ),
        ("openapi: 3.1.0\npaths:\n  /a: { get: 5 }", "api.yaml:3:14: An operation is a mapping; this is the number 5."),
        (
            "openapi: 3.1.0\npaths:\n  /a/{b}: { get: { parameters: [{ name: b, in: path, required: true }] } }",
            "api.yaml:3:13: No operation can be sent: each needs something that nobody gives. Of GET /a/{b}: could not tell where {b} of /a/{b} comes from. An example of the parameter in the document will do."
        ),
        (
            "openapi: 3.1.0\npaths:\n  /a:\n    $ref: '#/nowhere'",
            "api.yaml:4:11: $ref points to “#/nowhere”, which is not in the document."
        ),
    ])
    func `is refused with the place`(text: String, message: String) throws {
        let error = #expect(throws: FileError.self) { try ExplorationDraft(text) }
        #expect(error?.description == message)
    }

    @Test func `is refused for what is no YAML`() throws {
        let error = #expect(throws: FileError.self) { try ExplorationDraft("openapi: 3.1.0\npaths: {a") }
        #expect(error?.position.line ?? 0 >= 2)
    }

    @Test func `comes to an end for schemas that refer to themselves in every way`() throws {
        let components = """
            { schemas: { A: { allOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }] },
              B: { oneOf: [{ $ref: '#/components/schemas/A' }] }, C: { $ref: '#/components/schemas/C' },
              D: { type: array, items: { $ref: '#/components/schemas/D' } },
              E: { type: object, required: [f, e], properties: { e: { $ref: '#/components/schemas/E' }, f: { type: array, items: { $ref: '#/components/schemas/E' } } } } } }
            """
        for name in ["A", "B", "C", "D", "E"] {
            let draft = try ExplorationDraft(
                minimal(orders: "{ $ref: '#/components/schemas/\(name)' }", components: components))
            #expect(draft.text.utf8.count < 20_000, "\(name)")
        }
    }
}
