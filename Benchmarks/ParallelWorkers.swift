import Foundation
import Rewind

/// How much sooner two workers are done than one, when each action waits for about a millisecond as for an API.
enum ParallelWorkers {
    private static let runs = 3
    private static let lamps = 7
    private static let waitMicroseconds: UInt32 = 1000

    /// Lamps that are switched on and off: 2 to the power of `lamps` states.
    struct Lamps: ExplorationContext {
        var lit = 0
    }

    static func figures() async throws -> [Figure] {
        var ratios: [Double] = []
        var transitions = 0
        for _ in 0..<runs {
            let alone = try await explore(workers: 1)
            let together = try await explore(workers: 2)
            ratios.append(alone.statistics.elapsed.seconds / together.statistics.elapsed.seconds)
            transitions = together.transitions
        }
        let median = Sample(ratios).median
        return [
            Figure(
                name: "workers: 2 against 1", value: "\(median.text(decimals: 2)) ×",
                detail: "median of \(runs) runs of \(Double(transitions).text()) transitions that wait for "
                    + "\(waitMicroseconds / 1000) ms",
                target: "≥ 1.8 ×", isReached: median >= 1.8)
        ]
    }

    private static func explore(workers count: Int) async throws -> ExplorationResult {
        let exploration = Exploration(of: Lamps.self) {
            for lamp in 0..<lamps {
                Action("switch_\(lamp)") { run in
                    // As a blocking call does, on the worker's own thread.
                    usleep(waitMicroseconds)
                    run.context.lit ^= 1 << lamp
                    try run.world.service(MemoryTables.self).set(
                        table: "lamps", key: Int64(lamp), to: [.integer(Int64(run.context.lit >> lamp & 1))])
                    return .accepted
                }
            }
        }
        let workers = await Worker.team(of: count) { _, _ in
            let tables = MemoryTables()
            for lamp in 0..<lamps { tables.set(table: "lamps", key: Int64(lamp), to: [.integer(0)]) }
            return World(systems: [tables]).providing(tables)
        }
        defer { for worker in workers { worker.thread.stop() } }
        return try await Explorer(exploration, by: workers).explore()
    }
}
