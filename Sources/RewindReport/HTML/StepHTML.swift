import Foundation
import Rewind

/// One step of a counterexample: what was expected and seen, requests and answers, and what changed.
struct StepHTML {
    private let report: HTMLReport
    private let violation: Violation
    private let step: Counterexample.Step
    private let transition: StateGraph.Transition?
    private let number: Int
    private let id: String

    init(_ report: HTMLReport, _ violation: Violation, path: [StateGraph.Transition], step: Int, id: String) {
        (self.report, self.violation, self.id, number) = (report, violation, id, step)
        self.step = violation.counterexample.steps[step]
        transition = path.indices.contains(step) ? path[step] : nil
    }

    /// Paths are as short as they can be, so what is wrong shows at their end.
    private var isWrong: Bool { number == violation.counterexample.steps.count - 1 }
    private var visible: Visible { report.visible }
    private var label: String { visible.text(step.label) }

    // MARK: In the path

    var link: HTML {
        .tag(
            "li", ["class": isWrong ? "wrong" : nil],
            .tag(
                "a", ["href": "#\(id)", "class": "to-step", "data-step": id],
                .tag("span", ["class": "number"], HTML("\(number + 1)")),
                .tag("span", ["class": "label"], HTML(label)),
                .tag("span", ["class": "seen"], HTML(brief)),
                isWrong ? .tag("span", ["class": "mark"], "goes wrong here") : .nothing))
    }

    /// `200 · paid → refunded`
    private var brief: String {
        let status = step.exchanges.last.map { $0.status.map(String.init) ?? "no answer" }
        return [status ?? outcome, move].compactMap(\.self).joined(separator: " · ")
    }

    private var move: String? {
        guard let transition else { return nil }
        let (from, to) = (
            report.result.graph.name(of: transition.source), report.result.graph.name(of: transition.target)
        )
        if report.result.graph.names.count < 2 { return nil }
        return from == to ? "stays \(visible.text(to))" : "\(visible.text(from)) → \(visible.text(to))"
    }

    private var outcome: String {
        switch step.outcome {
        case .accepted: "accepted"
        case .refused: "refused"
        case .skipped(let why): "skipped: \(visible.text(why))"
        case .failed(let why): "failed: \(visible.text(why))"
        }
    }

    // MARK: In full

    var section: HTML {
        .tag(
            "section",
            ["id": id, "class": isWrong ? "step wrong" : "step", "aria-labelledby": "\(id)-title", "tabindex": "-1"],
            .tag(
                "h3", ["id": "\(id)-title"], .tag("span", ["class": "number"], HTML("\(number + 1)")), HTML(" "),
                .tag("code", [:], HTML(label)), HTML(" "),
                isWrong ? .tag("span", ["class": "mark"], "goes wrong here") : .nothing),
            expectation,
            .tag("div", ["class": "panes"], exchanges, changes),
            timeline)
    }

    private var expectation: HTML {
        .tag(
            "dl", ["class": "expected"],
            .tag("div", [:], .tag("dt", [:], "Expected"), .tag("dd", [:], HTML(expected))),
            .tag(
                "div", ["class": isWrong ? "wrong" : nil], .tag("dt", [:], "Observed"),
                .tag("dd", [:], HTML([outcome, move].compactMap(\.self).joined(separator: ", ")))))
    }

    /// What the diagram says, and of the last step what the rule says.
    private var expected: String {
        let coverage = report.result.coverage
        var said = "no arrow of a diagram is about it"
        if let transition, let action = coverage.actions.firstIndex(of: step.action) {
            let state = report.result.graph.states[transition.source].nameIndex
            let from = visible.text(coverage.states[state])
            switch coverage.expected(state: state, action: action) {
            case .accepted(let targets):
                said = "accepted, \(from) → \(targets.map(visible.text).joined(separator: " or "))"
            case .refused: said = "refused in state \(from)"
            case .open: break
            }
        }
        if isWrong && violation.rule.kind != .stateMachine { said += "; \(visible.text(violation.rule.statement))" }
        return said
    }

    // MARK: Requests and answers

    private var exchanges: HTML {
        let shown = step.exchanges.prefix(20).enumerated().map { exchange($1, number: $0 + 1) }
        let none = HTML.tag("p", ["class": "none"], "No request was sent to the API: something else did this.")
        return .tag(
            "section", ["class": "exchanges", "aria-label": "Requests and answers"], shown.isEmpty ? [none] : shown)
    }

