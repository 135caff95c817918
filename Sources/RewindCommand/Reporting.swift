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
    private let keeping: Keeping
    private let isToBeKept: Bool
    private let declarations: Declarations

    /// - Parameters:
    ///   - keeping: what it is of, and as what it is kept in `.rewind`.
    ///   - isToBeKept: whether it is.
    ///   - declarations: where rules and actions stand.
    init(
        _ result: ExplorationResult, redaction: Redaction = .standard, keeping: Keeping, isToBeKept: Bool = true,
        declarations: Declarations = Declarations()
    ) {
        self.result = result
        self.redaction = redaction
        self.keeping = keeping
        self.declarations = declarations
        self.isToBeKept = isToBeKept
        document = ResultDocument(result, exploration: keeping.exploration, redaction: redaction)
    }

    /// Keeps it, and writes it to the terminal, and to the files that were asked for.
    /// - Parameter hint: what to say at the end when it is kept.
    /// - Throws: the exit code, always.
    func report(to files: ReportOptions, hint: String? = nil) throws {
        // Before this run is the newest.
        let comparison = comparedWithTheLast()
        let isKept = keep()
        var text = ConsoleReport(document, isColored: Terminal.resultsAreColored, isKept: isKept).text
        if let comparison, !comparison.isEmpty { text += "\n\(comparison.line)\n" }
        if isKept, let hint { text += "\n\(hint)\n" }
        let subject = ReportOptions.Subject(
            result: result, document: document, exploration: keeping.exploration, redaction: redaction, isKept: isKept,
            declarations: declarations, comparison: comparison, origin: keeping.origin, started: keeping.started)
        show(text, annotations: files.annotates, subject)
        try files.write(subject)
        throw result.verdict.exitCode
    }

    /// What GitHub's runner reads as commands is ours alone: what an API said is in the report, and is not read as any.
    private func show(_ text: String, annotations: Bool, _ subject: ReportOptions.Subject) {
        if annotations {
            let token = UUID().uuidString
            Terminal.result("::stop-commands::\(token)\n\(text)::\(token)::\n")
            Terminal.result(GitHubAnnotations(subject.summary).text)
        } else {
            Terminal.result(text)
        }
    }

    /// With the newest run of the same exploration, by the ids of counterexamples.
    private func comparedWithTheLast() -> RunComparison? {
        guard isToBeKept,
            let earlier = RunStore().runs().first(where: { $0.exploration == keeping.exploration })
        else { return nil }
        let found = result.violations.map {
            RunComparison.Found(id: $0.id(in: keeping.exploration), rule: redaction.sentence($0.rule.name))
        }
        let before = earlier.counterexamples.map { RunComparison.Found(id: $0.id, rule: $0.rule) }
        return RunComparison(found, against: before, of: earlier.id)
    }

    /// That a run can't be kept says nothing about its result.
    private func keep() -> Bool {
        guard isToBeKept else { return false }
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
