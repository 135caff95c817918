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
        /// The id of the folder that was made for it, if one was.
        var id: String?
    }

    private let result: ExplorationResult
    private let document: ResultDocument
    private let redaction: Redaction
    private let keeping: Keeping?

    /// - Parameter keeping: how it is kept in `.rewind`, unless it is not.
    init(_ result: ExplorationResult, redaction: Redaction = .standard, keeping: Keeping? = nil) {
        self.result = result
        self.redaction = redaction
        self.keeping = keeping
        document = ResultDocument(result, exploration: keeping?.exploration ?? "", redaction: redaction)
    }

    /// Keeps it, and writes it to the terminal, and to the files that were asked for.
    /// - Parameter hint: what to say at the end when it is kept.
    /// - Throws: the exit code, always.
    func report(to files: ReportOptions, hint: String? = nil) throws {
        let isKept = isKept
        Terminal.result(ConsoleReport(document, isColored: Terminal.resultsAreColored, isKept: isKept).text)
        if isKept, let hint { Terminal.result("\n\(hint)\n") }
        try files.write(
            ReportOptions.Subject(
                result: result, document: document, exploration: keeping?.exploration ?? "", redaction: redaction,
                isKept: isKept, origin: keeping?.origin, started: keeping?.started))
        throw result.verdict.exitCode
    }

    /// That a run can't be kept says nothing about its result.
    private var isKept: Bool {
        guard let keeping else { return false }
        do {
            _ = try RunStore().keep(
                result, document, of: keeping.origin, named: keeping.exploration, started: keeping.started,
                in: keeping.id, redaction: redaction)
            return true
        } catch {
            Terminal.note("The run could not be kept in .rewind: \(error.localizedDescription)")
            return false
        }
    }

    /// - Throws: `ExitCode` once it was said what is wrong.
    static func write(_ data: Data, to path: String) throws {
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
