import Synchronization
import Testing

@testable import Rewind

/// Three lamps that are lit one by one and go out together.
private let lamps = Exploration(of: Notes.self) {
    for lamp in Int64(1)...3 {
        Action("light_\(lamp)") { run in
            let tables = try run.office.tables
            guard tables.get(table: "lamps", key: lamp) == nil else { return .refused }
            tables.set(table: "lamps", key: lamp, to: [.integer(1)])
            run.context.step += 1
            return .accepted
        }
    }
    Action("quench") { run in
        for lamp in Int64(1)...3 { try run.office.tables.set(table: "lamps", key: lamp, to: nil) }
        run.context.step = 0
        return .accepted
    }
    Invariant("at_most_three") { $0.context.step <= 3 }
}

/// What must not depend on the number of workers, nor on chance.
private struct Gist: Equatable {
    let states: [Fingerprint]
    let transitions: Int
    let verdict: Verdict
    /// Rule, place among actions, and length of the path.
    let violations: [String]

    init(_ result: ExplorationResult) {
        states = result.states
        transitions = result.transitions
        verdict = result.verdict
        violations =
            result.violations.map { "\($0.rule.name) \($0.counterexample.path) \($0.isConfirmed)" }.sorted()
    }
}

@Suite struct `Several workers` {
    private func shop(_ bugs: [Shop.Bug], pauses: Int) -> World {
        let shop = Shop(bugs: bugs)
        return World(systems: [Watched(shop.tables, pausesPerCall: pauses)]).providing(shop)
    }

    @Test(arguments: 1...4, Strategy.allCases)
    func `find what one finds, in any order`(count: Int, strategy: Strategy) async throws {
        for bugs in [[], [Shop.Bug.doubleRefund], [.refundAfterCancel], [.refusalWrites]] {
            let alone = Gist(try await Explorer(shopExploration(), in: shop(bugs, pauses: 0)).explore())
            for seed in UInt64(1)...3 {
                let result = try await withWorkers(count, in: { shop(bugs, pauses: $0 * Int(seed) % 4) }) { workers in
                    try await Explorer(shopExploration(), by: workers, strategy: strategy, seed: seed).explore()
                }
                #expect(Gist(result) == alone, "\(bugs), seed \(seed)")
                #expect(result.statistics.workers.map(\.transitions).reduce(0, +) == result.transitions)
            }
        }
    }

    @Test(arguments: 1...4, Strategy.allCases)
    func `meet where ways join`(count: Int, strategy: Strategy) async throws {
        let result = try await withWorkers(count, in: { house(pauses: $0 % 3) }) { workers in
            try await Explorer(lamps, by: workers, strategy: strategy).explore()
        }
        // Each subset of the lamps, with the ways joining again; four steps from each.
        #expect(result.statesVisited == 8)
        #expect(result.transitions == 32)
        #expect(result.verdict == .held(.everything))
    }

    private func house(pauses: Int) -> World {
        let office = Office(["lamps": [.init("lit")]])
        return World(systems: [Watched(office.tables, pausesPerCall: pauses)]).providing(office)
    }

    @Test(arguments: Strategy.allCases, [1, 2, 3])
    func `mean the same by a limit of depth`(strategy: Strategy, depth: Int) async throws {
        let limits = Limits(depth: depth)
        let alone = Gist(try await Explorer(lamps, in: house(pauses: 0), limits: limits).explore())
        let result = try await withWorkers(3, in: { house(pauses: $0) }) { workers in
            try await Explorer(lamps, by: workers, strategy: strategy, limits: limits).explore()
        }
        #expect(Gist(result) == alone)
        #expect(result.stopReason == .frontierEmpty(depthLimit: depth))
    }

    @Test(arguments: [1, 7, 20], 1...4)
    func `never take more steps than the limit`(steps: Int, count: Int) async throws {
        let result = try await withWorkers(count, in: { house(pauses: $0) }) { workers in
            try await Explorer(lamps, by: workers, limits: Limits(steps: steps)).explore()
        }
        #expect(result.transitions == steps)
        #expect(result.stopReason == .stepLimit(steps))
    }

    @Test(arguments: 1...4)
    func `learn together what is volatile`(count: Int) async throws {
        let exploration = Exploration(of: Notes.self) {
            for form in 1...3 {
                Action("create_\(form)") { run in
                    let id = try run.office.unique()
                    run.context.id = id
                    run.context.step += 1
                    try run.office.add("orders", .text(id))
                    return .accepted
                }
                .when { $0.step < 3 }
            }
        }
        for _ in 1...5 {
            let result = try await withWorkers(
                count,
                in: { number in
                    let office = Office(["orders": [.init("id")]])
                    return World(systems: [Watched(office.tables, pausesPerCall: number % 3)]).providing(office)
                },
                { try await Explorer(exploration, by: $0).explore() })
            // None to three orders, whichever way they came in.
            #expect(result.statesVisited == 4)
            #expect(result.transitions == 9)
            #expect(result.learnedVolatile == ["context.id", "orders.id"])
        }
    }

