import ArgumentParser
import HyperswitchSandbox
import Orders
import Payments
import ProviderExplorations
import Rewind

/// Explores, takes paths again and audits, whatever the tester of its exploration knows.
protocol AnyExplorer: PathReplayer, Auditor {
    func explore() async -> ExplorationResult
}

extension Explorer: AnyExplorer {}

/// The explorations that come with the program, and how each is run.
extension ZooExploration: ExpressibleByArgument {
    /// - Parameter plan: how it is to go, with the usual laws unless it names others.
    func explorer(
        in team: WorkerTeam, _ plan: SearchPlan, onProgress: (@Sendable (ExplorationProgress) -> Void)? = nil
    ) throws -> any AnyExplorer {
        func explorer<Context>(_ exploration: Exploration<Context>) throws -> any AnyExplorer {
            try Explorer(
                exploration.checking(laws: plan.laws ?? usualLaws), by: team.workers, strategy: plan.strategy,
                seed: plan.seed, limits: plan.limits, replacingLostWorlds: team.replacement, onProgress: onProgress)
        }
        return switch self {
        case .payments: try explorer(Payments.payments)
        case .concurrency: try explorer(ProviderExplorations.concurrency)
        case .idempotencyKeys: try explorer(ProviderExplorations.idempotencyKeys)
        case .providerFaults: try explorer(ProviderExplorations.providerFaults)
        case .payouts: try explorer(ProviderExplorations.payouts)
        case .subscriptions: try explorer(ProviderExplorations.subscriptions)
        case .webhookSecurity: try explorer(ProviderExplorations.webhookSecurity)
        }
    }

    /// How the provider is set: its banks take their time, so that what is pending is seen.
    var providerSettings: SandboxSettings {
        var settings = SandboxSettings()
        settings.refunds = .pending
        settings.payouts = .pending
        return settings
    }

    /// Those checked unless the user says otherwise: all where keys are what it is about.
    private var usualLaws: LawSelection { self == .idempotencyKeys ? .all : .fast }

    /// How deep it is explored unless the user says otherwise: what a disaster leads to is seen a few steps after it, and
    /// their combinations go on for long.
    var usualDepth: Int? {
        switch self {
        case .payments, .idempotencyKeys, .concurrency, .subscriptions: nil
        case .providerFaults: 7
        case .webhookSecurity, .payouts: 8
        }
    }
}
