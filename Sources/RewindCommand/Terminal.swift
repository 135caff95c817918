import Foundation
import Rewind

/// The only place that writes to the terminal: results to standard output, everything else to standard error.
enum Terminal {
    static let resultsAreColored = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// Whether somebody is there to answer.
    static let canAsk = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1

    static func result(_ text: String) { write(text, to: .standardOutput) }

    static func note(_ text: String) { write(text + "\n", to: .standardError) }

    /// What the person answers; `nil` for an empty line, and when there is no more input.
    static func ask(_ question: String) -> String? {
        write(question, to: .standardError)
        let answer = readLine().map { $0.trimmingCharacters(in: .whitespaces) }
        return answer.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Replaces the line the cursor is on.
    static func replaceLine(_ text: String) { write("\r\u{1B}[2K\(text)", to: .standardError) }

    /// Does nothing when the reader is gone.
    private static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))
    }
}

/// Shows how a walk is going: one line that is rewritten in a terminal, now and then a plain line elsewhere.
final class ProgressLine: Sendable {
    private let title: String
    private let lastShown = LockedInstant()

    init(title: String) { self.title = title }

    func show(_ progress: ExplorationProgress) {
        guard lastShown.hasPassed(Terminal.isInteractive ? .milliseconds(100) : .seconds(5)) else { return }
        let seconds =
            Double(progress.elapsed.components.seconds) + Double(progress.elapsed.components.attoseconds) * 1e-18
        let rate = seconds > 0 ? Int(Double(progress.transitions) / seconds) : 0
        let text =
            "\(title): \(progress.states) states, \(progress.frontier) steps to take, depth \(progress.depth), "
            + "\(rate) transitions/s, \(progress.violations) found wrong, \(String(format: "%.1f", seconds)) s"
        if Terminal.isInteractive { Terminal.replaceLine(text) } else { Terminal.note(text) }
    }

    /// Clears the line, so that what follows starts on an empty one.
    func finish() {
        if Terminal.isInteractive { Terminal.replaceLine("") }
    }
}
