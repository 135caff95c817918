import Rewind

/// The state graph for Graphviz. At most 1,000 states; what is left out is said in the graph's label.
public struct DotGraph: Sendable {
    private let drawing: Drawing
    private let visible: Visible

    public init(_ result: ExplorationResult, redaction: Redaction = .standard) {
        drawing = Drawing(result.graph, paths: result.wrongPaths, limit: 1000)
        visible = Visible(redaction: redaction)
    }

    /// A directed graph, with a line break at its end.
    public var text: String {
        var lines = [
            "digraph rewind {", "  rankdir=LR;",
            "  node [shape=box, style=\"rounded\", fontname=\"Helvetica\", fontsize=11];",
            "  edge [fontname=\"Helvetica\", fontsize=9];",
        ]
        if let remark = drawing.remark { lines.append("  label=\(quoted(remark));") }
        for node in drawing.nodes {
            let color = node.isWrong ? ", color=\"#c8102e\", penwidth=2" : ""
            lines.append("  s\(node.state) [label=\(quoted(visible.text(node.name)))\(color)];")
            if node.refused > 0 {
                lines.append(
                    "  s\(node.state) -> s\(node.state) [label=\"\(node.refused) refused\", style=dotted, color=gray60, fontcolor=gray40];"
                )
            }
        }
        for arrow in drawing.arrows {
            let color = arrow.isWrong ? ", color=\"#c8102e\"" : arrow.isOnPath ? ", penwidth=2" : ""
            let label = arrow.labels.map(visible.text).joined(separator: "\n")
            lines.append(
                "  s\(drawing.nodes[arrow.source].state) -> s\(drawing.nodes[arrow.target].state) [label=\(quoted(label))\(color)];"
            )
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }
}

extension ExplorationResult {
    /// The paths of all violations in the graph.
    var wrongPaths: [[StateGraph.Transition]] { violations.map { graph.path(of: $0.counterexample.path) } }
}
