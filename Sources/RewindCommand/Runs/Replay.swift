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

    @Flag(help: "As long as it is not fixed, wait until the API is restarted, and replay again. Ctrl-C ends.")
    var watch = false

    @Option(help: ArgumentHelp("Wait for a restart at most so long.", valueName: "seconds"))
    var watchSeconds: Double = 3600

    func validate() throws {
        guard watchSeconds > 0 else { throw ValidationError("--watch-seconds must be more than 0.") }
    }

    func run() async throws {
        let (paths, stage) = try choice.chosen(from: RunStore())
        let restart =
            watch ? try Restart(of: stage.runningURL(), within: .milliseconds(Int64(watchSeconds * 1000))) : nil
        try await Interruption.endingTask {
            var code = try await replay(paths, on: stage, isWatching: restart != nil)
            while let restart, code != .success {
                Terminal.note("Waiting until the API is restarted.")
                guard await restart.wait() else { break }
                code = try await replay(paths, on: stage, isWatching: true)
            }
            throw code
        }
    }
}

/// Replays all paths and says what came of each.
private func replay(_ paths: [PathChoice.Chosen], on stage: Stage, isWatching: Bool) async throws -> ExitCode {
    do {
        let redaction = try stage.redaction()
        return try await stage.use { replayer in
            var results: [ReplayResult] = []
            for chosen in paths where !Task.isCancelled {
                let result = await replayer.replay(chosen.path, expecting: chosen.rule)
                let report = ReplayReport(
                    result, of: chosen.name, chosen.path, isColored: Terminal.resultsAreColored, redaction: redaction)
                Terminal.result(report.text)
                results.append(result)
            }
            return endingCode(results, of: paths.count)
        }
    } catch let code as ExitCode where isWatching {
        // An API that is down is what is waited for.
        return code
    }
}

extension ReplayResult {
    /// 0 fixed, 1 still fails, 2 not decided.
    var exitCode: ExitCode { endingCode([self], of: 1) }
}

/// 1 if any still fails, or else 2 if any is not decided.
private func endingCode(_ results: [ReplayResult], of count: Int) -> ExitCode {
    if results.contains(where: \.stillFails) { return .violated }
    return results.count == count && results.allSatisfy(\.isFixed) ? .success : .notDecided
}
