import CommandSupport
import ExactJSON
import Foundation
import HyperswitchSandbox
import Testing

/// `rewind serve` on a database of its own, its provider, and what stands between the two.
final class Shop {
    let sandbox: HyperswitchSandbox
    let relay: Relay
    let database: ServiceDatabase
    private let scratch: Scratch
    private var service: Tool?
    private var caller: Caller?
    private let usesRelay: Bool

    /// - Parameter usesRelay: otherwise the service talks to the provider itself.
    init(on kind: DatabaseKind, usesRelay: Bool = true) async throws {
        scratch = try Scratch()
        sandbox = try HyperswitchSandbox(
            credentials: SandboxCredentials(apiKey: "snd_contract", webhookSecret: "whsec_contract"))
        relay = try Relay(to: sandbox.url)
        database = try ServiceDatabase(kind, in: scratch)
        self.usesRelay = usesRelay
        try await start()
    }

    deinit {
        service?.signal(SIGKILL)
        sandbox.stop()
        relay.stop()
    }

    /// Starts the service, for the first time or again, on the same database.
    func start() async throws {
        let tool = try Tool(
            [
                "serve", "--port", "0", "--test-clock", "--provider-url", usesRelay ? relay.url : sandbox.url,
                "--database", try database.address,
            ], in: scratch, secrets: ["PROVIDER_API_KEY": "snd_contract", "WEBHOOK_SECRET": "whsec_contract"])
        let url = try await tool.firstLine()
        try #require(url.hasPrefix("http://"), "\(tool.standardError)")
        service = tool
        caller = try Caller(url)
        try sandbox.sendWebhooks(to: url + "/webhooks/provider")
    }

    /// Ends the service without a word, as a power cut would.
    func kill() async throws {
        let tool = try #require(service)
        tool.signal(SIGKILL)
        let ending = try await tool.end()
        #expect(ending.wasKilled && ending.status == SIGKILL)
    }

    /// The service's API.
    var api: Caller {
        get throws { try #require(caller) }
    }

    /// The path of a new order of 100.00 USD for which that was done.
    func order(after steps: [Request] = []) async throws -> String {
        let created = try await api.post(
            "/orders", ["amount": "100.00", "currency": "USD", "customer_id": "c1"])
        try #require(created.outcome == "201")
        let path = "/orders/" + created["id"]
        for step in steps {
            let answer = try await api.post(path + step.path, step.body)
            try #require(answer.status.map { $0 == 200 || $0 == 202 } == true, "\(step): \(answer.outcome)")
        }
        return path
    }

    func refund(_ amount: String, of order: String, key: String? = nil) async throws -> Answer {
        try await api.post(order + "/refund", ["amount": .string(amount)], key: key)
    }

    /// Lets so much time pass that what is pending is asked about, and has it asked about.
    func reconcile() async throws -> Answer {
        #expect(try await api.post("/clock/advance", ["seconds": 1860]).outcome == "200")
        let answer = try await api.post("/reconcile")
        #expect(answer.outcome == "200")
        return answer
    }
}

/// What a client asks for that makes the service ask its provider.
enum Request: String, CaseIterable, Sendable {
    case authorize, capture, void, refund, payout

    var path: String { self == .authorize ? "/pay" : "/" + rawValue }

    var body: JSON? {
        switch self {
        case .authorize, .void: nil
        case .capture: ["amount": "100.00"]
        case .refund: ["amount": "25.00"]
        case .payout: ["seller_id": "s1"]
        }
    }

    /// What has to be done to the order before.
    var before: [Request] {
        switch self {
        case .authorize: []
        case .capture, .void: [.authorize]
        case .refund, .payout: [.authorize, .capture]
        }
    }

    /// How the path ends that the provider is called at.
    var providerSuffix: String {
        switch self {
        case .authorize: "/payments"
        case .capture: "/capture"
        case .void: "/cancel"
        case .refund: "/refunds"
        case .payout: "/payouts/create"
        }
    }

    /// What the sandbox's faults call it.
    var call: SandboxFault.Call {
        switch self {
        case .authorize: .authorize
        case .capture: .capture
        case .void: .cancel
        case .refund: .refund
        case .payout: .payout
        }
    }
}
