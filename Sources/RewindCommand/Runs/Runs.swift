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
        let store = RunStore()
        let ids = store.ids()
        if ids.isEmpty {
            Terminal.note("No run is kept here. `rewind explore FILE` keeps one, `rewind demo --keep` another.")
        }
        for id in ids {
            guard let run = store.run(id) else {
                listUnended(id, in: store)
                continue
            }
            var lines = [
                "\(run.id)  \(run.verdict)  \(run.exploration)\(run.origin.remark), \(run.strategy), seed \(run.seed)"
            ]
            if store.isUnfinished(run) {
                lines.append("  go on: rewind explore \(run.origin.path ?? "") --resume --run \(id)")
            }
            lines += run.counterexamples.map { "  \($0.id)  \($0.rule)  \($0.path.joined(separator: " → "))" }
            Terminal.result(lines.joined(separator: "\n") + "\n")
        }
    }

    /// A run without a result: it is under way, or was killed.
    private func listUnended(_ id: String, in store: RunStore) {
        let file = store.walkFile(of: id)
        guard let heading = try? WalkLines(at: file).heading else { return }
        let isUnderWay = (try? ClaimedFile.claim(at: file)).flatMap { $0 } == nil
        var lines = [
            "\(id)  \(isUnderWay ? "under way" : "killed")  \(heading.exploration)\(heading.origin.remark), "
                + "\(heading.strategy.rawValue), seed \(heading.seed)"
        ]
        if !isUnderWay { lines.append("  go on: rewind explore \(heading.origin.path ?? "") --resume --run \(id)") }
        Terminal.result(lines.joined(separator: "\n") + "\n")
    }
}

extension RunStore {
    /// Whether a run was ended before every step within its depth was taken.
    fileprivate func isUnfinished(_ run: KeptRun) -> Bool {
        run.endedBy != .depth && FileManager.default.fileExists(atPath: walkFile(of: run.id).path)
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
