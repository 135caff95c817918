import ArgumentParser
import Foundation
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
            """)

    /// What it can be written as.
    enum Form: String, CaseIterable, ExpressibleByArgument {
        case curl
    }

    @Argument(help: ArgumentHelp("The id of the counterexample, or its first digits.", valueName: "id"))
    var id: String

    @Option(name: .customLong("as"), help: "The form.")
    var form: Form

    @Option(
        help: ArgumentHelp("A file to write to, instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    func run() throws {
        let store = RunStore()
        guard let (_, counterexample) = store.counterexample(id, in: store.runs()) else {
            Terminal.note("No kept run has a counterexample \(id). `rewind runs` lists them.")
            throw ExitCode.notDecided
        }
        let text =
            switch form {
            case .curl: CurlScript(counterexample).text
            }
        guard let output else { return Terminal.result(text) }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
            Terminal.note("It could not be written to \(output): \(error.localizedDescription)")
            throw ExitCode.notDecided
        }
    }
}
