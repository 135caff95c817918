import Testing

@testable import Rewind

@Suite struct `The diagram` {
    private enum Light: String, Codable, Hashable, Sendable { case red, green }

    private struct Crossing: ExplorationContext {
        var light: Light? = .red
    }

    private func crossing(
        _ lights: [(action: String, from: Light?, to: Light?)], @ArrowBuilder<Light?> arrows: () -> [Arrow<Light?>]
    ) async throws -> ExplorationResult {
        let names = Set(lights.map(\.action)).sorted()
        let machine = StateMachine<Crossing>(\.light, arrows: arrows)
        let exploration = Exploration(of: Crossing.self) {
            for name in names {
                Action(name) { run in
                    guard let light = lights.first(where: { $0.action == name && $0.from == run.context.light }) else {
                        return .refused
                    }
                    run.context.light = light.to
                    return .accepted
                }
            }
            machine
        }
        return try await Explorer(exploration, in: World()).explore()
    }

    @Test func `holds when every arrow is walked and nothing else is accepted`() async throws {
        let result = try await crossing([("go", .red, .green), ("stop", .green, .red)]) {
            Arrow("go", from: .red, to: .green)
            Arrow("stop", from: .green, to: .red)
        }
        #expect(result.verdict == .held(.everything))
        #expect(result.coverage.states == ["red", "green"])
        let go = try #require(result.coverage.actions.firstIndex(of: "go"))
        #expect(result.coverage.expected(state: 0, action: go) == .accepted(to: ["green"]))
        #expect(result.coverage.expected(state: 1, action: go) == .refused)
        #expect(result.coverage.observed(state: 0, action: go).accepted == 1)
        #expect(result.coverage.observed(state: 1, action: go).refused == 1)
    }

    @Test func `is violated by a step it has no arrow for`() async throws {
        let result = try await crossing([("go", .red, .green), ("go", .green, .green)]) {
            Arrow("go", from: .red, to: .green)
        }
        #expect(result.violations.map(\.message) == ["go was accepted in state green; the diagram has no such arrow."])
        #expect(result.violations.first?.counterexample.path == ["go", "go"])
    }

    @Test func `is violated by an arrow that leads elsewhere`() async throws {
        let result = try await crossing([("go", .red, nil)]) { Arrow("go", from: .red, to: .green) }
        #expect(result.violations.map(\.message) == ["go led from red to none; the diagram has it lead to green."])
    }

    @Test func `is violated by an arrow that is always refused`() async throws {
        let result = try await crossing([("go", .red, .green)]) {
            Arrow("go", from: .red, to: .green)
            Arrow("go", from: .green, to: .red)
        }
        let violation = try #require(result.violations.first)
        #expect(violation.rule.name == "arrow_never_walked")
        #expect(violation.message == "go never led green → red; 1 try was refused.")
        #expect(violation.isConfirmed)
        #expect(violation.counterexample.path == ["go", "go"])
    }

    @Test func `warns of an arrow from a state never reached`() async throws {
        let result = try await crossing([("go", .red, .red)]) {
            Arrow("go", from: .red, to: .red)
            Arrow("go", from: .green, to: .red)
        }
        #expect(result.verdict == .held(.everything))
        #expect(result.warnings == ["The arrow green → red (go) was not walked."])
    }
}