    private func exchange(_ raw: Exchange, number: Int) -> HTML {
        let exchange = raw.redacted(by: report.redaction)
        let request = "\(id)-e\(number)"
        return .tag(
            "div", ["class": "exchange"],
            .tag(
                "h4", [:], .tag("span", ["class": "method"], HTML(visible.text(exchange.method))), HTML(" "),
                .tag("code", [:], HTML(visible.text(exchange.path)))),
            headers(exchange.requestHeaders), body(exchange.requestBody, label: "Request body"),
            answer(exchange.reply),
            .tag(
                "details", ["class": "curl"], .tag("summary", [:], "As curl"),
                report.code(Visible.spelled(CurlCommand(exchange).text), id: request, label: "The request as curl")))
    }

    private func answer(_ reply: Exchange.Reply) -> HTML {
        switch reply {
        case .lost(let reason):
            return .tag("h4", ["class": "answer lost"], HTML("No answer: \(visible.text(reason))"))
        case .response(let status, let headers, let body):
            let kind = status >= 500 ? "failed" : status >= 400 ? "refused" : "accepted"
            return .tag(
                "h4", ["class": "answer \(kind)"], .tag("span", ["class": "status"], HTML("\(status)")), " answer")
                + self.headers(headers) + self.body(body, label: "Answer")
        }
    }

    /// The key that makes a repeated request harmless is shown; the other headers are folded.
    private func headers(_ headers: [Exchange.Header]) -> HTML {
        let isKey = { (header: Exchange.Header) in header.name.lowercased().hasSuffix("idempotency-key") }
        let keys = headers.filter(isKey).map {
            HTML.tag(
                "p", ["class": "key"], HTML("\(visible.text($0.name)): "),
                .tag("code", [:], HTML(visible.text($0.value))))
        }
        let others = headers.filter { !isKey($0) }
        if others.isEmpty { return keys.joined }
        let lines = others.map { "\(visible.text($0.name)): \(visible.text($0.value))" }.joined(separator: "\n")
        return keys.joined
            + .tag(
                "details", ["class": "headers"], .tag("summary", [:], HTML(counted(others.count, "header"))),
                .tag("pre", [:], HTML(lines)))
    }

    private func body(_ bytes: [UInt8], label: String) -> HTML {
        if bytes.isEmpty { return .nothing }
        let (text, note) = visible.body(bytes)
        return .tag("pre", ["class": "body", "tabindex": "0", "aria-label": label], HTML(text))
            + (note.map { .tag("p", ["class": "note"], HTML($0)) } ?? .nothing)
    }

    // MARK: Changes

    private var changes: HTML {
        let systems = step.changes.filter(\.changes.changesContent)
        let tables = systems.flatMap { system in
            Dictionary(grouping: system.changes.rows, by: \.table).sorted { $0.key < $1.key }.map { name, rows in
                ChangesHTML(system: system, table: name, rows: rows, visible: visible).html
            }
        }
        let none = HTML.tag("p", ["class": "none"], "Nothing changed.")
        return .tag(
            "section", ["class": "changes", "aria-label": "Database before and after"], tables.isEmpty ? [none] : tables
        )
    }

    // MARK: Time

    /// A bar for each request, when there are several.
    private var timeline: HTML {
        if step.exchanges.count < 2 { return .nothing }
        let total = step.exchanges.reduce(0) { $0 + Double($1.durationNanoseconds) }
        var start = 0.0
        let rows = step.exchanges.prefix(20).enumerated().map { index, exchange in
            let (x, width) = (start / max(total, 1) * 300, Double(exchange.durationNanoseconds) / max(total, 1) * 300)
            start += Double(exchange.durationNanoseconds)
            let y = index * 18
            return HTML.tag(
                "rect",
                [
                    "x": fixed(x, digits: 1), "y": "\(y)", "width": fixed(max(width, 2), digits: 1), "height": "12",
                    "rx": "3",
                ])
                + .tag(
                    "text", ["x": "310", "y": "\(y + 10)"],
                    HTML(
                        "\(visible.text(exchange.method)) \(fixed(Double(exchange.durationNanoseconds) / 1e6, digits: 1)) ms"
                    ))
        }
        return .tag(
            "svg",
            [
                "class": "timeline", "viewBox": "0 0 460 \(rows.count * 18)", "width": "460",
                "height": "\(rows.count * 18)", "role": "img",
                "aria-label": "When the requests were sent, one after another",
            ],
            rows)
    }
}
