import Rewind

/// How many transitions a second the core takes when nothing under it takes time: a world of rows in memory.
enum CoreThroughput {
    /// Tanks that can be filled and emptied: `levels` to the power of `tanks` states.
    struct Tanks: ExplorationContext {
        var filled = 0
    }

    struct Measurement {
        let result: ExplorationResult
        var transitionsPerSecond: Double { Double(result.transitions) / result.statistics.elapsed.seconds }
    }

    static func measure(levels: Int64, tanks: Int64) async throws -> Measurement {
        let tables = MemoryTables()
        for tank in 0..<tanks { tables.set(table: "tanks", key: tank, to: [.integer(tank), .integer(0)]) }
        let exploration = Exploration(of: Tanks.self) {
            for tank in 0..<tanks {
                change("fill_\(tank)", of: tank, by: 1, within: 0..<levels)
                change("empty_\(tank)", of: tank, by: -1, within: 0..<levels)
            }
            Invariant("never_negative") { $0.context.filled >= 0 }
        }
        let world = World(systems: [tables]).providing(tables)
        return Measurement(result: try await Explorer(exploration, in: world).explore())
    }

    private static func change(_ name: String, of tank: Int64, by step: Int64, within range: Range<Int64>) -> Action<
        Tanks
    > {
        Action(name) { run in
            let tables = try run.world.service(MemoryTables.self)
            guard case .integer(let level)? = tables.get(table: "tanks", key: tank)?.last, range.contains(level + step)
            else {
                return .refused
            }
            tables.set(table: "tanks", key: tank, to: [.integer(tank), .integer(level + step)])
            run.context.filled += Int(step)
            return .accepted
        }
    }
}
