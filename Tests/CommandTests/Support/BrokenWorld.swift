import CommandSupport
import Foundation
import Hyperswitch
import Orders
import OrdersServer
import PaymentProviders
import Rewind
import RewindHTTP
import RewindSQLite

@testable import HyperswitchSandbox

/// What makes an invariant fire: a bug of the service or an act that the service has no part in, and the way there.
struct Cause<Context: ExplorationContext>: Sendable {
    /// Nothing if the service is correct.
    var bug: Orders.Bug?
    /// Done at the end of the way.
    var tampering: Action<Context>?
    /// The actions on the way, in order.
    let path: [String]

    /// A bug of the service shows on that path.
    static func bug(_ bug: Orders.Bug, _ path: String) -> Cause { Cause(bug: bug, path: names(path)) }

    /// No bug of the service can make it fire, since the provider would not do its part: so the provider is tampered with.
    static func provider(_ path: String, _ change: @escaping @Sendable (inout SandboxState) -> Void) -> Cause {
        let tampering = Action<Context>("tamper") { run in
            let sandbox = try run.world.system(SandboxSystem.self).sandbox
            var state = sandbox.state
            change(&state)
            sandbox.state = state
            return .accepted
        }
        .atMost(1)
        return Cause(tampering: tampering, path: names(path) + ["tamper"])
    }

    private static func names(_ path: String) -> [String] { path.components(separatedBy: " → ") }
}

/// Explores what the actions on a cause's path lead to, as far as the path is long, in this process: with a service, a
/// database and, where the exploration has one, a provider of their own.
///
/// - Returns: the violations of invariants that a replay confirmed.
func violations<Context>(
    of exploration: Exploration<Context>, hasProvider: Bool, by cause: Cause<Context>
) async throws -> [Violation] {
    let scratch = try Scratch()
    let path = scratch.path("orders-test.sqlite")
    let sandbox = try HyperswitchSandbox(settings: slowBanks)
    defer { sandbox.stop() }
    let server = OrdersServer(
        configuration: .init(
            database: .sqlite(path: path), threads: hasProvider ? 4 : 1, bugs: cause.bug.map { [$0] } ?? [],
            testClock: true, provider: hasProvider ? try provider(at: sandbox) : nil))
    try server.start()
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)"
    try sandbox.sendWebhooks(to: url + "/webhooks/provider")
    let systems: [any RewindableSystem] = [SQLiteSystem(path: path)] + (hasProvider ? [SandboxSystem(sandbox)] : [])
    let explorer = try Explorer(
        exploration.along(cause), in: World(api: API(baseURL: url), systems: systems),
        limits: Limits(depth: cause.path.count))
    return await explorer.explore().violations.filter { $0.rule.kind == .invariant && $0.isConfirmed }
}

/// As `rewind demo` sets the provider.
private let slowBanks = {
    var settings = SandboxSettings()
    (settings.refunds, settings.payouts) = (.pending, .pending)
    return settings
}()

private func provider(at sandbox: HyperswitchSandbox) throws -> HyperswitchProvider {
    let credentials = sandbox.state.credentials
    return HyperswitchProvider(
        client: try HyperswitchClient(.init(baseURL: sandbox.url, apiKey: Secret(credentials.apiKey))),
        webhookKey: try WebhookKey(Secret(credentials.webhookSecret ?? "")), paymentMethod: .card(.testAccepted))
}

extension Exploration {
    /// The same with the path's actions alone, and without the diagram, which speaks of all of them.
    fileprivate func along(_ cause: Cause<Context>) -> Exploration {
        var copy = Exploration(of: Context.self) {
            actions.filter { cause.path.contains($0.name) } + (cause.tampering.map { [$0] } ?? [])
            invariants
        }
        .identity(identity)
        for table in exemptTables { copy = copy.exempting(tables: table) }
        return copy
    }
}
