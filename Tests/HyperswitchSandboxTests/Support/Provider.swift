import ExactJSON

@testable import HyperswitchSandbox

/// A state that is asked as the API would be.
struct Provider {
    var state: SandboxState

    init(_ change: (inout SandboxSettings) -> Void = { _ in }) {
        var settings = SandboxSettings()
        change(&settings)
        state = SandboxState(settings: settings)
    }

    struct Answer {
        let reply: SandboxReply

        var json: JSON { (try? JSON(parsing: Array(reply.body.utf8))) ?? .null }
        var status: String? { json["status"]?.string }

        /// The status and code of a refusal, `400 IR_16`; of a success the HTTP status and the object's: `200 succeeded`.
        var outcome: String {
            let word = json["error"]?["code"]?.string ?? status ?? "-"
            return "\(reply.status) \(word)"
        }

        /// What the error says.
        var message: String { json["error"]?["message"]?.string ?? "-" }
    }

    @discardableResult
    mutating func send(
        _ method: String, _ path: String, _ body: JSON? = nil, key: String? = nil, query: [String: String] = [:]
    ) -> Answer {
        Answer(reply: state.respond(to: Self.request(method, path, body, key: key, query: query)))
    }

    static func request(
        _ method: String, _ path: String, _ body: JSON? = nil, key: String? = nil, query: [String: String] = [:]
    ) -> SandboxRequest {
        SandboxRequest(
            method, path, query: query, apiKey: "snd_key", idempotencyKey: key,
            body: body.map { Array($0.text.utf8) } ?? [])
    }

    @discardableResult
    mutating func pay(
        _ id: String = "pay_1", _ amount: Int64 = 100, card: String = "4242424242424242", confirm: Bool = true,
        _ more: [JSON.Member] = [], key: String? = nil
    ) -> Answer {
        send("POST", "/payments", Self.payment(id, amount, card: card, confirm: confirm, more), key: key)
    }

    static func payment(
        _ id: String, _ amount: Int64, card: String = "4242424242424242", confirm: Bool = true,
        _ more: [JSON.Member] = []
    ) -> JSON {
        .object(
            [
                .init("payment_id", .string(id)), .init("amount", .number("\(amount)")), .init("currency", "USD"),
                .init("confirm", .bool(confirm)),
                .init("payment_method_data", ["card": ["card_number": .string(card)]]),
            ] + more)
    }

    /// A payment whose money is held.
    @discardableResult
    mutating func hold(_ id: String = "pay_1", _ amount: Int64 = 100, multiple: Bool = false) -> Answer {
        pay(id, amount, [.init("capture_method", multiple ? "manual_multiple" : "manual")])
    }

    @discardableResult
    mutating func capture(_ amount: Int64? = nil, of id: String = "pay_1") -> Answer {
        send("POST", "/payments/\(id)/capture", amount.map { ["amount_to_capture": .number("\($0)")] })
    }

    @discardableResult
    mutating func refund(
        _ amount: Int64?, _ id: String? = nil, of payment: String = "pay_1", _ more: [JSON.Member] = [],
        key: String? = nil
    ) -> Answer {
        send("POST", "/refunds", Self.refund(amount, id, of: payment, more), key: key)
    }

    static func refund(
        _ amount: Int64?, _ id: String? = nil, of payment: String = "pay_1", _ more: [JSON.Member] = []
    ) -> JSON {
        var members: [JSON.Member] = [.init("payment_id", .string(payment))]
        if let amount { members.append(.init("amount", .number("\(amount)"))) }
        if let id { members.append(.init("refund_id", .string(id))) }
        return .object(members + more)
    }

    /// The types of all events, sorted.
    var eventTypes: [String] { state.events.map(\.eventType).sorted() }
}
