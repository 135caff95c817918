import ArgumentParser
import HyperswitchSandbox
import Orders
import Payments
import ProviderExplorations
import Rewind

/// The explorations that come with the program, and how each is run.
extension ZooExploration: ExpressibleByArgument {
    func explore(with search: Search) async throws -> ExplorationResult {
        var search = search
        search.plan.limits.depth = search.plan.limits.depth ?? usualDepth
        search.usualLaws = self == .idempotencyKeys ? .all : .fast
        return switch self {
        case .payments: try await search.explore(Payments.payments)
        case .concurrency: try await search.explore(ProviderExplorations.concurrency)
        case .idempotencyKeys: try await search.explore(ProviderExplorations.idempotencyKeys)
        case .providerFaults: try await search.explore(ProviderExplorations.providerFaults)
        case .payouts: try await search.explore(ProviderExplorations.payouts)
        case .subscriptions: try await search.explore(ProviderExplorations.subscriptions)
        case .webhookSecurity: try await search.explore(ProviderExplorations.webhookSecurity)
        }
    }

    /// Who replays its paths.
    func replayer(in team: WorkerTeam) throws -> any PathReplayer {
        switch self {
        case .payments: try Explorer(Payments.payments, by: team.workers)
        case .concurrency: try Explorer(ProviderExplorations.concurrency, by: team.workers)
        case .idempotencyKeys: try Explorer(ProviderExplorations.idempotencyKeys, by: team.workers)
        case .providerFaults: try Explorer(ProviderExplorations.providerFaults, by: team.workers)
        case .payouts: try Explorer(ProviderExplorations.payouts, by: team.workers)
        case .subscriptions: try Explorer(ProviderExplorations.subscriptions, by: team.workers)
        case .webhookSecurity: try Explorer(ProviderExplorations.webhookSecurity, by: team.workers)
        }
    }

    /// How the provider is set: its banks take their time, so that what is pending is seen.
    var providerSettings: SandboxSettings {
        var settings = SandboxSettings()
        settings.refunds = .pending
        settings.payouts = .pending
        return settings
    }

    /// How deep it is explored unless the user says otherwise: what a disaster leads to is seen a few steps after it, and
    /// their combinations go on for long.
    private var usualDepth: Int? {
        switch self {
        case .payments, .idempotencyKeys, .concurrency: nil
        case .providerFaults: 7
        case .webhookSecurity, .payouts: 8
        case .subscriptions: nil
        }
    }

    /// Who explores, and how.
    struct Search {
        var plan: SearchPlan
        let team: WorkerTeam
        let onProgress: @Sendable (ExplorationProgress) -> Void
        /// Those checked unless the user says otherwise: all where keys are what it is about.
        fileprivate(set) var usualLaws = LawSelection.fast

        fileprivate func explore<Context>(_ exploration: Exploration<Context>) async throws -> ExplorationResult {
            let explorer = try Explorer(
                exploration.checking(laws: plan.laws ?? usualLaws), by: team.workers, strategy: plan.strategy,
                seed: plan.seed, limits: plan.limits,
                replacingLostWorlds: team.replacement, onProgress: onProgress)
            return await explorer.explore()
        }
    }
}
