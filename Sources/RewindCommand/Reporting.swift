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
    private let declarations: Declarations

    /// - Parameters:
    ///   - keeping: how it is kept in `.rewind`, unless it is not.
    ///   - declarations: where rules and actions stand.
    init(
        _ result: ExplorationResult, redaction: Redaction = .standard, keeping: Keeping? = nil,
        declarations: Declarations = Declarations()
    ) {
        self.result = result
        self.redaction = redaction
        self.keeping = keeping
        self.declarations = declarations
    }

    /// Keeps it, and writes it to the terminal, and to the files that were asked for.
    /// - Throws: the exit code, always.
    func report(to files: ReportOptions) throws {
        // Before this run is the newest.
        let comparison = keeping.flatMap { comparedWithTheLast(of: $0) }
        let isKept = keep()
        let text = ConsoleReport(
            result, isColored: Terminal.resultsAreColored, keptAs: isKept ? keeping?.exploration : nil,
            redaction: redaction
        ).text
        let subject = ReportOptions.Subject(
            result: result, exploration: keeping?.exploration ?? "", redaction: redaction, isKept: isKept,
            declarations: declarations, comparison: comparison, origin: keeping?.origin, started: keeping?.started)
        show(text + (comparison.map { $0.isEmpty ? "" : $0.line + "\n" } ?? ""), annotations: files.annotates, subject)
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
    private func comparedWithTheLast(of keeping: Keeping) -> RunComparison? {
        guard let earlier = RunStore().runs().first(where: { $0.exploration == keeping.exploration }) else {
            return nil
        }
        let found = result.violations.map {
            RunComparison.Found(id: $0.id(in: keeping.exploration), rule: redaction.sentence($0.rule.name))
        }
        let before = earlier.counterexamples.map { RunComparison.Found(id: $0.id, rule: $0.rule) }
        return RunComparison(found, against: before, of: earlier.id)
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
