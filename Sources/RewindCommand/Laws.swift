import ArgumentParser
import Rewind
import RewindReport

/// `rewind laws`
struct Laws: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the laws: what is checked of every API without a word from you.",
        discussion: """
            For each what it says, where it comes from, how it is checked, what that costs and what a violation looks like. \
            More in docs/laws.md.

                rewind laws
                rewind laws --json
            """)

    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let report = LawsReport()
        Terminal.result(json ? String(decoding: try report.json(), as: UTF8.self) : report.text)
    }
}
