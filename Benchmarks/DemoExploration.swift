import OrdersServer
import Payments
import Rewind
import RewindPostgres
import TestServices

/// What `rewind demo` does: the tutorial's exploration of the orders service in another process.
enum DemoExploration {
    private static let runs = 9

    static func figures() async throws -> [Figure] {
        var results: [ExplorationResult] = []
        for _ in 0..<runs {
            let server = try OrdersProcess.start()
            defer { server.stop() }
            results.append(try await Explorer(payments, in: server.world()).explore())
        }
        return figures("demo", results)
    }

    /// On PostgreSQL, alone and with two workers in turn.
    static func figuresOnPostgres() async throws -> [Figure] {
        let postgres = try PrivatePostgres.start()
        defer { postgres.stop() }
        var alone: [ExplorationResult] = []
        var together: [ExplorationResult] = []
        for run in 0..<runs {
            alone.append(try await explore(postgres, "test_\(run)_alone", workers: 1))
            together.append(try await explore(postgres, "test_\(run)_together", workers: 2))
        }
        let ratio = throughput(of: together).median / throughput(of: alone).median
        return figures("postgres demo", alone) + [
            Figure(
                name: "postgres demo: 2 workers against 1", value: "\(ratio.text(decimals: 2)) ×",
                detail: "\(throughput(of: together).median.text()) transitions/s; " + shares(of: together),
                target: "≥ 1.5 ×", isReached: ratio >= 1.5)
        ]
    }

    private static func explore(
        _ postgres: PrivatePostgres, _ name: String, workers count: Int
    ) async throws -> ExplorationResult {
        try postgres.createDatabase(name)
        let original = postgres.url(database: name)
        var urls = [original]
        var copies: DatabaseCopies?
        if count > 1 {
            try OrdersProcess.start(on: .postgres(url: original)).stop()
            let made = try await DatabaseCopies.make(of: original, count: count - 1)
            urls += made.urls
            copies = made
        }
        let services = try urls.map { try OrdersProcess.start(on: .postgres(url: $0)) }
        let workers = try await Worker.team(of: count) { try services[$0 - 1].world(on: $1) }
        let result = try await Explorer(payments, by: workers).explore()
        for service in services { service.stop() }
        for worker in workers { worker.thread.stop() }
        try await copies?.remove()
        return result
    }

    private static func figures(_ name: String, _ results: [ExplorationResult]) -> [Figure] {
        let efficiency = Sample(results.map { $0.statistics.requests.total / $0.statistics.elapsed })
        guard let last = results.last else { return [] }
        return [
            Figure(
                name: "\(name): transitions/s", value: throughput(of: results).median.text(),
                detail: "median of \(runs) runs; \(last.statesVisited) states, \(last.transitions) transitions each"),
            Figure(
                name: "\(name): efficiency", value: efficiency.median.text(decimals: 2), detail: shares(of: results),
                target: "≥ 0.70", isReached: efficiency.median >= 0.7),
        ]
    }

    private static func throughput(of results: [ExplorationResult]) -> Sample {
        Sample(results.map { Double($0.transitions) / $0.statistics.elapsed.seconds })
    }

    /// Where the time of all runs went.
    private static func shares(of results: [ExplorationResult]) -> String {
        func share(_ part: (Statistics) -> Measure) -> String {
            let total = results.reduce(0) { $0 + $1.statistics.elapsed.seconds }
            let percent = 100 * results.reduce(0) { $0 + part($1.statistics).total.seconds } / total
            return "\(percent.text()) %"
        }
        return "requests \(share(\.requests)), moves \(share(\.moves)), captures \(share(\.captures)), "
            + "verification \(share(\.verifications)) of the time"
    }
}
