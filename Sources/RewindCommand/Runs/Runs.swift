import ArgumentParser
import Foundation

/// `rewind runs`
struct Runs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the runs that are kept in .rewind, the newest first, and what each found.",
        discussion: """
                rewind runs
            """)

    func run() throws {
        let runs = RunStore().runs()
        if runs.isEmpty {
            Terminal.note("No run is kept here. `rewind explore FILE` keeps one, `rewind demo --keep` another.")
        }
        for run in runs {
            var lines = [
                "\(run.id)  \(run.verdict)  \(run.exploration)\(run.origin.remark), \(run.strategy), seed \(run.seed)"
            ]
            lines += run.counterexamples.map { "  \($0.id)  \($0.rule)  \($0.path.joined(separator: " → "))" }
            Terminal.result(lines.joined(separator: "\n") + "\n")
        }
    }
}

extension KeptRun.Origin {
    fileprivate var remark: String {
        switch self {
        case .file(let path, _): " (\(URL(fileURLWithPath: path).lastPathComponent))"
        case .demo(_, nil): " of the demo"
        case .demo(_, let bug?): " of the demo with \(bug)"
        }
    }
}