    @Test func `wait for the one who finds out what is volatile`() async throws {
        let exploration = Exploration(of: Notes.self) {
            for way in Int64(1)...4 { doing("way_\(way)", at: 0) { $0.context.number = way } }
            doing("create", at: 1) { run in
                run.context.number = nil
                try run.office.add("orders", .text(run.office.unique()))
            }
            doing("close", at: 2) { _ in }
        }
        for _ in 1...5 {
            let makeWorld = { @Sendable (number: Int) in
                let office = Office(["orders": [.init("id")]])
                return World(systems: [Watched(office.tables, pausesPerCall: 50)]).providing(office)
            }
            let result = try await withWorkers(4, in: makeWorld) { workers in
                try await Explorer(exploration, by: workers).explore()
            }
            // The order is one state, whichever way it was created by, and is closed once.
            #expect(result.statesVisited == 7)
            #expect(result.transitions == 9)
        }
    }

    @Test func `do not go on from a state that is found broken while others reach it`() async throws {
        let exploration = Exploration(of: Notes.self) {
            for way in 1...4 {
                Action("way_\(way)") { run in
                    run.context.step += 1
                    return .accepted
                }
            }
            Invariant("not_two") { run in
                for _ in 0..<20 { await Task.yield() }
                return run.context.step != 2
            }
        }
        for _ in 1...10 {
            let result = try await withWorkers(4, in: { _ in World() }) { workers in
                try await Explorer(exploration, by: workers).explore()
            }
            #expect(result.statesVisited == 3)
            #expect(result.transitions == 8)
            #expect(result.violations.map(\.counterexample.path) == [["way_1", "way_1"]])
            #expect(result.violations.allSatisfy { $0.isConfirmed })
        }
    }
}

@Suite struct `A worker whose world dies` {
    /// Worlds in which the API can be called so often; later ones hold longer.
    private func fragileShop(_ calls: Int) -> World {
        let shop = Shop()
        return World(systems: [Watched(shop.tables, pausesPerCall: 1)]).providing(shop).providing(Fuse(calls: calls))
    }

    private let exploration = Exploration(of: Shop.Knowledge.self) {
        Action("create_order") { run in
            try run.world.service(Fuse.self).burn()
            run.context.order = try run.shop.create()
            run.context.status = .pending
            return .accepted
        }
        .when { $0.order == nil }
        for (name, from, to) in [("pay", Shop.Status.pending, Shop.Status.paid), ("cancel", .pending, .canceled)] {
            Action(name) { run in
                try run.world.service(Fuse.self).burn()
                guard let moved = try run.shop.move(run.context.order ?? 0, from: from, to: to) else { return .refused }
                run.context.status = moved
                return .accepted
            }
            .when { $0.order != nil }
        }
        Invariant("asks_the_API") { run in
            try run.world.service(Fuse.self).burn()
            return true
        }
    }

    @Test(arguments: 1...3, 1...15)
    func `is given another, and nothing is lost`(count: Int, calls: Int) async throws {
        let alone = try await Explorer(exploration, in: fragileShop(.max)).explore()
        let result = try await withWorkers(count, in: { fragileShop($0 == count ? calls : .max) }) { workers in
            try await Explorer(
                exploration, by: workers, replacingLostWorlds: { _, _ in fragileShop(.max) }
            ).explore()
        }
        if case .failed(let reason) = result.stopReason, calls < 2 {
            // The root's own invariants were not checked yet: there is nothing to take up again.
            #expect(reason.hasPrefix("Could not reach the API."))
            return
        }
        #expect(Gist(result) == Gist(alone))
        #expect(result.coverage == alone.coverage)
        #expect(result.invariants == alone.invariants)
    }

    @Test func `and has no other ends the walk without a verdict`() async throws {
        let result = try await withWorkers(2, in: { fragileShop($0 == 1 ? .max : 0) }) { workers in
            try await Explorer(endless, by: workers).explore()
        }
        #expect(result.stopReason.description.hasPrefix("Could not reach the API. It happened during count("))
        guard case .notDecided = result.verdict else {
            Issue.record("\(result.verdict)")
            return
        }
    }

    /// Never at an end before the other worker had its turn.
    private let endless = Exploration(of: Notes.self) {
        Action("count", over: [1, 2]) { run, step in
            try run.world.service(Fuse.self).burn()
            run.context.step += step
            return .accepted
        }
    }

