extension IdempotencyResult {
    /// A table for people, at most 100 columns wide, and a line that sums it up.
    public var table: String {
        let rows = checks.map { check in
            [
                String(check.number), check.name, check.expected, check.observed, check.verdict.short, check.source,
            ]
        }
        let head = ["#", "check", "expected", "observed", "", "source"]
        let lines = [Self.line(head)] + rows.map(Self.line)
        return lines.joined(separator: "\n") + "\n\n" + summary + "\n"
    }

    /// One sentence or two.
    public var summary: String {
        let left = checks.count - passes.count - failures.count - undecided.count
        var parts = ["\(passes.count) passed", "\(failures.count) failed"]
        if !undecided.isEmpty { parts.append("\(undecided.count) not decided") }
        parts.append("\(left) not applicable")
        let counted =
            effectsAreCounted ? "" : " Effects were told from answers; say how to count them to be sure (--count)."
        return "\(profile): \(parts.joined(separator: ", ")).\(counted)"
    }

    /// Without the spaces between: 100 in all.
    private static let widths = [2, 21, 20, 26, 4, 22]

    private static func line(_ cells: [String]) -> String {
        let wrapped = zip(cells, widths).map { wrap($0, $1) }
        let height = wrapped.map(\.count).max() ?? 1
        return (0..<height).map { row in
            let parts = zip(wrapped, widths).map { lines, width in
                let text = row < lines.count ? lines[row] : ""
                return text + String(repeating: " ", count: max(0, width - text.count))
            }
            let line = parts.joined(separator: " ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// The text in lines of at most that width, broken at spaces, and within words only where one is longer.
    private static func wrap(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var rest = String(word)
            if !line.isEmpty, line.count + 1 + rest.count > width {
                lines.append(line)
                line = ""
            }
            while rest.count > width {
                lines.append(String(rest.prefix(width)))
                rest = String(rest.dropFirst(width))
            }
            line += (line.isEmpty ? "" : " ") + rest
        }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }
}

extension IdempotencyCheckResult.Verdict {
    fileprivate var short: String {
        switch self {
        case .passed: "pass"
        case .failed: "FAIL"
        case .notApplicable: "n/a"
        case .notDecided: "?"
        }
    }
}
