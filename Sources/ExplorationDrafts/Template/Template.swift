/// The file that `rewind init` writes without a source: the smallest that is of use comes first, what may follow is
/// comments that are right as they stand.
func templateText(_ settings: DraftSettings) -> String {
    var api = DraftAPI()
    api.start = settings.start
    if let url = settings.url {
        api.url = settings.urlTemplate(url)
    } else if settings.start.isEmpty {
        api.url = "http://127.0.0.1:8080"
    }
    var draft = Draft(
        introduction: [
            "yaml-language-server: $schema=exploration.schema.json",
            "What rewind explores: rewind explore FILE. All that can be said here: docs/exploration-files.md.",
        ], name: "orders")
    draft.api = api
    draft.database = settings.database
    draft.variables = [DraftVariable(name: "order_id", comment: "what the tester knows, before any action")]
    draft.actions = [
        DraftAction(
            name: "create_order", conditions: ["order_id IS NULL"], method: "POST", path: "/orders",
            body: .json(["amount": "100.00", "currency": "USD"]),
            saved: [DraftSave(variable: "order_id", path: "$.id")]),
        DraftAction(
            name: "pay_order", comments: ["`when` says that the request can be formed, not that it is allowed."],
            conditions: ["order_id IS NOT NULL"], method: "POST", path: "/orders/{order_id}/pay"),
    ]
    return draft.text + more
}

private let more = """

    # Each value is a step of its own, from every state. Put it below actions:
    #   refund_order:
    #     when: order_id IS NOT NULL
    #     values: ["25.00", "100.01", "-25.00"]
    #     POST: /orders/{order_id}/refund
    #     json: { amount: "{value}" }
    #     save: { status: $.status }        # and status: null below context
    #
    # What must hold in every state:
    # invariants:
    #   order_is_shown:
    #     when: order_id IS NOT NULL
    #     GET: /orders/{order_id}
    #     expect: { status: 200, json: { $.id: "{order_id}" } }
    #   no_refund_without_amount:
    #     sql: SELECT id FROM refunds WHERE amount <= 0
    #
    # The diagram: every arrow is walked, and every step that has none must be refused.
    # states:
    #   of: status
    #   arrows:
    #     - create_order: none -> pending
    #     - pay_order: pending -> paid

    """
