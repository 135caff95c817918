import ArgumentParser
import Rewind
import RewindReport

/// `rewind shrink`
struct Shrink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the path of a counterexample as short as it gets.",
        discussion: """
            Steps are left out and arguments replaced by earlier ones as long as the same rule is broken; every candidate \
            is replayed. What breadth-first order finds is shortest already: this is for paths of another order, or from \
            a log. What comes of it is kept beside the counterexample, with an id of its own.

            Exit codes as for replay.

                rewind shrink c9a9a3d3
                rewind shrink c9a9a3d3 --max-replays 100
            """)

    @OptionGroup var choice: PathChoice

    @Option(help: ArgumentHelp("Replay at most this many candidates.", valueName: "count"))
    var maxReplays = 500

    func validate() throws {
        if maxReplays < 2 { throw ValidationError("--max-replays must be at least 2; it is \(maxReplays).") }
    }

    func run() async throws {
        let store = RunStore()
        let (paths, stage) = try choice.chosen(from: store)
        let maxReplays = maxReplays
        try await Interruption.endingTask {
            let redaction = try stage.redaction()
            var code = ExitCode.success
            for chosen in paths where !Task.isCancelled {
                let result = try await stage.use {
                    await $0.shrink(chosen.path, expecting: chosen.rule, maximumReplays: maxReplays)
                }
                show(result, of: chosen, redaction)
                if let violation = result.replay.violation {
                    code = .violated
                    if let run = chosen.recorded?.run, result.path.count < chosen.path.count {
                        let shrunk = RecordedCounterexample(
                            violation, exploration: run.exploration, redaction: redaction)
                        try store.keep(shrunk, in: run)
                        Terminal.result("    Again: rewind replay \(shrunk.id)\n")
                    }
                } else if !result.replay.isFixed, code == .success {
                    code = .notDecided
                }
            }
            throw Task.isCancelled ? ExitCode.notDecided : code
        }
    }
}

private func show(_ result: ShrinkResult, of chosen: PathChoice.Chosen, _ redaction: Redaction) {
    Terminal.result(
        ReplayReport(
            result.replay, of: chosen.name, chosen.path, isColored: Terminal.resultsAreColored, redaction: redaction
        ).text)
    guard result.replay.stillFails else { return }
    let counts = "\(chosen.path.count) → \(result.path.count) steps by \(result.replays) replays"
    let remark = result.isMinimal ? "nothing more can be left out." : "the replays were used up."
    Terminal.result("    Shrunk: \(counts); \(remark)\n")
}
