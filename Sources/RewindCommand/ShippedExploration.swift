import ArgumentParser
import HyperswitchSandbox
import Payments
import ProviderExplorations
import Rewind

/// The explorations of the reference service that come with the program.
enum ShippedExploration: String, CaseIterable, ExpressibleByArgument {
    case payments
    case providerFaults = "provider-faults"
    case webhookSecurity = "webhook-security"

    /// Whether the service has a payment provider there.
    var hasProvider: Bool { self != .payments }

    /// How the provider is set: its banks take their time, so that what is pending is seen.
    var providerSettings: SandboxSettings {
        var settings = SandboxSettings()
        settings.refunds = .pending
        settings.payouts = .pending
        return settings
    }

    func explore(with search: Search) async throws -> ExplorationResult {
        switch self {
        case .payments: try await search.explore(Payments.payments)
        case .providerFaults: try await search.explore(ProviderExplorations.providerFaults)
        case .webhookSecurity: try await search.explore(ProviderExplorations.webhookSecurity)
        }
    }

    /// An exploration's other half: who explores, and how.
    struct Search {
        let options: SearchOptions
        let workers: [Worker]
        let makeWorld: @Sendable (Int, WorkerThread) async throws -> World
        let onProgress: @Sendable (ExplorationProgress) -> Void

        fileprivate func explore<Context>(_ exploration: Exploration<Context>) async throws -> ExplorationResult {
            let explorer = try Explorer(
                exploration, by: workers, strategy: options.strategy, seed: options.seed, limits: options.limits,
                replacingLostWorlds: options.workers > 1 ? makeWorld : nil, onProgress: onProgress)
            return await explorer.explore()
        }
    }
}
