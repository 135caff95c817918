import Rewind

/// A counterexample as an exploration file that imports another, and replays just that path.
public struct PathFile: Sendable {
    private let counterexample: RecordedCounterexample
    private let file: String

    /// - Parameter file: the exploration file, relative to where this one will be.
    public init(_ counterexample: RecordedCounterexample, importing file: String) {
        self.counterexample = counterexample
        self.file = file
    }

    public var text: String {
        """
        # \(printable(counterexample.rule)): \(printable(counterexample.statement))
        # \(printable(counterexample.message))
        # Counterexample \(counterexample.id), found by Rewind. `rewind explore` replays this path, and exits with 0 when it is fixed.
        import: \(quoted(file))
        replay:
          rule: \(quoted(counterexample.rule))
          path:
        \(counterexample.path.map { "    - \(quoted($0.description))\n" }.joined())
        """
    }

    /// In single quotes, in which YAML takes everything but quotes as it is; `$` and braces of the format are doubled.
    private func quoted(_ text: String) -> String {
        let escaped = text.replacing("'", with: "''").replacing("${", with: "$${")
        return "'\(escaped)'"
    }
}
