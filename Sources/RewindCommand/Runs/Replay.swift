import ArgumentParser
import Rewind
import RewindReport

/// `rewind replay`
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes the path of a counterexample again: does it still fail?",
        discussion: """
            Exit codes: 0 fixed, 1 still fails, 2 not decided.

            rewind replay                                    all that the newest run found
            rewind replay 7f3a91c2                           one of it
            rewind replay create_order pay_order refund_order refund_order --rule no_over_refund
            """)

    @OptionGroup var choice: PathChoice

    func run() async throws {
        let (paths, stage) = try choice.chosen(from: RunStore())
        try await Interruption.endingTask {
            let redaction = try stage.redaction()
            let results = try await stage.use { replayer in
                var results: [ReplayResult] = []
                for chosen in paths where !Task.isCancelled {
                    let result = await replayer.replay(chosen.path, expecting: chosen.rule)
                    Terminal.result(
                        ReplayReport(
                            result, of: chosen.name, chosen.path, isColored: Terminal.resultsAreColored,
                            redaction: redaction
                        ).text)
                    results.append(result)
                }
                return results
            }
            throw endingCode(results, of: paths.count)
        }
    }
}

/// 1 if any still fails, or else 2 if any is not decided.
private func endingCode(_ results: [ReplayResult], of count: Int) -> ExitCode {
    if results.contains(where: \.stillFails) { return .violated }
    return results.count == count && results.allSatisfy(\.isFixed) ? .success : .notDecided
}
