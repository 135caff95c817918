import Testing

@testable import Rewind

@Suite struct `The graph of a result` {
    @Test func `has each state once, and each step by its source`() async throws {
        let result = try await Explorer(shopExploration(), in: Shop().world).explore()
        let graph = result.graph
        #expect(graph.states.count == result.statesVisited)
        #expect(graph.transitions.count == result.transitions)
        #expect(graph.states.map(\.depth) == [0, 1, 2, 2, 3, 3])
        #expect(graph.states.indices.map(graph.name) == ["none", "pending", "paid", "canceled", "paid", "refunded"])
        #expect(graph.states.map(\.parent) == [nil, 0, 1, 1, 2, 2])
        #expect(graph.transitions.allSatisfy { !$0.isWrong })
        for state in graph.states.indices {
            #expect(graph.transitions(from: state).allSatisfy { $0.source == state })
            #expect(graph.transitions(from: state).filter { !$0.isAccepted }.allSatisfy { $0.target == state })
        }
        // Two ways lead to the refunded state: all at once, and the second half.
        let arrivals = graph.transitions.filter { $0.target == 5 && $0.source != 5 }
        #expect(arrivals.map { graph.labels[$0.labelIndex] } == ["refund_order(100)", "refund_order(50)"])
        #expect(graph.firstPath(to: 5) == ["create_order", "pay_order", "refund_order(100)"])
    }

    @Test(arguments: Strategy.allCases)
    func `knows every step of a counterexample, the wrong one included`(strategy: Strategy) async throws {
        let world = Shop(bugs: .refundAfterCancel).world
        let result = try await Explorer(shopExploration(), in: world, strategy: strategy).explore()
        let violation = try #require(result.violations.first { $0.rule.kind == .stateMachine })
        let path = result.graph.path(of: violation.counterexample.path)
        #expect(path.count == violation.counterexample.steps.count)
        #expect(path.map(\.isWrong) == [false, false, true])
        #expect(path.map(\.isAccepted) == [true, true, true])
        #expect(result.graph.transitions.count == result.transitions)
    }

    @Test func `has one state where it was learned that two are one`() async throws {
        let office = Office(["notes": [.init("code"), .init("number")]])
        let exploration = Exploration(of: Notes.self) {
            doing("write") { run in
                let office = try run.office
                office.add("notes", .text("code \(office.unique())"), .integer(1))
            }
            doing("write_the_same") { run in
                let office = try run.office
                office.add("notes", .text("code \(office.unique())"), .integer(1))
            }
        }
        let result = try await explore(exploration, in: office.world)
        #expect(result.graph.states.count == result.statesVisited)
        #expect(result.graph.transitions.count == result.transitions)
        #expect(Set(result.graph.transitions.map(\.target)) == [1])
    }

    @Test func `of an exploration that never began is empty`() async throws {
        let world = World(systems: [Watched(Shop().tables, failingAtCapture: 0)])
        let result = try await Explorer(shopExploration(), in: world).explore()
        #expect(result.graph.states.count <= 1)
        #expect(result.graph.path(of: ["create_order"]).isEmpty)
    }
}
