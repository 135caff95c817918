import Foundation
import Rewind

/// How many transitions a second the core takes when nothing under it takes time: a world of rows in memory.
///
/// A second here is one of processor time: what a core that is shared gives to others does not count.
enum CoreThroughput {
    private static let runs = 5
    private static let tanks: Int64 = 9
    private static let levels: Int64 = 3

    /// Tanks that can be filled and emptied: `levels` to the power of `tanks` states.
    struct Tanks: ExplorationContext {
        var filled = 0
    }

    static func figures() async throws -> [Figure] {
        var throughputs: [Double] = []
        var states = 0
        for _ in 0..<runs {
            let start = processorSeconds
            let result = try await explore()
            throughputs.append(Double(result.transitions) / (processorSeconds - start))
            states = result.statesVisited
        }
        let median = Sample(throughputs).median
        return [
            Figure(
                name: "core: transitions/s", value: median.text(),
                detail: "per second of one core; median of \(runs) runs of \(Double(states).text()) states in memory",
                target: "≥ 200,000", isReached: median >= 200_000)
        ]
    }

    static func explore(tanks: Int64 = tanks) async throws -> ExplorationResult {
        let tables = MemoryTables()
        for tank in 0..<tanks { tables.set(table: "tanks", key: tank, to: [.integer(tank), .integer(0)]) }
        let exploration = Exploration(of: Tanks.self) {
            for tank in 0..<tanks {
                change("fill_\(tank)", of: tank, by: 1)
                change("empty_\(tank)", of: tank, by: -1)
            }
            Invariant("never_negative") { $0.context.filled >= 0 }
        }
        return try await Explorer(exploration, in: World(systems: [tables]).providing(tables)).explore()
    }

    private static func change(_ name: String, of tank: Int64, by step: Int64) -> Action<Tanks> {
        Action(name) { run in
            let tables = try run.world.service(MemoryTables.self)
            guard case .integer(let level)? = tables.get(table: "tanks", key: tank)?.last,
                (0..<levels).contains(level + step)
            else { return .refused }
            tables.set(table: "tanks", key: tank, to: [.integer(tank), .integer(level + step)])
            run.context.filled += Int(step)
            return .accepted
        }
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
