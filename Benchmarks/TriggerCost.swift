import OrdersServer
import Rewind
import RewindHTTP
import RewindPostgres
import TestServices

/// How much slower the API's own writes are while PostgreSQL's triggers record them: the same requests to two services,
/// in turn, one of whose databases is being explored.
enum TriggerCost {
    private static let rounds = 300

    static func figures() async throws -> [Figure] {
        let postgres = try PrivatePostgres.start()
        defer { postgres.stop() }
        let (recorded, plain) = (try service(postgres, "test_recorded"), try service(postgres, "test_plain"))
        defer {
            recorded.stop()
            plain.stop()
        }
        guard case .postgres(let url) = recorded.database else { return [] }
        let system = PostgresSystem(url: url)
        try await system.begin()
        let (with, without) = try await WorkerThread.shared.run { try await measure(recorded, plain) }
        try await system.end()
        let ratio = Sample(with).median / Sample(without).median
        return [
            Figure(
                name: "postgres: API's writes with triggers", value: "\(Sample(with).median.text(decimals: 1)) µs",
                detail: "p95 \(Sample(with).p95.text(decimals: 1)) µs; \(ratio.text(decimals: 2)) × without "
                    + "(\(Sample(without).median.text(decimals: 1)) µs); a create, a pay and two refunds",
                target: "≤ 1.35 × without", isReached: ratio <= 1.35)
        ]
    }

    private static func service(_ postgres: PrivatePostgres, _ name: String) throws -> OrdersProcess {
        try postgres.createDatabase(name)
        return try OrdersProcess.start(on: .postgres(url: postgres.url(database: name)))
    }

    private static func measure(
        _ recorded: OrdersProcess, _ plain: OrdersProcess
    ) async throws -> (with: [Double], without: [Double]) {
        let (first, second) = (try API(baseURL: recorded.url), try API(baseURL: plain.url))
        var (with, without): ([Double], [Double]) = ([], [])
        for round in 0..<(rounds + 20) {
            let times = (try await microsecondsOfWrites(first), try await microsecondsOfWrites(second))
            // The first rounds are for caches and plans.
            if round < 20 { continue }
            with.append(times.0)
            without.append(times.1)
        }
        return (with, without)
    }

    private static func microsecondsOfWrites(_ api: API) async throws -> Double {
        let api = api.bound(to: Journal())
        let start = ContinuousClock.now
        let order = try await api.post("/orders", json: ["amount": "100.00", "currency": "USD", "customer_id": "c1"])
        let path = "/orders/\(try order.decode(Order.self).id)"
        _ = try await api.post(path + "/pay")
        _ = try await api.post(path + "/refund", json: ["amount": "25.00"])
        _ = try await api.post(path + "/refund")
        return (ContinuousClock.now - start).seconds * 1e6
    }

    private struct Order: Decodable {
        let id: Int64
    }
}
