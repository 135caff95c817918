import Foundation
import Synchronization
import Testing

@testable import Rewind

/// What must be the same whether a walk was interrupted or not.
private struct Outcome: Equatable {
    let states: [Fingerprint]
    let transitions, depth, frontier: Int
    let verdict: Verdict
    let violations: [String]
    let coverage: Coverage
    let checks: [Int]
    let learned: [String]
    let warnings: [String]

    init(_ result: ExplorationResult) {
        (states, transitions) = (result.states, result.transitions)
        (depth, frontier) = (result.statistics.depth, result.statistics.frontier)
        verdict = result.verdict
        violations = result.violations.map {
            "\($0.rule.name) \($0.counterexample.path) \($0.message) \($0.isConfirmed)"
        }
        coverage = result.coverage
        checks = result.invariants.map(\.timesChecked)
        (learned, warnings) = (result.learnedVolatile, result.warnings)
    }
}

/// Takes a walk down as a file would: in lines of JSON.
private final class Notebook: Sendable {
    private let lines = Mutex<[Data]>([])

    var write: @Sendable (WalkRecord) -> Void {
        { record in
            let line = (try? JSONEncoder().encode(record)) ?? Data()
            self.lines.withLock { $0.append(line) }
        }
    }

    var texts: [String] { lines.withLock { $0 }.map { String(decoding: $0, as: UTF8.self) } }

    func records() throws -> [WalkRecord] {
        try lines.withLock { $0 }.map { try JSONDecoder().decode(WalkRecord.self, from: $0) }
    }
}

@Suite struct `A walk that goes on from another` {
    private static let bugs: [[Shop.Bug]] = [[], [.doubleRefund], [.refundAfterCancel], [.refusalWrites]]

    @Test(arguments: Strategy.allCases, bugs)
    func `comes to the same as one that was not interrupted, wherever it was`(
        strategy: Strategy, bugs: [Shop.Bug]
    ) async throws {
        let whole = try await Explorer(shopExploration(), in: Shop(bugs: bugs).world, strategy: strategy).explore()
        for steps in stride(from: 1, through: whole.transitions, by: 3) {
            let notebook = Notebook()
            _ = try await Explorer(
                shopExploration(), in: Shop(bugs: bugs).world, strategy: strategy, limits: Limits(steps: steps),
                onRecord: notebook.write
            ).explore()
            let second = Notebook()
            let resumed = try await Explorer(
                shopExploration(), in: Shop(bugs: bugs).world, strategy: strategy, onRecord: second.write,
                resuming: notebook.records()
            ).explore()
            #expect(Outcome(resumed) == Outcome(whole), "\(steps) steps")
            // What it writes is as good as what the first would have written: it can be interrupted too.
            let third = try await Explorer(
                shopExploration(), in: Shop(bugs: bugs).world, strategy: strategy, resuming: second.records()
            ).explore()
            #expect(Outcome(third) == Outcome(whole), "\(steps) steps")
        }
    }

    @Test(arguments: Strategy.allCases)
    func `goes deeper than the other did`(strategy: Strategy) async throws {
        let whole = try await Explorer(shopExploration(), in: Shop().world).explore()
        let notebook = Notebook()
        let flat = try await Explorer(
            shopExploration(), in: Shop().world, strategy: strategy, limits: Limits(depth: 2), onRecord: notebook.write
        ).explore()
        #expect(flat.transitions < whole.transitions)
        let resumed = try await Explorer(
            shopExploration(), in: Shop().world, strategy: strategy, resuming: notebook.records()
        ).explore()
        #expect(resumed.states == whole.states)
        #expect(resumed.transitions == whole.transitions)
        #expect(resumed.verdict == whole.verdict)
    }

