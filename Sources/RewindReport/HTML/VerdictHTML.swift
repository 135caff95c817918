import Foundation
import Rewind

/// What is to be seen first: the verdict, how far it is proved, and what makes it weaker.
extension HTMLReport {
    var verdictWord: String {
        switch result.verdict {
        case .held: "Held"
        case .violated: "Violated"
        case .notDecided: "Not decided"
        }
    }

    private var kind: String {
        switch result.verdict {
        case .held: "held"
        case .violated: "violated"
        case .notDecided: "undecided"
        }
    }

    var head: HTML {
        .tag(
            "header", ["class": "verdict \(kind)"],
            .tag(
                "div", ["class": "line"],
                .tag(
                    "h1", [:], .tag("span", ["class": "badge"], HTML(verdictWord)), HTML(" "),
                    .tag("span", ["class": "title"], HTML(visible.text(about.title)))),
                search),
            .tag("p", ["class": "answer"], HTML(answer)),
            .tag("p", ["class": "proof"], HTML(proof)),
            reasons, warnings)
    }

    /// Only of use with JavaScript, which shows it.
    private var search: HTML {
        .tag(
            "div", ["class": "search", "role": "search", "hidden": ""],
            .tag("label", ["for": "search", "class": "unseen"], "Search this report"),
            .tag(
                "input",
                [
                    "id": "search", "type": "search", "placeholder": "Search  /", "autocomplete": "off",
                    "spellcheck": "false", "aria-controls": "hits",
                ]),
            .tag("div", ["id": "hits", "role": "status", "aria-live": "polite"]))
    }

    private var answer: String {
        switch result.verdict {
        case .held(.everything): return "Nothing is wrong in any reachable state."
        case .held(.within(let limit)):
            return "Nothing is wrong within \(visible.text(limit)); more was left to explore."
        case .violated: return counts
        case .notDecided: return result.violations.isEmpty ? "It can’t be said whether anything is wrong." : counts
        }
    }

    /// `3 violations: 1 critical, 2 high.`
    private var counts: String {
        let bySeverity = Dictionary(grouping: result.violations, by: \.rule.severity).sorted { $0.key > $1.key }
        let parts = bySeverity.map { "\($0.value.count) \($0.key.rawValue)" }.joined(separator: ", ")
        return "\(counted(result.violations.count, "violation")): \(parts)."
    }

    /// How far the verdict is proved.
    private var proof: String {
        let counts = result.statistics
        var sentences = [
            "\(counted(counts.states, "state")), \(counted(counts.transitions, "step")), "
                + "\(counted(result.invariantsChecked, "invariant check")) in \(fixed(counts.elapsed.seconds, digits: 1)) s."
        ]
        if case .failed = result.stopReason {
        } else {
            let reason = visible.text(result.stopReason.description)
            sentences.append(
                "It ended because \(reason)\(counts.frontier > 0 ? "; \(counted(counts.frontier, "step")) left" : "").")
        }
        if counts.states > 1 {
            sentences.append(
                "Chance that two states were taken for one: below 10⁻\(Self.superscript(collisionExponent)).")
        }
        return sentences.joined(separator: " ")
    }

    /// Fingerprints have 128 bits: n states have n²/2 pairs, each equal by chance once in 2¹²⁸.
    private var collisionExponent: Int {
        let pairs = 2 * log10(Double(result.statistics.states)) - log10(2)
        return Int((128 * log10(2) - pairs).rounded(.down))
    }

    private static func superscript(_ number: Int) -> String {
        String(String(number).map { digit in Array("⁰¹²³⁴⁵⁶⁷⁸⁹")[digit.wholeNumberValue ?? 0] })
    }

    private var reasons: HTML {
        guard case .notDecided(let reasons) = result.verdict else { return .nothing }
        return list(reasons, kind: "reasons", title: "Why it is not decided")
    }

    private var warnings: HTML { list(result.warnings, kind: "warnings", title: "Warnings") }

    /// Many sentences are folded behind their number.
    private func list(_ sentences: [String], kind: String, title: String) -> HTML {
        if sentences.isEmpty { return .nothing }
        let items = sentences.map { HTML.tag("li", [:], HTML(visible.text($0))) }
        let list = HTML.tag("ul", [:], items)
        if sentences.count <= 3 { return .tag("section", ["class": kind, "aria-label": title], list) }
        return .tag(
            "section", ["class": kind, "aria-label": title],
            .tag("details", [:], .tag("summary", [:], HTML("\(title) (\(sentences.count))")), list))
    }

    // MARK: The end

    var notes: HTML {
        var rows: [(String, String)] = []
        let counts = result.statistics
        if let command = about.command { rows.append(("Command", command)) }
        rows.append(("Order", "\(result.strategy.rawValue), seed \(result.seed)"))
        rows.append(("Depth", counted(counts.depth, "step")))
        rows.append(("Requests", "\(grouped(counts.requests.count)), \(milliseconds(counts.requests)) each"))
        rows.append(("Moves of the systems", "\(grouped(counts.moves.count)), \(milliseconds(counts.moves)) each"))
        if counts.workers.count > 1 { rows.append(("Workers", "\(counts.workers.count)")) }
        if !result.learnedVolatile.isEmpty {
            rows.append(("Compared by order of appearance", result.learnedVolatile.joined(separator: ", ")))
        }
        let cells = rows.map { row in
            HTML.tag("div", [:], .tag("dt", [:], HTML(row.0)), .tag("dd", [:], HTML(visible.text(row.1))))
        }
        return .tag(
            "section", ["id": "run", "class": "part", "aria-labelledby": "run-title"],
            .tag("h2", ["id": "run-title"], "This run"), .tag("dl", ["class": "facts"], cells))
    }

    private func milliseconds(_ measure: Measure) -> String {
        let each = measure.count > 0 ? measure.total.seconds * 1000 / Double(measure.count) : 0
        return "\(fixed(each, digits: 2)) ms"
    }

    var foot: HTML {
        var parts = ["Written by Rewind"]
        if let version = about.version { parts[0] += " \(version)" }
        if let started = about.started { parts.append(ISO8601DateFormatter().string(from: started)) }
        parts.append("secrets are left out")
        return .tag(
            "footer", [:], .tag("p", [:], HTML(parts.joined(separator: " · "))),
            .tag("p", ["class": "keys", "hidden": ""], Self.keys))
    }

    private static let keys: HTML =
        [("j", "k", "steps"), ("n", "p", "violations")]
        .map { HTML.tag("kbd", [:], HTML($0.0)) + HTML(" ") + .tag("kbd", [:], HTML($0.1)) + HTML(" \($0.2)") }
        .joined(separator: " · ") + HTML(" · ") + .tag("kbd", [:], "/") + HTML(" search")
}
