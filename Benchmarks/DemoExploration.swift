import Payments
import Rewind

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
        let throughput = Sample(results.map { Double($0.transitions) / $0.statistics.elapsed.seconds })
        let efficiency = Sample(results.map { $0.statistics.requests.total / $0.statistics.elapsed })
        guard let last = results.last else { return [] }
        return [
            Figure(
                name: "demo: transitions/s", value: throughput.median.text(),
                detail: "median of \(runs) runs; \(last.statesVisited) states, \(last.transitions) transitions each"),
            Figure(
                name: "demo: efficiency", value: efficiency.median.text(decimals: 2), detail: shares(of: results),
                target: "≥ 0.70", isReached: efficiency.median >= 0.7),
        ]
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
