import ArgumentParser
import Foundation
import Rewind
import RewindReport

/// The options of everything that explores and can write down what came of it.
struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Write the result as JSON (see docs/result-format.md).", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var json: String?

    /// The options given, as they are written, such as `--json`.
    var given: [String] { files.map(\.option) }

    /// What a report is made of.
    struct Subject {
        let result: ExplorationResult
        /// The name of the exploration.
        let exploration: String
        let redaction: Redaction
        /// Whether the run is in `.rewind`, so that `rewind replay` knows its counterexamples.
        let isKept: Bool
    }

    /// One file that was asked for.
    private struct File {
        let option: String
        let path: String
        let content: (Subject) throws -> Data
    }

    /// Writes all files that were asked for.
    /// - Throws: `ExitCode` once it was said which could not be written; the others are written all the same.
    func write(_ subject: Subject) throws {
        var failure: (any Error)?
        for file in files {
            do {
                try file.content(subject).write(to: URL(fileURLWithPath: file.path), options: .atomic)
            } catch {
                Terminal.note("The result could not be written to \(file.path): \(error.localizedDescription)")
                failure = ExitCode.notDecided
            }
        }
        if let failure { throw failure }
    }

    /// Add a format by an option above and a line here.
    private var files: [File] {
        var files: [File] = []
        func add(_ option: String, _ path: String?, _ content: @escaping (Subject) throws -> Data) {
            if let path { files.append(File(option: option, path: path, content: content)) }
        }
        add("--json", json) {
            try JSONReport($0.result, exploration: $0.exploration, redaction: $0.redaction).data()
        }
        return files
    }
}
