import Rewind

/// What was tried in which state, against what the diagram says; and how often each rule was checked.
extension HTMLReport {
    var matrix: HTML {
        let coverage = result.coverage
        if coverage.actions.isEmpty { return .nothing }
        let examples = Examples(result)
        let heads = coverage.states.map { HTML.tag("th", ["scope": "col"], HTML(visible.text($0))) }
        let rows = coverage.actions.indices.map { action in
            HTML.tag(
                "tr", [:],
                [.tag("th", ["scope": "row"], .tag("code", [:], HTML(visible.text(coverage.actions[action]))))]
                    + coverage.states.indices.map { cell(state: $0, action: action, examples) })
        }
        return .tag(
            "section", ["id": "matrix", "class": "part", "aria-labelledby": "matrix-title"],
            .tag("h2", ["id": "matrix-title"], "What was tried in which state"),
            .tag(
                "p", ["class": "legend"],
                [
                    ("ok", "✓ accepted"), ("no", "· refused"), ("bad", "! against the diagram"),
                    ("open", "– not tried"),
                ].map { HTML.tag("span", ["class": $0.0], HTML($0.1)) }.joined(separator: " ")),
            .tag(
                "div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": "States and actions"],
                .tag(
                    "table", ["class": "matrix"],
                    .tag("thead", [:], .tag("tr", [:], [.tag("th", ["scope": "col"], "action")] + heads)),
                    .tag("tbody", [:], rows))))
    }

    private func cell(state: Int, action: Int, _ examples: Examples) -> HTML {
        let coverage = result.coverage
        let (seen, expected) = (
            coverage.observed(state: state, action: action), coverage.expected(state: state, action: action)
        )
        if seen.attempts == 0 {
            let isMissing = if case .accepted = expected { true } else { false }
            return .tag("td", ["class": isMissing ? "open missing" : "open"], isMissing ? "never walked" : "–")
        }
        var counts: [String] = []
        if seen.accepted > 0 { counts.append("✓ \(grouped(seen.accepted))") }
        if seen.refused > 0 { counts.append("· \(grouped(seen.refused))") }
        if seen.failed > 0 { counts.append("✗ \(grouped(seen.failed))") }
        let isWrong = Self.isAgainst(seen, expected)
        if isWrong { counts.append("!") }
        let kind = isWrong ? "bad" : seen.accepted > 0 ? "ok" : "no"
        let details: [HTML] =
            [.tag("p", [:], HTML("Expected: \(self.expected(expected))."))]
            + examples.lines(state: state, action: action).map { .tag("p", [:], HTML(visible.text($0))) }
        return .tag(
            "td", ["class": kind],
            .tag(
                "details", [:], .tag("summary", [:], HTML(counts.joined(separator: " "))),
                .tag("div", ["class": "example"], details)))
    }

    private func expected(_ expectation: Coverage.Expectation) -> String {
        switch expectation {
        case .accepted(let targets): "accepted, to \(targets.map(visible.text).joined(separator: " or "))"
        case .refused: "refused"
        case .open: "either, as the diagram does not mention the action"
        }
    }

    private static func isAgainst(_ seen: Coverage.Cell, _ expected: Coverage.Expectation) -> Bool {
        switch expected {
        case .open: false
        case .refused: seen.accepted > 0
        case .accepted(let targets): !seen.targets.isSubset(of: targets) || seen.accepted == 0
        }
    }

    // MARK: Rules

    var checks: HTML {
        func rows(_ checks: [CheckCount], _ kind: String) -> [HTML] {
            checks.map { check in
                let broken = result.violations.count { $0.rule.name == check.name }
                return .tag(
                    "tr", ["class": broken > 0 ? "broken" : check.timesChecked == 0 ? "unchecked" : nil],
                    .tag("th", ["scope": "row"], .tag("code", [:], HTML(visible.text(check.name)))),
                    .tag("td", [:], HTML(kind)), .tag("td", [:], HTML(check.severity.rawValue)),
                    .tag(
                        "td", ["class": "count"],
                        HTML(check.timesChecked == 0 ? "never" : "\(grouped(check.timesChecked))×")),
                    .tag("td", [:], HTML(broken > 0 ? "broken" : check.timesChecked == 0 ? "not checked" : "held")),
                    .tag("td", [:], HTML(visible.text(check.description))))
            }
        }
        let all = rows(result.invariants, "invariant") + rows(result.laws, "law")
        if all.isEmpty { return .nothing }
        let heads = ["rule", "kind", "severity", "checked", "result", "what it says"]
        return .tag(
            "section", ["id": "checks", "class": "part", "aria-labelledby": "checks-title"],
            .tag("h2", ["id": "checks-title"], "Invariants and laws"),
            .tag(
                "div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Invariants and laws"],
                .tag(
                    "table", ["class": "checks"],
                    .tag("thead", [:], .tag("tr", [:], heads.map { .tag("th", ["scope": "col"], HTML($0)) })),
                    .tag("tbody", [:], all))))
    }
}

/// A path to an example of each cell of the matrix: the nearest state in which the action was accepted, and in which it was
/// refused. Cost: one pass over the steps.
private struct Examples {
    private struct Key: Hashable {
        let state, action: Int
        let isAccepted: Bool
    }

    private var found: [Key: StateGraph.Transition] = [:]
    private let graph: StateGraph

    init(_ result: ExplorationResult) {
        graph = result.graph
        let actions = result.coverage.actions
        let actionOfLabel = graph.labels.map { label in
            actions.firstIndex(of: label) ?? actions.firstIndex { label.hasPrefix($0 + "(") } ?? -1
        }
        for step in graph.transitions {
            let state = graph.states[step.source]
            let key = Key(state: state.nameIndex, action: actionOfLabel[step.labelIndex], isAccepted: step.isAccepted)
            guard let known = found[key] else {
                found[key] = step
                continue
            }
            if state.depth < graph.states[known.source].depth { found[key] = step }
        }
    }

    func lines(state: Int, action: Int) -> [String] {
        [true, false].compactMap { isAccepted in
            guard let step = found[Key(state: state, action: action, isAccepted: isAccepted)] else { return nil }
            let path = graph.firstPath(to: step.source) + [graph.labels[step.labelIndex]]
            return "\(isAccepted ? "Accepted" : "Refused"): \(path.joined(separator: " → "))"
                + (isAccepted ? ", which leads to \(graph.name(of: step.target))" : "")
        }
    }
}
