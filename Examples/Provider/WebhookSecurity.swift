import HyperswitchSandbox
import Rewind
import RewindHTTP

/// Somebody who is not the provider speaks in its name.
///
/// Forged webhooks must be refused and have no effect, whatever the order's state; so must bodies too large to be one.
public let webhookSecurity = Exploration(of: Purchase.self) {
    shopActions
    providerActions
    forgeries
    moneyInvariants
}
.loggingWebhooks()

/// What the forger claims.
private enum Claim: CaseIterable, CustomStringConvertible {
    case refundSucceeded, refundFailed, disputeLost

    var description: String {
        switch self {
        case .refundSucceeded: "refund succeeded"
        case .refundFailed: "refund failed"
        case .disputeLost: "dispute lost"
        }
    }

    /// The webhook that the provider would send if it were so; nothing if it cannot be so.
    func event(in provider: SandboxState) throws -> (SandboxState, SandboxEvent)? {
        var imagined = provider
        switch self {
        case .refundSucceeded, .refundFailed:
            guard let refund = provider.refunds.first(where: { $0.status == .pending }) else { return nil }
            try imagined.settleRefund(refund.id, as: self == .refundSucceeded ? .success : .failure)
        case .disputeLost:
            guard let payment = provider.payments.first(where: { $0.captured > 0 }) else { return nil }
            try imagined.settleDispute(imagined.raiseDispute(of: payment.id), as: .lost)
        }
        let known = Set(provider.events.map(\.id))
        let news = imagined.events.filter { !known.contains($0.id) }
        return news.max { $0.createdAt < $1.createdAt }.map { (imagined, $0) }
    }
}

private let forgeries: [Action<Purchase>] = [
    forgery("forged_webhook", as: .forgedSignature),
    forgery("unsigned_webhook", as: .unsigned),
    forgery("webhook_with_another_ones_signature", as: .staleSignature),
    Action("webhook_of_65_KiB") { run in
        try await run.api.post("/webhooks/provider", json: ["padding": String(repeating: "x", count: 65 << 10)]).outcome
    }
    .alwaysRefused(),
]

private func forgery(_ name: String, as form: SandboxDispatch.Form) -> Action<Purchase> {
    Action(name, over: Claim.allCases) { run, claim in
        guard let (imagined, event) = try claim.event(in: run.provider.state),
            let forged = imagined.dispatch(event.id, as: form)
        else { return .skipped("there is nothing to forge") }
        let headers = forged.signature.map { ["X-Webhook-Signature-512": $0] } ?? [:]
        let reply = try await run.api.post(
            "/webhooks/provider", body: forged.body, contentType: "application/json", headers: headers)
        try await run.look()
        return reply.outcome
    }
    .when { $0.orderID != nil }
    .alwaysRefused()
}
