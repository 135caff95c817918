import Rewind

/// The result as workflow commands, which GitHub Actions shows beside the lines of a file: one for each violation, and
/// one for each reason for which a run was not decided.
///
/// GitHub shows ten errors, ten warnings and ten notices of a step; the most severe violations come first.
public struct GitHubAnnotations: Sendable {
    private let summary: RunSummary

    public init(_ summary: RunSummary) { self.summary = summary }

    /// A line for each, with a line break at its end; empty when nothing is to be said.
    public var text: String {
        (summary.findings.map(annotation) + summary.reasons.map(notDecided) + summary.warnings.map(warning))
            .map { $0 + "\n" }.joined()
    }

    private func annotation(_ finding: Finding) -> String {
        // What was not reproduced is told, and is no finding.
        let command = finding.isConfirmed ? finding.severity.command : "warning"
        let again = summary.isKept ? ["Again: \(finding.replay)"] : []
        return line(
            command, title: "\(finding.name) [\(finding.severity.rawValue)]", at: finding.place,
            finding.summary + again)
    }

    private func notDecided(_ reason: String) -> String {
        line("error", title: "\(summary.title): not decided", at: summary.declarations.whole, [reason])
    }

    private func warning(_ sentence: String) -> String {
        line("warning", title: summary.title, at: summary.declarations.whole, [sentence])
    }

    private func line(_ command: String, title: String, at place: Declarations.Place?, _ lines: [String]) -> String {
        var properties: [(name: String, value: String)] = []
        if let place {
            properties.append(("file", place.file))
            if let line = place.line { properties.append(("line", "\(line)")) }
            if let column = place.column { properties.append(("col", "\(column)")) }
        }
        properties.append(("title", title))
        let list = properties.map { "\($0.name)=\(Self.property($0.value))" }.joined(separator: ",")
        return "::\(command) \(list)::\(Self.message(lines.joined(separator: "\n")))"
    }

    /// A message: what would end the line is percent-encoded, and the percent sign itself.
    private static func message(_ text: String) -> String {
        text.printableLines.map { $0.escaping { $0 == "%" ? "%25" : nil } }.joined(separator: "%0A")
    }

    /// The value of a property: what would end it, too.
    private static func property(_ text: String) -> String {
        message(text).escaping { scalar in
            switch scalar {
            case ":": "%3A"
            case ",": "%2C"
            default: nil
            }
        }
    }
}

extension Severity {
    fileprivate var command: String {
        switch self {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low: "notice"
        }
    }
}
