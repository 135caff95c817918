import ArgumentParser
import Foundation
import Orders
import Payments
import Rewind
import RewindHTTP

/// The reference service as a process of its own with a private database, for as long as it is explored.
struct ServiceUnderTest {
    let bug: Bug?
    let database: DatabaseUnderTest
    let isCaching: Bool

    /// Starts the service, explores it and stops it, whatever happens in between.
    func explored(by search: SearchOptions, title: String) async throws -> ExplorationResult {
        // The service brings the schema up to date when it starts, so the guard comes first.
        try database.check()
        let server = try ServerProcess.start(
            arguments: arguments, environment: ["DATABASE_URL": database.forService],
            log: database.directory.appendingPathComponent("log"))
        defer { server.stop() }
        let world = World(api: try API(baseURL: server.url), systems: [database.system(on: .shared)])
        let progress = ProgressLine(title: title)
        let explorer = try Explorer(
            payments, in: world, strategy: search.strategy, seed: search.seed, limits: search.limits,
            onProgress: progress.show)
        let result = await explorer.explore()
        progress.finish()
        if case .failed = result.stopReason { noteLog(of: server) }
        return result
    }

    private var arguments: [String] {
        var arguments = ["serve", "--port", "0", "--test-clock", "--exit-with-parent"]
        if let bug { arguments += ["--bug", bug.rawValue] }
        if isCaching { arguments.append("--caching-api") }
        return arguments
    }

    private func noteLog(of server: ServerProcess) {
        if let status = server.exitDescription { Terminal.note("The service \(status).") }
        let tail = server.logTail
        if !tail.isEmpty { Terminal.note("The end of its log:\n\(tail)") }
    }
}
