import Foundation
import Rewind
import Testing

@testable import RewindReport

@Suite struct `A page` {
    @Test(arguments: [
        ("<b>", "&lt;b&gt;"), ("a & b", "a &amp; b"), ("'\"", "&#39;&quot;"),
        // With an accent they are other characters, and still end an attribute.
        ("x\"\u{301} on'\u{301}<\u{301}", "x&quot;\u{301} on&#39;\u{301}&lt;\u{301}"),
    ])
    func `takes no text for a tag`(text: String, escaped: String) {
        #expect(HTML(text).source == escaped)
        #expect(HTML.tag("p", ["title": text], HTML(text)).source == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test(arguments: [
        ("a\u{202E}b", "a⟨U+202E⟩b"), ("\0", "⟨U+0000⟩"), ("\u{1B}[2J", "⟨U+001B⟩[2J"), ("a\n\tb", "a\n\tb"),
        ("\u{2028}\u{FEFF}\u{E000}", "⟨U+2028⟩⟨U+FEFF⟩⟨U+E000⟩"), ("Zoë 円 🙂", "Zoë 円 🙂"),
    ])
    func `spells out what can't be seen`(text: String, spelled: String) {
        #expect(Visible.spelled(text) == spelled)
    }
}

@Suite struct `A layout` {
    @Test func `has a column for each distance, and the path in the first row`() {
        let layout = Layout(
            columns: [0, 1, 1, 2, 2], isPinned: [true, false, true, false, true],
            arrows: [(0, 1), (0, 2), (1, 3), (2, 4), (4, 2), (1, 4)])
        let (columns, rows) = (layout.places.map { $0.column }, layout.places.map { $0.row })
        #expect(columns == [0, 1, 1, 2, 2])
        #expect(rows == [0, 1, 0, 1, 0])
        #expect((layout.columns, layout.rows) == (3, 2))
    }

    @Test func `puts states beside what leads to them, so that arrows do not cross`() {
        let layout = Layout(
            columns: [0, 1, 1, 1, 2, 2, 2], isPinned: Array(repeating: false, count: 7),
            arrows: [(0, 1), (0, 2), (0, 3), (3, 4), (2, 5), (1, 6)])
        let rows = layout.places.map { $0.row }
        #expect(Array(rows[1...3]) == Array(rows[4...6].reversed()))
    }

    @Test func `of nothing has no place`() {
        #expect(Layout(columns: [], isPinned: [], arrows: []).rows == 0)
    }
}

/// A counter that must stay below three. Counting by two skips a state, and a refusal changes nothing.
private func counted(
    upTo limit: Int = 3, named name: String = "count", hasDiagram: Bool = true
) async throws -> ExplorationResult {
    struct Counter: ExplorationContext {
        var value = 0
    }
    let tables = MemoryTables(name: "db", schema: Schema(tables: ["numbers": .init(columns: [.init("value")])]))
    let exploration = Exploration(of: Counter.self) {
        Action(name, over: [1, 2, 9]) { run, number in
            let isAccepted = number < 9
            run.journal.append(
                Exchange(
                    method: "POST", path: "/count/\(number)",
                    requestHeaders: [.init("Idempotency-Key", "key \(number)")],
                    reply: .response(status: isAccepted ? 200 : 409, headers: [], body: Array("{}".utf8))))
            guard isAccepted else { return .refused }
            run.context.value += number
            tables.set(table: "numbers", key: 1, to: [.integer(Int64(run.context.value))])
            return .accepted
        }
        Invariant("below_limit", .critical, "It stays below \(limit)") { $0.context.value < limit }
            .explained { "It is \($0.context.value)." }
        if hasDiagram { StateMachine(\.value) { Arrow(name, from: 0, 1, 2, to: 1, 2, 3) } }
    }
    return try await Explorer(exploration, in: World(systems: [tables])).explore()
}

private func page(_ result: ExplorationResult, _ redaction: Redaction = .standard) -> String {
    String(
        decoding: HTMLReport(result, about: .init(exploration: "e", title: "t"), redaction: redaction).data,
        as: UTF8.self)
}

