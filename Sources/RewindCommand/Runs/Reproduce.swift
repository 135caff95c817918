import ArgumentParser
import Foundation
import Orders
import RewindReport

/// `rewind reproduce`
struct Reproduce: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a counterexample in another form, for someone else to reproduce it.",
        discussion: """
            curl is a shell script; it exits with 1 when it still fails, 0 when it does not, 2 when it can't tell. Secrets are \
            in none of them: a script takes them from the environment.

            rewind reproduce 7f3a91c2 --as curl > again.sh
            BASE_URL=http://127.0.0.1:8080 sh again.sh
            rewind reproduce 7f3a91c2 --as yaml > again.yaml
            rewind explore again.yaml
            """)

    /// What it can be written as.
    enum Form: String, CaseIterable, ExpressibleByArgument {
        case curl, swift, yaml, markdown
    }

    @Argument(help: ArgumentHelp("The id of the counterexample, or its first digits.", valueName: "id"))
    var id: String

    @Option(name: .customLong("as"), help: "The form.")
    var form: Form

    @Option(
        help: ArgumentHelp(
            "For swift: an expression of the exploration, if it was not one of the demo.", valueName: "name"))
    var exploration: String?

    @Option(help: ArgumentHelp("For swift: the module that declares the exploration.", valueName: "name"))
    var module: String?

    @Option(
        help: ArgumentHelp("A file to write to, instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    func run() throws {
        let store = RunStore()
        guard let (run, counterexample) = store.counterexample(id, in: store.runs()) else {
            throw Self.failure("No kept run has a counterexample \(id). `rewind runs` lists them.")
        }
        let text = try text(of: counterexample, from: run)
        guard let output else { return Terminal.result(text) }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
            throw Self.failure("It could not be written to \(output): \(error.localizedDescription)")
        }
    }

    private func text(of counterexample: RecordedCounterexample, from run: KeptRun) throws -> String {
        switch form {
        case .curl: return CurlScript(counterexample).text
        case .markdown: return BugReport(counterexample, remarks: run.remarks).text
        case .yaml:
            guard case .file(let path, _) = run.origin else {
                throw Self.failure("It comes from the demo, not from an exploration file. Use --as swift or curl.")
            }
            return PathFile(counterexample, importing: importable(path)).text
        case .swift:
            if let exploration, let module {
                return SwiftTest(counterexample, of: exploration, in: module).text
            }
            guard case .demo(ZooExploration.payments.rawValue, _) = run.origin else {
                throw Self.failure(
                    "Give --exploration and --module: which Swift expression is the exploration that has these steps?")
            }
            return SwiftTest(counterexample, of: "payments", in: "Payments").text
        }
    }

    /// Relative to the file that is written, if it is in its folder or below.
    private func importable(_ path: String) -> String {
        let written = URL(fileURLWithPath: output ?? "-").standardizedFileURL.deletingLastPathComponent().path + "/"
        return path.hasPrefix(written) ? String(path.dropFirst(written.count)) : path
    }

    private static func failure(_ sentence: String) -> ExitCode {
        Terminal.note(sentence)
        return .notDecided
    }
}

extension KeptRun {
    /// How it was found.
    fileprivate var remarks: [String] {
        [
            "Found by rewind \(version), exploration \(exploration), \(strategy), seed \(seed), run \(id)",
            "Command: \(commandLine.joined(separator: " "))",
        ]
    }
}
