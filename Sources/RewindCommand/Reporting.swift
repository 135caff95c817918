import ArgumentParser
import Foundation
import Rewind
import RewindReport

/// Hands a result to the user.
struct Reporting {
    private let result: ExplorationResult
    private let redaction: Redaction

    init(_ result: ExplorationResult, redaction: Redaction = .standard) {
        self.result = result
        self.redaction = redaction
    }

    /// Writes it to the terminal, and as JSON to a file.
    /// - Throws: the exit code, always.
    func report(json path: String?) throws {
        Terminal.result(ConsoleReport(result, isColored: Terminal.resultsAreColored, redaction: redaction).text)
        if let path { try write(try JSONReport(result, redaction: redaction).data(), to: path) }
        throw result.verdict.exitCode
    }

    private func write(_ data: Data, to path: String) throws {
        do {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            Terminal.note("The result could not be written to \(path): \(error.localizedDescription)")
            throw ExitCode.notDecided
        }
    }
}

extension Verdict {
    /// 0 held, 1 violated, 2 not decided.
    var exitCode: ExitCode {
        switch self {
        case .held: .success
        case .violated: .violated
        case .notDecided: .notDecided
        }
    }
}
