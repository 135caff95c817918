import Rewind

/// What came of replaying a counterexample, as text for a terminal.
public struct ReplayReport: Sendable {
    private let result: ReplayResult
    private let name: String
    private let path: [PathStep]
    private let style: TextStyle
    private let redaction: Redaction

    /// - Parameters:
    ///   - name: what was replayed, such as the id of the counterexample and the rule.
    ///   - path: of the counterexample.
    public init(
        _ result: ReplayResult, of name: String, _ path: [PathStep], isColored: Bool = false,
        redaction: Redaction = .standard
    ) {
        self.result = result
        self.name = name
        self.path = path
        self.redaction = redaction
        style = TextStyle(isColored: isColored)
    }

    /// A few lines, with a line break at their end.
    public var text: String {
        let steps = (result.violation?.counterexample.path ?? path.map(\.description)).joined(separator: " → ")
        var lines = ["\(headline)  \(style.strong(name))"]
        switch result.answer {
        case .stillFails(let violation):
            lines += ["    \(violation.message)", "    Path: \(steps)"]
            lines += StepText(violation.counterexample.steps.last, redaction: redaction).lines
        case .fixed(let sentence), .notDecided(let sentence):
            lines += ["    \(sentence)", "    Path: \(steps)"]
        }
        return redaction.sentence(lines.joined(separator: "\n") + "\n")
    }

    private var headline: String {
        switch result.answer {
        case .stillFails: style.bad("STILL FAILS")
        case .fixed: style.good("FIXED")
        case .notDecided: style.doubtful("NOT DECIDED")
        }
    }
}
