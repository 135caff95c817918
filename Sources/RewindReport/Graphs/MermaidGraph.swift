import Rewind

/// The state graph for Mermaid, as a flowchart: what GitHub and GitLab draw in Markdown. At most 60 states, as more can't
/// be read there; what is left out is said in a node.
public struct MermaidGraph: Sendable {
    private let drawing: Drawing
    private let visible: Visible

    public init(_ result: ExplorationResult, redaction: Redaction = .standard) {
        drawing = Drawing(result.graph, paths: result.wrongPaths, limit: 60)
        visible = Visible(redaction: redaction)
    }

    /// A flowchart, with a line break at its end.
    public var text: String {
        var lines = ["flowchart LR"]
        for node in drawing.nodes { lines.append("  s\(node.state)[\"\(escaped(node.name))\"]") }
        if let remark = drawing.remark { lines.append("  hidden[\"\(escaped(remark))\"]:::hidden") }
        var wrong: [Int] = []
        for (number, arrow) in drawing.arrows.enumerated() {
            let label = arrow.labels.map(escaped).joined(separator: "<br/>")
            if arrow.isWrong { wrong.append(number) }
            lines.append(
                "  s\(drawing.nodes[arrow.source].state) \(arrow.isOnPath ? "==>" : "-->")|\"\(label)\"| s\(drawing.nodes[arrow.target].state)"
            )
        }
        for node in drawing.nodes where node.refused > 0 {
            lines.append("  s\(node.state) -.->|\"\(node.refused) refused\"| s\(node.state)")
        }
        let isWrong = drawing.nodes.filter(\.isWrong).map { "s\($0.state)" }.joined(separator: ",")
        if !isWrong.isEmpty { lines.append("  class \(isWrong) wrong") }
        lines.append("  classDef wrong stroke:#c8102e,stroke-width:3px")
        lines.append("  classDef hidden stroke-dasharray:4")
        if !wrong.isEmpty {
            lines.append("  linkStyle \(wrong.map(String.init).joined(separator: ",")) stroke:#c8102e,stroke-width:3px")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// By Mermaid's own way to write characters: their number, between # and a semicolon.
    private func escaped(_ text: String) -> String {
        visible.text(text).unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "<", ">", "&", "#", "`", ";", "|", "[", "]", "{", "}", "\\", "%": "#\(scalar.value);"
            default: String(scalar)
            }
        }.joined()
    }
}
