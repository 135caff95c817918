@testable import Rewind

/// A tester that knows a few things by name; enough for explorations that are about the explorer.
struct Notes: ExplorationContext {
    var id: String?
    var number: Int64?
    var token: String?
    var step = 0
}

/// Tables and a source of ids that never repeat, as an API that makes UUIDs has.
final class Office: Sendable {
    let tables: MemoryTables
    private let random: @Sendable () -> UInt64

    init(_ columns: [String: [Schema.Column]]) {
        tables = MemoryTables(name: "db", schema: Schema(tables: columns.mapValues { Schema.Table(columns: $0) }))
        random = { UInt64.random(in: .min ... .max) }
    }

    var world: World { World(systems: [tables]).providing(self) }

    /// Something in the form of a UUID, another one each time.
    func unique() -> String {
        let digits = [random(), random()].map { String($0 | 1 << 63, radix: 16) }.joined()
        return [digits.prefix(8), digits.dropFirst(8).prefix(4), digits.suffix(20).prefix(8), digits.suffix(12)]
            .joined(separator: "-")
    }

    func add(_ table: String, _ cells: Value...) {
        tables.set(table: table, key: Int64(tables.count(table: table) + 1), to: cells)
    }
}

extension Run {
    var office: Office { get throws { try world.service(Office.self) } }
}

/// An action that is accepted whatever happens.
func doing(
    _ name: String, at step: Int? = nil, _ body: @escaping @Sendable (inout Run<Notes>) async throws -> Void
) -> Action<Notes> {
    Action(name) { run in
        try await body(&run)
        run.context.step += 1
        return .accepted
    }
    .when { step == nil ? $0.step == 0 : $0.step == step }
}

func explore(
    _ exploration: Exploration<Notes>, in world: World, strategy: Strategy = .breadthFirst, limits: Limits = Limits()
) async throws -> ExplorationResult {
    try await Explorer(exploration, in: world, strategy: strategy, limits: limits).explore()
}