    @Test func `is given no more than five`() async throws {
        let result = try await withWorkers(1, in: { _ in fragileShop(6) }) { workers in
            try await Explorer(endless, by: workers, replacingLostWorlds: { _, _ in fragileShop(6) }).explore()
        }
        #expect(result.stopReason.description.hasSuffix("6 worlds were lost in all."))
        #expect(result.statistics.workers.map(\.replacements) == [5])
    }

    @Test func `over one step again and again ends the walk`() async throws {
        let result = try await withWorkers(1, in: { _ in fragileShop(0) }) { workers in
            try await Explorer(endless, by: workers, replacingLostWorlds: { _, _ in fragileShop(0) }).explore()
        }
        #expect(
            result.verdict
                == .notDecided([
                    "Could not reach the API. It happened during count(1), after no other step. "
                        + "3 worlds were lost over this step."
                ]))
    }

    @Test func `because a system fails is given another as well`() async throws {
        let alone = try await Explorer(exploration, in: fragileShop(.max)).explore()
        for captures in 1...12 {
            @Sendable func world(failingAt capture: Int) -> World {
                let shop = Shop()
                return World(systems: [Watched(shop.tables, failingAtCapture: capture)]).providing(shop)
                    .providing(Fuse(calls: .max))
            }
            let result = try await withWorkers(2, in: { world(failingAt: $0 == 2 ? captures : .max) }) { workers in
                try await Explorer(
                    exploration, by: workers, replacingLostWorlds: { _, _ in world(failingAt: .max) }
                ).explore()
            }
            #expect(Gist(result) == Gist(alone))
        }
    }
}

@Suite struct `Worlds of several workers` {
    @Test func `must begin alike`() async throws {
        let result = try await withWorkers(
            2,
            in: { number in
                let shop = Shop()
                if number == 2 { shop.tables.set(table: "orders", key: 9, to: [.text("paid"), .integer(0)]) }
                return shop.world
            },
            { try await Explorer(shopExploration(), by: $0).explore() })
        #expect(
            result.stopReason
                == .failed(
                    "The worlds do not begin alike: db has other content at worker 2 than at worker 1. "
                        + "Give each worker a copy of the same systems, made while nothing writes to them."))
        guard case .notDecided = result.verdict else {
            Issue.record("\(result.verdict)")
            return
        }
    }

    @Test func `must have the same tables`() async throws {
        let result = try await withWorkers(2, in: { Office($0 == 1 ? ["a": []] : ["b": []]).world }) { workers in
            try await Explorer(lamps, by: workers).explore()
        }
        #expect(
            result.stopReason.description.hasPrefix("The worlds do not begin alike: db has other tables or columns"))
    }

    @Test func `must have the same systems, and threads of their own`() {
        let (left, right) = (WorkerThread(name: "left"), WorkerThread(name: "right"))
        defer { for thread in [left, right] { thread.stop() } }
        func error(_ workers: Worker...) -> String? {
            do throws(ExplorationError) {
                _ = try Explorer(lamps, by: workers)
                return nil
            } catch {
                return error.description
            }
        }
        let (a, b) = (World(systems: [MemoryTables(name: "a")]), World(systems: [MemoryTables(name: "b")]))
        #expect(error() == "There is no worker to explore with.")
        #expect(
            error(Worker(in: a, on: left), Worker(in: b, on: right))
                == "Worker 2 has the systems b, worker 1 has a. Give all the same, in the same order.")
        #expect(
            error(Worker(in: a, on: left), Worker(in: a, on: left))
                == "Workers 1 and 2 have the same thread, so they would take turns. Give each its own.")
    }

    @Test(arguments: [false, true])
    func `are all returned to where they were`(isCanceled: Bool) async throws {
        let systems = (0..<3).map { _ in Watched(MemoryTables(name: "db")) }
        let (steps, step) = AsyncStream.makeStream(of: Void.self)
        let exploration = Exploration(of: Notes.self) {
            Action("count") { run in
                run.context.step += 1
                step.yield()
                return .accepted
            }
            .when { isCanceled || $0.step < 50 }
        }
        try await withWorkers(3, in: { World(systems: [systems[$0 - 1]]) }) { workers in
            let explorer = try Explorer(exploration, by: workers)
            let task = Task { await explorer.explore() }
            if isCanceled {
                for await _ in steps.prefix(20) {}
                task.cancel()
            }
            let result = await task.value
            #expect(result.stopReason == (isCanceled ? .interrupted : .frontierEmpty(depthLimit: nil)))
        }
        #expect(systems.allSatisfy { $0.isAtEnd })
    }
}
