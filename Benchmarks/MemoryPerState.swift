import Foundation
import Payments
import Rewind
import RewindHTTP
import Synchronization

/// How much the process grows with each state, in a world of many: one order, refunded bit by bit in every order of bits.
///
/// Nearly every step leads to a new state, so a million requests are not needed to see twenty thousand. Resident
/// memory is read while the walk is on, so its frontier and what the allocator wastes are included.
enum MemoryPerState {
    private static let steps = 24_000
    /// The growth counts from here on: before, everything is being set up.
    private static let firstState = 2_000
    private static let bits = ["0.01", "0.02", "0.03", "0.05", "0.07", "0.11", "0.13", "0.17"]

    static func figures() async throws -> [Figure] {
        let server = try OrdersProcess.start()
        defer { server.stop() }
        let growth = Growth()
        let explorer = try Explorer(refunds, in: try server.world(), limits: Limits(steps: steps)) { progress in
            if progress.states >= firstState { growth.note(states: progress.states) }
        }
        let result = await explorer.explore()
        guard let bytes = growth.bytesPerState else { return [] }
        return [
            Figure(
                name: "demo: memory per state", value: "\(bytes.text()) B",
                detail: "resident, frontier included; \(Double(result.statesVisited).text()) states to depth "
                    + "\(result.statistics.depth)",
                target: "≤ 1,024 B", isReached: bytes <= 1024)
        ]
    }

    /// Resident memory at the first and the last look.
    private final class Growth: Sendable {
        private let looks = Mutex<[(states: Int, bytes: Int)]>([])

        func note(states: Int) {
            let bytes = residentBytes
            looks.withLock { $0.append((states, bytes)) }
        }

        /// The second number of `statm` is the resident pages (proc(5)); 0 where there is no such file.
        private var residentBytes: Int {
            guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
            let numbers = text.split(separator: " ").compactMap { Int($0) }
            return numbers.count > 1 ? numbers[1] * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
        }

        var bytesPerState: Double? {
            looks.withLock { looks in
                guard let first = looks.first, let last = looks.last, last.states > first.states else { return nil }
                return Double(last.bytes - first.bytes) / Double(last.states - first.states)
            }
        }
    }

    private static let refunds = Exploration(of: Checkout.self) {
        Action("create_order") { run in
            let reply = try await run.api.post(
                "/orders", json: ["amount": "100.00", "currency": "USD", "customer_id": "cust_123"])
            run.context.orderID = try reply.json.id.integer
            run.context.status = .pending
            return reply.outcome
        }
        .when { $0.orderID == nil }
        Action("pay_order") { run in
            let reply = try await run.api.post("/orders/\(run.context.orderID ?? 0)/pay")
            if reply.isSuccess { run.context.status = .paid }
            return reply.outcome
        }
        .when { $0.status == .pending }
        Action("partial_refund", over: bits) { run, amount in
            try await run.api.post("/orders/\(run.context.orderID ?? 0)/refund", json: ["amount": amount]).outcome
        }
        .when { $0.status == .paid }
    }
}
