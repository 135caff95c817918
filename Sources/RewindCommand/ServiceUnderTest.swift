import ArgumentParser
import Foundation
import Orders
import Rewind
import RewindHTTP

/// The reference service as a process of its own with a private database, for as long as it is explored.
struct ServiceUnderTest {
    let bug: Bug?
    let exploration: ZooExploration
    let database: DatabaseUnderTest
    let isCaching: Bool

    /// Starts the service, explores it and stops it, whatever happens in between.
    func explored(by search: SearchOptions, title: String) async throws -> ExplorationResult {
        // The service brings the schema up to date when it starts, so the guard comes first.
        try database.check()
        let team = try await ServiceTeam(
            of: workers(search), arguments: arguments, database: database,
            providerSettings: exploration.needsProvider ? exploration.providerSettings : nil)
        return try await WorkerTeam.use(team, workers: workers(search)) { team in
            let progress = ProgressLine(title: title)
            defer { progress.finish() }
            return try await exploration.explore(
                with: .init(plan: search.plan(), team: team, onProgress: progress.show))
        } notingFailure: { result, notes in
            guard case .failed = result.stopReason else { return }
            for note in await notes() { Terminal.note(note) }
        }
    }

    /// Starts the service, has paths replayed there and stops it, whatever happens in between.
    func replaying<R: Sendable>(_ body: @Sendable (any PathReplayer) async throws -> R) async throws -> R {
        try await inTeam(of: 1) { try await body(try exploration.replayer(in: $0)) }
    }

    /// Starts the service, has its worlds used and stops it, whatever happens in between.
    func inTeam<R: Sendable>(of workers: Int, _ body: (WorkerTeam) async throws -> R) async throws -> R {
        try database.check()
        let team = try await ServiceTeam(
            of: workers, arguments: arguments, database: database,
            providerSettings: exploration.needsProvider ? exploration.providerSettings : nil)
        return try await WorkerTeam.use(team, workers: workers, body)
    }

    /// A bug is looked for by one, who meets the nearest violation first; the larger worlds of the correct service are
    /// walked to their end by as many as there are cores.
    private func workers(_ search: SearchOptions) -> Int {
        if let workers = search.workers { return workers }
        return bug == nil && exploration.needsProvider ? min(4, ProcessInfo.processInfo.activeProcessorCount) : 1
    }

    private var arguments: [String] {
        var arguments = ["serve", "--port", "0", "--test-clock", "--exit-with-parent"]
        if let bug { arguments += ["--bug", bug.rawValue] }
        // Requests at the same time are to be handled at the same time.
        if exploration == .concurrency { arguments += ["--threads", "0"] }
        if isCaching { arguments.append("--caching-api") }
        return arguments
    }
}
