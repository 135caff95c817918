import Rewind

/// The result in short, for the summary of a job or a comment on a change: GitHub's and GitLab's Markdown.
///
/// GitHub takes at most 1 MiB for a step's summary, so of many violations only the first are told in full.
public struct MarkdownReport: Sendable {
    /// Violations told in full; the table has all of them up to ten times as many.
    static let longest = 20

    private let summary: RunSummary

    public init(_ summary: RunSummary) { self.summary = summary }

    /// The whole report, with a line break at its end.
    public var text: String {
        let sections = [head, violations, comparison, warnings, checks]
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private var head: [String] {
        var lines = ["## \(summary.verdict.mark) Rewind: \(Markdown.plain(summary.title))", ""]
        lines += ["**\(Markdown.plain(summary.headline))**", ""]
        if !summary.reasons.isEmpty { lines += summary.reasons.map { "- \(Markdown.plain($0))" } + [""] }
        let seconds = fixed(summary.seconds, digits: 2)
        lines.append(
            "\(summary.counts). It ended because \(Markdown.plain(summary.stopReason)). "
                + "\(summary.strategy), seed \(summary.seed), \(seconds) s.")
        return lines
    }

    // MARK: Violations

    private var violations: [String] {
        if summary.findings.isEmpty { return [] }
        let listed = summary.findings.prefix(10 * Self.longest)
        let rows = listed.map { finding in
            let state = finding.isConfirmed ? finding.severity.rawValue : "not reproduced"
            return "| \(state) | \(Markdown.code(finding.name)) | \(Markdown.plain(finding.message)) "
                + "| \(Markdown.code(finding.path)) | \(Markdown.code(finding.id)) |"
        }
        let unlisted = summary.findings.count - listed.count
        let rest = unlisted > 0 ? ["", "And \(counted(unlisted, "more violation"))."] : []
        let table = ["| severity | rule | seen | path | id |", "|---|---|---|---|---|"] + rows + rest
        return table + summary.findings.prefix(Self.longest).flatMap(details)
    }

    private func details(_ finding: Finding) -> [String] {
        let place = finding.place.map { place in
            Markdown.code(place.file + (place.line.map { ":\($0)" } ?? ""))
        }
        var lines = [
            "", "<details><summary>\(Markdown.html("\(finding.name): \(finding.message)"))</summary>", "",
            Markdown.plain(finding.statement) + (place.map { " (\($0))" } ?? ""), "", "```text",
        ]
        lines += finding.whole.map(Markdown.fenced)
        lines.append("```")
        if summary.isKept { lines += ["", "Again: \(Markdown.code(finding.replay))"] }
        return lines + ["", "</details>"]
    }

    private var comparison: [String] {
        guard let comparison = summary.comparison, !comparison.isEmpty else { return [] }
        let head = ["| against run \(Markdown.plain(comparison.earlier)) | | |", "|---|---|---|"]
        return head + [
            row("new", comparison.new), row("still there", comparison.still), row("not seen again", comparison.gone),
        ]
    }

    private func row(_ what: String, _ found: [RunComparison.Found]) -> String {
        var listed = found.prefix(Self.longest).map { Markdown.code("\($0.id) \($0.rule)") }
        if found.count > listed.count { listed.append("…") }
        return "| \(what) | \(found.count) | \(listed.joined(separator: ", ")) |"
    }

    // MARK: Notes

    private var warnings: [String] { summary.warnings.map { "- Warning: \(Markdown.plain($0))" } }

    private var checks: [String] {
        let rows = summary.checks.map { check in
            let remark = if case .skipped(let why) = check.outcome { why } else { check.remark }
            return "| \(check.outcome.word) | \(Markdown.code(check.name)) | \(Markdown.plain(check.statement)) "
                + "| \(Markdown.plain(remark)) |"
        }
        let head = ["<details><summary>All \(summary.checks.count) checks</summary>", "", "| | check | says | |"]
        return head + ["|---|---|---|---|"] + rows + ["", "</details>"]
    }
}

extension Verdict {
    fileprivate var mark: String {
        switch self {
        case .held: "✅"
        case .violated: "❌"
        case .notDecided: "❔"
        }
    }
}

/// Texts from elsewhere, made harmless for GitHub's Markdown: one line each, with no markup of their own.
private enum Markdown {
    /// In a paragraph, a list or the cell of a table.
    static func plain(_ text: String) -> String {
        html(text).escaping { scalar in
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "|", "~", "$", "#": "\\\(scalar)"
            default: nil
            }
        }
    }

    /// In HTML, and without calling anybody: an `@` with something behind it would.
    static func html(_ text: String) -> String {
        printable(text).escaping { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "@": "@\u{200B}"
            default: nil
            }
        }
    }

    /// As code within a line. There is no escape in it but for the bar, which a table takes even there.
    static func code(_ text: String) -> String {
        let inner = printable(text).escaping { $0 == "`" ? "'" : $0 == "|" ? "\\|" : nil }
        return inner.isEmpty ? "–" : "`\(inner)`"
    }

    /// A line of a block of code, which it can't end.
    static func fenced(_ text: String) -> String {
        var run = 0
        return printable(text).escaping { scalar in
            run = scalar == "`" ? run + 1 : 0
            return run == 3 ? "\u{200B}`" : nil
        }
    }
}