    @Test(arguments: [1, 2, 3], bugs)
    func `comes to the same with several workers`(count: Int, bugs: [Shop.Bug]) async throws {
        let whole = try await Explorer(shopExploration(), in: Shop(bugs: bugs).world).explore()
        for steps in [1, 7, 13] {
            let notebook = Notebook()
            let resumed = try await withWorkers(count, in: { _ in Shop(bugs: bugs).world }) { workers in
                _ = try await Explorer(
                    shopExploration(), by: workers, limits: Limits(steps: steps), onRecord: notebook.write
                ).explore()
                return try await Explorer(shopExploration(), by: workers, resuming: notebook.records()).explore()
            }
            #expect(resumed.states == whole.states)
            #expect(resumed.transitions == whole.transitions)
            #expect(resumed.verdict == whole.verdict)
            #expect(
                resumed.violations.map { "\($0.rule.name) \($0.counterexample.path)" }.sorted()
                    == whole.violations.map { "\($0.rule.name) \($0.counterexample.path)" }.sorted())
        }
    }

    /// Ids without end: each state is left by three steps that change nothing, and by one that leads to the next.
    private static func line(_ sent: Counter, refusing: Int64 = .max) -> Exploration<Notes> {
        Exploration(of: Notes.self) {
            Action("go", over: [Int64](0...9)) { run, number in
                sent.add()
                let tables = try run.office.tables
                guard number == run.context.step, number < 9, number != refusing else { return .refused }
                tables.set(table: "steps", key: number, to: [.text(try run.office.unique()), .integer(number)])
                run.context.step += 1
                return .accepted
            }
        }
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)

        func add() { count.withLock { $0 += 1 } }

        var value: Int { count.withLock { $0 } }
    }

    private static var office: Office { Office(["steps": [.init("code"), .init("number")]]) }

    @Test func `sends few requests again, and learns nothing twice`() async throws {
        let (all, notebook) = (Counter(), Notebook())
        let whole = try await Explorer(Self.line(all), in: Self.office.world, onRecord: notebook.write).explore()
        #expect(whole.transitions == 100)
        #expect(whole.learnedVolatile == ["steps.code"])
        // As after `kill -9` shortly before the end.
        let records = try notebook.records().dropLast(3)
        let again = Counter()
        let resumed = try await Explorer(Self.line(again), in: Self.office.world, resuming: Array(records)).explore()
        #expect(Outcome(resumed) == Outcome(whole))
        #expect(resumed.statistics.knownTransitions > 70)
        // Those that the walk itself sends again in the end are sent in both.
        #expect(all.value - again.value >= resumed.statistics.knownTransitions)
    }

    @Test func `writes down nothing that the API answered`() async throws {
        let notebook = Notebook()
        _ = try await Explorer(
            Exploration(of: Notes.self) {
                Action("log_in") { run in
                    run.context.token = "sesame"
                    run.context.step += 1
                    try run.office.add("sessions", .text("sesame"))
                    run.record("/login?token=sesame", status: 200)
                    return .accepted
                }
                .when { $0.step < 3 }
            }, in: Office(["sessions": [.init("token")]]).world, onRecord: notebook.write
        ).explore()
        #expect(notebook.texts.count == 4)
        #expect(!notebook.texts.joined().contains("sesame"))
    }

    @Test func `is not decided when the API does something else than then`() async throws {
        let notebook = Notebook()
        _ = try await Explorer(Self.line(Counter()), in: Self.office.world, onRecord: notebook.write).explore()
        let resumed = try await Explorer(
            Self.line(Counter(), refusing: 4), in: Self.office.world, resuming: try notebook.records()
        ).explore()
        #expect(
            resumed.verdict
                == .notDecided([
                    "The run can't be gone on with: go(4) was taken again, and accepted then, refused now. Path: go(0) → "
                        + "go(1) → go(2) → go(3) → go(4). Usual causes: the API is another one than then, or it answers "
                        + "by the time of day or by chance. Begin a new run."
                ]))
    }

    @Test func `does not begin where the other did not`() async throws {
        let notebook = Notebook()
        _ = try await Explorer(shopExploration(), in: Shop().world, onRecord: notebook.write).explore()
        let filled = Shop()
        filled.tables.set(table: "orders", key: 99, to: [.text("paid"), .integer(0)])
        let cases: [(Exploration<Shop.Knowledge>, World, String)] = [
            (shopExploration(), filled.world, "db holds other rows than when that run began."),
            (
                shopExploration(halves: false), Shop().world,
                "The exploration is another one: its actions, checks or diagram are not those of that run."
            ),
            (
                shopExploration(), World(systems: [MemoryTables(name: "db")]).providing(Shop()),
                "db has other tables or columns than when that run began."
            ),
        ]
        for (exploration, world, difference) in cases {
            let resumed = try await Explorer(exploration, in: world, resuming: try notebook.records()).explore()
            #expect(
                resumed.stopReason == .failed("The run can't be gone on with. \(difference) Begin a new one."))
            #expect(resumed.transitions == 0)
        }
    }

    @Test func `says so when something that was wrong is not any more`() async throws {
        let notebook = Notebook()
        let (bugs, exploration) = ([Shop.Bug.refusalWrites], shopExploration(invariants: [], machine: false))
        _ = try await Explorer(exploration, in: Shop(bugs: bugs).world, onRecord: notebook.write).explore()
        let resumed = try await Explorer(exploration, in: Shop().world, resuming: try notebook.records()).explore()
        #expect(resumed.violations.isEmpty)
        #expect(
            resumed.warnings.contains(
                "refusal_changes_nothing was violated before the walk was interrupted, and not when the step was taken "
                    + "again: create_order → refund_order(50)."))
    }
}
