import ArgumentParser
import Foundation
import Rewind
import RewindReport

/// Hands a result to the user.
struct Reporting {
    /// As what a run is kept.
    struct Keeping {
        let origin: KeptRun.Origin
        /// The name of the exploration.
        let exploration: String
        var started = Date()
    }

    private let result: ExplorationResult
    private let redaction: Redaction
    private let keeping: Keeping?

    /// - Parameter keeping: how it is kept in `.rewind`, unless it is not.
    init(_ result: ExplorationResult, redaction: Redaction = .standard, keeping: Keeping? = nil) {
        self.result = result
        self.redaction = redaction
        self.keeping = keeping
    }

    /// Keeps it, and writes it to the terminal, and to the files that were asked for.
    /// - Throws: the exit code, always.
    func report(to files: ReportOptions) throws {
        let isKept = keep()
        let text = ConsoleReport(
            result, isColored: Terminal.resultsAreColored, keptAs: isKept ? keeping?.exploration : nil,
            redaction: redaction
        ).text
        Terminal.result(text)
        try files.write(
            ReportOptions.Subject(
                result: result, exploration: keeping?.exploration ?? "", redaction: redaction, isKept: isKept,
                origin: keeping?.origin, started: keeping?.started))
        throw result.verdict.exitCode
    }

    /// That a run can't be kept says nothing about its result.
    private func keep() -> Bool {
        guard let keeping else { return false }
        do {
            _ = try RunStore().keep(
                result, of: keeping.origin, named: keeping.exploration, started: keeping.started, redaction: redaction)
            return true
        } catch {
            Terminal.note("The run could not be kept in .rewind: \(error.localizedDescription)")
            return false
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
