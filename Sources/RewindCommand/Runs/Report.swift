import ArgumentParser
import Foundation
import RewindReport

/// `rewind report`
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints a kept run again, as it was printed at its end.",
        discussion: """
            The exit code is that of the run: 0 held, 1 violated, 2 not decided. For one counterexample alone, see \
            rewind reproduce --as markdown.

            rewind report                         the newest run
            rewind report 20261121-130410
            rewind report --json result.json
            """)

    @Argument(
        help: ArgumentHelp(
            "The run, as `rewind runs` lists it, or how its id begins; the newest if left out.",
            valueName: "id"),
        completion: .shellCommand("ls .rewind/runs 2>/dev/null"))
    var id: String?

    @Option(
        help: ArgumentHelp("Write its result as JSON (see docs/result-format.md).", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var json: String?

    func run() throws {
        let store = RunStore()
        let run = try chosen(from: store)
        guard let data = try? Data(contentsOf: store.resultFile(of: run)),
            let document = try? JSONDecoder().decode(ResultDocument.self, from: data),
            document.version == ResultDocument.version
        else {
            throw Self.failure(
                "The result of run \(run.id) can't be read: it was kept by \(run.version), and this is "
                    + "\(ProgramVersion.full).")
        }
        Terminal.result(ConsoleReport(document, isColored: Terminal.resultsAreColored, isKept: true).text)
        if let json { try Reporting.write(data, to: json) }
        switch document.verdict {
        case .held: return
        case .violated: throw ExitCode.violated
        case .notDecided: throw ExitCode.notDecided
        }
    }

    private func chosen(from store: RunStore) throws -> KeptRun {
        guard let id else {
            if let newest = store.runs().first { return newest }
            throw Self.failure("No run is kept here. `rewind explore FILE` keeps one, `rewind demo --keep` another.")
        }
        let matching = store.ids().filter { $0.hasPrefix(id) }
        // One that was asked for by its whole id, though others begin so: the second run of one second ends in -2.
        if let exact = matching.first(where: { $0 == id }) ?? (matching.count == 1 ? matching.first : nil) {
            if let run = store.run(exact) { return run }
            throw Self.failure("The run \(exact) has no result: it was killed, or is still under way.")
        }
        if matching.count > 1 {
            throw Self.failure("\(matching.count) runs begin with \(id): \(matching.joined(separator: ", ")).")
        }
        if let found = store.counterexample(id, in: store.runs()) {
            throw Self.failure(
                "\(id) is a counterexample of run \(found.run.id): rewind report \(found.run.id), or of it alone: "
                    + "rewind reproduce \(id) --as markdown")
        }
        throw Self.failure("No run \(id) is kept here. `rewind runs` lists them.")
    }

    private static func failure(_ sentence: String) -> ExitCode {
        Terminal.note(sentence)
        return .notDecided
    }
}
