import CommandSupport
import Foundation
import Testing

@testable import Rewind
@testable import RewindReport

/// The HTML report, as its readers see it.
@Suite(.serialized, .needsBrowser) struct BrowserTests {
    @Test func `the report of a demo answers at once, and follows clicks, keys and searches`() async throws {
        let scratch = try Scratch()
        let report = try await demo("--bug", "double-refund", in: scratch)
        try await Browser.check(
            report, in: scratch, "opens", "answers-at-once", "clicks", "keys", "searches", "tells-examples",
            "does-without-script", "is-dark-in-the-dark", "fits-a-phone", "prints")
    }

    @Test func `the report of what held opens alone, too`() async throws {
        let scratch = try Scratch()
        let report = try await demo("--exploration", "payments", "--max-depth", "3", in: scratch)
        try await Browser.check(report, in: scratch, "opens", "fits-a-phone", "tells-examples")
    }

    @Test(.needsAxe) func `reports pass an accessibility checker in the light, in the dark and on a phone`()
        async throws
    {
        let scratch = try Scratch()
        let violated = try await demo("--bug", "double-refund", in: scratch)
        try await Browser.check(violated, in: scratch, "is-accessible")
        let held = try await demo("--exploration", "payments", "--max-depth", "3", in: scratch)
        try await Browser.check(held, in: scratch, "is-accessible")
    }

    @Test func `nothing that an API answered runs`() async throws {
        let scratch = try Scratch()
        let report = HTMLReport(try await hostileResult(), about: .init(exploration: hostile, title: hostile))
        try report.data.write(to: scratch.folder.appendingPathComponent("hostile.html"))
        try await Browser.check(
            scratch.path("hostile.html"), in: scratch, "opens", "runs-nothing", "fits-a-phone", "keys")
    }

    @Test func `50,000 states fit into 20 MB and open in 3 seconds`() async throws {
        let scratch = try Scratch()
        let data = HTMLReport(try await largeResult(), about: .init(exploration: "large", title: "large")).data
        #expect(data.count < 20_000_000)
        try data.write(to: scratch.folder.appendingPathComponent("large.html"))
        try await Browser.check(scratch.path("large.html"), in: scratch, "opens", "opens-quickly", "clicks")
    }

    private func demo(_ arguments: String..., in scratch: Scratch) async throws -> String {
        let path = scratch.path("report-\(arguments.joined()).html")
        let ending = try await Tool(["demo", "--html", path] + arguments, in: scratch).end()
        try #require(FileManager.default.fileExists(atPath: path), "\(ending.errors)")
        return path
    }
}

// MARK: Results that are hard to show

private let hostile = #"</script><img src=x onerror="window.ran=1">'"\#u{301} onmouseover=alert(1)"#

/// Everything that an API, a database or a tester can say tries to become part of the page.
private func hostileResult() async throws -> ExplorationResult {
    struct Knowledge: ExplorationContext {
        var steps = 0
        var status = "start"
    }
    let column = Schema.Table(columns: [.init("id"), .init(hostile)])
    let tables = MemoryTables(name: "db\(hostile)", schema: Schema(tables: [hostile: column]))
    let answers = [
        #"{"note":"</script><img src=x onerror=\"window.ran=1\">","turned":"\#u{202E}gpj.exe","end":"a\#u{0}b"}"#,
        String(repeating: "<script>window.ran=1</script>", count: 5_000_010 / 29),
    ]
    let exploration = Exploration(of: Knowledge.self) {
        Action(hostile, over: [0, 1]) { run, _ in
            run.context.steps += 1
            run.context.status = hostile
            tables.set(table: hostile, key: Int64(run.context.steps), to: [.integer(1), .text(answers[0])])
            for answer in answers {
                run.journal.append(
                    Exchange(
                        method: "POST", path: "/\"onerror=alert(1)", requestHeaders: [.init("X-\(hostile)", hostile)],
                        requestBody: Array(hostile.utf8),
                        reply: .response(
                            status: 200, headers: [.init("Idempotency-Key", hostile)], body: Array(answer.utf8))))
            }
            return .accepted
        }
        .when { $0.steps < 2 }
        Invariant(hostile, .critical, hostile) { $0.context.steps < 2 }.explained { _ in hostile + answers[0] }
        StateMachine(\.status) { Arrow(hostile, from: "start", hostile, to: hostile) }
    }
    return try await Explorer(exploration, in: World(systems: [tables])).explore()
}

/// A small exploration's findings in a graph of 50,000 states and half a million steps.
private func largeResult() async throws -> ExplorationResult {
    let small = try await hostileResult()
    let (names, labels) = (small.graph.names, small.graph.labels)
    let width = 250
    let states = (0..<50_000).map { number in
        StateGraph.State(
            parent: number == 0 ? nil : number % width == 0 ? number - width : number - 1,
            depth: number / width + number % width, nameIndex: number == 0 ? 0 : 1)
    }
    var transitions: [StateGraph.Transition] = []
    for state in states.indices {
        for (label, next) in [(0, state + 1), (1, state + width)] where next < states.count {
            transitions.append(
                .init(source: state, target: next, labelIndex: label, isAccepted: true, isWrong: false))
        }
        for _ in 0..<8 {
            transitions.append(
                .init(source: state, target: state, labelIndex: 1, isAccepted: false, isWrong: false))
        }
    }
    var statistics = small.statistics
    statistics.states = states.count
    statistics.transitions = transitions.count
    return ExplorationResult(
        verdict: small.verdict, stopReason: small.stopReason, violations: small.violations, warnings: small.warnings,
        coverage: small.coverage, invariants: small.invariants, laws: small.laws, races: small.races,
        learnedVolatile: small.learnedVolatile, statistics: statistics, strategy: small.strategy, seed: small.seed,
        states: small.states,
        graph: StateGraph(states: states, transitions: transitions, labels: labels, names: names))
}
