import Rewind

/// What was found wrong: a list of it, then each with its path, its steps and how to see it again.
extension HTMLReport {
    /// At most this many are shown, the most severe ones.
    private static let violationsShown = 100

    var violations: HTML {
        let shown = result.violations.prefix(Self.violationsShown)
        if shown.isEmpty { return overview }
        let list = shown.indices.map { index in
            let violation = shown[index]
            return HTML.tag(
                "li", [:],
                .tag(
                    "a", ["href": "#v\(index + 1)"], severity(violation.rule.severity),
                    .tag("span", ["class": "rule"], HTML(visible.text(violation.rule.name))),
                    .tag("span", ["class": "where"], HTML(counted(violation.counterexample.steps.count, "step")))))
        }
        let hidden = result.violations.count - shown.count
        return .tag(
            "div", ["class": "violations"],
            .tag(
                "nav", ["aria-label": "Violations", "class": "list"], .tag("ol", [:], list),
                hidden > 0 ? .tag("p", [:], HTML("\(grouped(hidden)) more are not shown.")) : .nothing),
            .tag("div", ["class": "found"], shown.indices.map { article(of: shown[$0], number: $0 + 1) }))
    }

    private func severity(_ severity: Severity) -> HTML {
        .tag("span", ["class": "severity \(severity.rawValue)"], HTML(severity.rawValue))
    }

    /// One violation.
    private func article(of violation: Violation, number: Int) -> HTML {
        let id = "v\(number)"
        let path = result.graph.path(of: violation.counterexample.path)
        let steps = violation.counterexample.steps.indices.map { index in
            StepHTML(self, violation, path: path, step: index, id: "\(id)-s\(index + 1)")
        }
        return .tag(
            "article", ["id": id, "class": "violation", "aria-labelledby": "\(id)-title", "tabindex": "-1"],
            .tag(
                "h2", ["id": "\(id)-title"], .tag("span", ["class": "because"], "because "),
                HTML(visible.text(violation.message))),
            .tag(
                "p", ["class": "rule"], severity(violation.rule.severity), HTML(" "),
                .tag("strong", [:], HTML(visible.text(violation.rule.name))), HTML(" "),
                HTML(visible.text(violation.rule.statement))),
            .tag(
                "ol", ["class": "path", "aria-label": "The shortest path"], steps.map(\.link)),
            .tag("div", ["class": "steps"], steps.map(\.section)),
            figure(of: violation, path, id: id),
            reproduction(of: violation, id: id),
            .tag("p", ["class": "confirmed"], confirmation(of: violation)))
    }

    private func confirmation(of violation: Violation) -> HTML {
        switch violation.confirmation {
        case .confirmed: HTML("Confirmed ×1: replayed from the start, it occurred again.")
        case .notReproduced(let why): .tag("strong", [:], "Not reproduced.") + HTML(" " + visible.text(why))
        }
    }

    // MARK: Graphs

    /// States that fit into one picture.
    static let statesDrawn = 24

    private func figure(of violation: Violation, _ path: [StateGraph.Transition], id: String) -> HTML {
        let drawing = Drawing(result.graph, paths: [path], limit: Self.statesDrawn)
        var anchors: [Int: String] = [:]
        for (index, step) in path.enumerated() { anchors[step.target] = "\(id)-s\(index + 1)" }
        return figure(
            drawing,
            title: "The path among the states: "
                + violation.counterexample.path.map(visible.text).joined(separator: ", then "),
            anchors: anchors)
    }

    private func figure(_ drawing: Drawing, title: String, anchors: [Int: String]) -> HTML {
        if drawing.nodes.isEmpty { return .nothing }
        let svg = GraphSVG(drawing, title: title, anchors: anchors, visible: visible)
        return .tag(
            "figure", ["class": "graph"],
            .tag("div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": "State graph"], svg.html),
            .tag("figcaption", [:], HTML(drawing.remark ?? "All \(counted(drawing.statesInAll, "state")).")))
    }

    /// Without a violation the states themselves are what there is to see.
    private var overview: HTML {
        let drawing = Drawing(result.graph, paths: [], limit: Self.statesDrawn)
        if drawing.nodes.count < 2 { return .nothing }
        return .tag(
            "section", ["id": "states", "class": "part", "aria-labelledby": "states-title"],
            .tag("h2", ["id": "states-title"], "States"),
            figure(drawing, title: "The states and the steps between them", anchors: [:]))
    }

    // MARK: Seeing it again

    private func reproduction(of violation: Violation, id: String) -> HTML {
        let recorded = RecordedCounterexample(violation, exploration: about.exploration, redaction: redaction)
        var forms: [(name: String, text: String)] = []
        if about.isKept { forms.append(("Command", "rewind replay \(recorded.id)\n")) }
        if let command = about.command { forms.append(("Explore again", visible.text(command) + "\n")) }
        if recorded.steps.contains(where: { !$0.exchanges.isEmpty }) {
            forms.append(("curl", CurlScript(recorded).text))
        }
        if let file = about.file { forms.append(("Exploration file", PathFile(recorded, importing: file).text)) }
        if let swift = about.swift {
            forms.append(("Swift test", SwiftTest(recorded, of: swift.expression, in: swift.module).text))
        }
        let pieces = forms.enumerated().map { number, form in
            HTML.tag(
                "details", [:], .tag("summary", [:], HTML(form.name)),
                code(Visible.spelled(redaction.text(form.text)), id: "\(id)-r\(number + 1)", label: form.name))
        }
        return .tag("section", ["class": "again", "aria-label": "Reproduce"], [.tag("h3", [:], "Reproduce")] + pieces)
    }

    /// Text to be copied.
    func code(_ text: String, id: String, label: String) -> HTML {
        .tag(
            "div", ["class": "copied"],
            .tag("pre", ["id": id, "tabindex": "0", "aria-label": label], HTML(text)),
            .tag("button", ["type": "button", "class": "copy", "data-copy": id, "hidden": ""], "Copy"))
    }
}
