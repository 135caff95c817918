import HyperswitchSandbox
import Rewind
import RewindHTTP

// What the explorations of the service with its provider have in common.

extension Run {
    /// The provider, with its controls.
    var provider: HyperswitchSandbox {
        get throws { try world.system(SandboxSystem.self).sandbox }
    }

    /// Asks the service for an order.
    func createOrder(_ amount: String = "100.00", headers: [String: String] = [:]) async throws -> Reply {
        try await api.post(
            "/orders", json: ["amount": amount, "currency": "USD", "customer_id": "cust_123"], headers: headers)
    }

    /// The provider's clock first: what the service then asks, it asks at the later time.
    func passTime(seconds: Int64) async throws {
        try provider.advanceClock(bySeconds: seconds)
        _ = try await api.post("/clock/advance", json: ["seconds": seconds])
    }

    /// The first of the provider's objects in the order in which the service has them. Their ids say nothing of it: they
    /// are other ones in every database.
    func first(of ids: Set<String>, _ order: String) async throws -> String? {
        for row in try await db.rows(order) {
            if case .text(let id)? = row.first, ids.contains(id) { return id }
        }
        return ids.min()
    }

    /// Lets webhooks arrive, and puts them into the journal; nothing if none is due.
    func deliver(
        _ deliver: (HyperswitchSandbox) async throws -> SandboxDeliveryReport? = { try await $0.deliverNext() }
    ) async throws -> Outcome? {
        let provider = try provider
        guard let report = try await deliver(provider) else { return nil }
        let body = provider.state.events[report.eventID]?.body ?? ""
        for outcome in report.outcomes { journal.append(Exchange(webhook: body, outcome)) }
        return report.status.map { (200..<300).contains($0) } == true ? .accepted : .refused
    }
}

extension Exchange {
    /// A webhook and how the service answered, for the report and the laws.
    init(webhook body: String, _ outcome: SandboxDeliveryReport.Outcome) {
        let reply: Reply =
            switch outcome {
            case .answered(let status): .response(status: status, headers: [], body: [])
            case .failed(let reason): .lost(reason: reason)
            }
        self.init(method: "POST", path: "/webhooks/provider", requestBody: Array(body.utf8), reply: reply)
    }
}

extension Exploration {
    /// Lets the service log each webhook, and the provider each delivery of one, whatever becomes of it. What the service
    /// logs makes no state another.
    func loggingWebhooks() -> Exploration {
        exempting(tables: "webhook_deliveries", "deliveries")
            .identity(.wholeState.ignoring(tables: "webhook_deliveries"))
    }
}