@Suite struct `The HTML report` {
    @Test func `says the verdict, how far it is proved, and each step of the path`() async throws {
        let html = page(try await counted())
        #expect(html.contains("<span class=\"badge\">Violated</span>"))
        #expect(html.contains("<p class=\"answer\">2 violations: 1 critical, 1 high.</p>"))
        #expect(html.contains("It ended because every step from every reachable state was taken."))
        #expect(html.contains("Chance of a fingerprint collision: below 10⁻³"))
        #expect(html.contains("<span class=\"because\">because </span>It is 3.</h2>"))
        #expect(html.contains("<a href=\"#v1-s2\" class=\"to-step\" data-step=\"v1-s2\">"))
        #expect(html.contains("<span class=\"seen\">200 · 1 → 3</span><span class=\"mark\">goes wrong here</span>"))
        #expect(html.contains("Idempotency-Key: <code>key 1</code>"))
        #expect(html.contains("<del>1</del><span class=\"to\"> → </span><ins>3</ins>"))
        #expect(html.contains("Accepted: count(1) → count(1), which leads to 2"))
    }

    @Test func `has nothing from elsewhere, and a policy that lets nothing in`() async throws {
        let html = page(try await counted())
        #expect(html.contains("content=\"default-src &#39;none&#39;; style-src &#39;sha256-"))
        for word in ["http:", "https:", "<img", "<link", "<iframe", "@import", "url(h", "style=\""] {
            let isOfCurl = word == "http:"
            #expect(html.components(separatedBy: word).count == 1 || isOfCurl, "\(word)")
        }
    }

    @Test func `is the same for the same result`() async throws {
        let result = try await counted()
        #expect(page(result) == page(result))
    }
}

@Suite struct `Graphs` {
    @Test func `for Mermaid have a thick way to what is wrong`() async throws {
        let text = MermaidGraph(try await counted()).text
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.first == "flowchart LR")
        #expect(lines.contains("  s0[\"0\"]"))
        #expect(lines.contains("  s0 ==>|\"count(1)\"| s1"))
        #expect(lines.contains("  s1 ==>|\"count(2)\"| s3"))
        #expect(lines.contains("  s0 -.->|\"1 refused\"| s0"))
        #expect(lines.contains("  class s3,s4 wrong"))
    }

    @Test func `for Graphviz have a red way to what is wrong`() async throws {
        let lines = DotGraph(try await counted()).text.split(separator: "\n").map(String.init)
        #expect(lines.first == "digraph rewind {" && lines.last == "}")
        #expect(lines.contains("  s3 [label=\"3\", color=\"#c8102e\", penwidth=2];"))
        #expect(lines.contains("  s1 -> s3 [label=\"count(2)\", color=\"#c8102e\"];"))
    }

    @Test func `escape names`() async throws {
        let name = "a\"];b[\\<x>\n\u{202E}|#c"
        let result = try await counted(named: name)
        let (mermaid, dot) = (MermaidGraph(result).text, DotGraph(result).text)
        #expect(mermaid.contains("a#34;#93;#59;b#91;#92;#60;x#62; ⟨U+202E⟩#124;#35;c(1)"))
        #expect(dot.contains("label=\"a\\\"];b[\\\\<x> ⟨U+202E⟩|#c(1)\""))
    }

    @Test func `draw what lies next to the path where there are too many states`() async throws {
        let result = try await counted(upTo: 40, hasDiagram: false)
        let drawing = Drawing(result.graph, paths: result.wrongPaths, limit: 30, neighbours: 1)
        #expect(drawing.nodes.count < drawing.statesInAll)
        let steps = try #require(result.violations.first).counterexample.steps.count
        let onPath = drawing.nodes.filter { $0.isOnPath }
        #expect(onPath.count == steps + 1)
        #expect(drawing.remark?.hasSuffix("\(drawing.statesInAll - drawing.nodes.count) are hidden.") == true)
    }

    @Test func `of a diagram have one node for all states that it takes for one`() async throws {
        let result = try await counted()
        let drawing = Drawing(diagramOf: result.graph)
        #expect(drawing.nodes.map(\.name) == result.graph.names)
        let arrows = drawing.arrows.filter { $0.source != $0.target }
        #expect(arrows.count == 6 && arrows.allSatisfy { $0.labels == ["count"] })
        let refused = drawing.nodes.reduce(0) { $0 + $1.refused }
        let refusals = result.graph.transitions.filter { !$0.isAccepted }
        #expect(refused == refusals.count)
    }
}
