import CommandSupport
import Foundation
import Hyperswitch
import HyperswitchSandbox
import IdempotencyConformance
import OrdersServer
import PaymentProviders
import Testing

/// The orders service before its provider, the sandbox: both sides of a key.
@Suite struct `The orders service with its provider` {
    /// What runs for a test, ended by ``stop()``.
    private struct Shop {
        let sandbox: HyperswitchSandbox
        let server: OrdersServer
        let scratch: Scratch

        init(_ profile: SandboxSettings.Profile) throws {
            var settings = SandboxSettings()
            settings.profile = profile
            sandbox = try HyperswitchSandbox(settings: settings)
            scratch = try Scratch()
            let key = Secret(sandbox.state.credentials.apiKey)
            let client = try HyperswitchClient(.init(baseURL: sandbox.url, apiKey: key))
            let provider = HyperswitchProvider(
                client: client, webhookKey: try WebhookKey(Secret("whsec_of_the_test")),
                paymentMethod: .card(.testAccepted))
            var configuration = OrdersServer.Configuration(
                database: try .init(scratch.path("orders-test.sqlite")), port: 0, threads: 8, bugs: [], testClock: true,
                provider: provider)
            configuration.reconcileAfterSeconds = 0
            server = OrdersServer(configuration: configuration)
            try server.start()
        }

        func stop() {
            server.stop()
            sandbox.stop()
        }
    }

    private func target(_ shop: Shop) throws -> IdempotencyTarget {
        let sandbox = shop.sandbox
        let order = #"{"amount":"100.00","currency":"USD","customer_id":"c1"}"#
        var target = IdempotencyTarget(
            baseURL: "http://127.0.0.1:\(shop.server.port)", operation: .post("/orders/{order}/pay", "{}"))
        target.before = [IdempotencyStep(.post("/orders", order), saving: [("order", ["id"])])]
        target.otherBody = #"{"note":"other"}"#
        target.otherEndpoint = .post("/orders", order)
        target.invalid = .post("/orders/{order}/pay", "{")
        target.effects = .custom { _ in
            Double(sandbox.state.payments.count { $0.status == .requiresCapture })
        }
        target.read = .get("/orders/{order}")
        target.otherAccount = [("X-Account", "b")]
        target.isGuarded = true
        target.advanceClock = target.clock
        target.faults.slow = { try sandbox.addFault(SandboxFault(.slow(milliseconds: 1000), on: .authorize)) }
        let reconcile = target.control(.post("/reconcile"))
        target.faults.settle = { try await reconcile([:]) }
        target.downstream = try .sandbox(at: sandbox.url, call: "authorize")
        target.client = { _ = try IdempotencyKey($0) }
        target.rounds = 2
        return target
    }

    @Test(arguments: [SandboxSettings.Profile.router, .stripe])
    func `passes every check that applies`(profile: SandboxSettings.Profile) async throws {
        let shop = try Shop(profile)
        defer { shop.stop() }
        let result = try await IdempotencySuite(profile: .stripe).run(against: target(shop))
        #expect(result.failures.isEmpty && result.undecided.isEmpty, "\n\(result.table)")
        let applicable = Array(2...12) + [15, 16] + Array(21...27)
        #expect(result.passes.map(\.number) == applicable, "\n\(result.table)")
    }
}

extension IdempotencyTarget {
    /// The test clock of the orders service.
    fileprivate var clock: @Sendable (Int) async throws -> Void {
        let advance = control(.post("/clock/advance", #"{"seconds":"{seconds}"}"#))
        return { try await advance(["seconds": "\($0)"]) }
    }
}
