import ArgumentParser
import Foundation

@main
struct RewindProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewind",
        abstract: "Explores every reachable state of a live payment API, rewinding its database between branches.",
        discussion: """
            Try it:  rewind demo
                     rewind demo --bug double-refund

            Search options can be given by environment variables too, --max-steps as REWIND_MAX_STEPS. The command line \
            comes first, then the environment, then the exploration file.

            Exit codes: 0 held, 1 violated, 2 not decided or not understood.
            """,
        version: ProgramVersion.full,
        subcommands: [
            Init.self, Explore.self, Audit.self, Replay.self, Shrink.self, Reproduce.self, Runs.self, Report.self,
            Doctor.self, Idempotency.self,
            Systems.self,
            Restore.self,
            Laws.self, Demo.self, Serve.self, Sandbox.self, Reconcile.self,
        ])

    static func main() async {
        // A reader that goes away (`rewind demo | head`) must not end an exploration midway.
        signal(SIGPIPE, SIG_IGN)
        let given = EnvironmentOptions(
            Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
        do {
            let command = try parseAsRoot(given.arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                var command = command
                try command.run()
            }
        } catch {
            end(because: error, given.used)
        }
    }

    /// Ends with a code of our own. Argument Parser would end with 64 for a misspelled option, and with 1 for an error
    /// that was thrown, which here means that something was found wrong.
    private static func end(because error: any Error, _ fromEnvironment: [String]) -> Never {
        if error is ExitCode || exitCode(for: error) == .success { exit(withError: error) }
        Terminal.note(fullMessage(for: error))
        if !fromEnvironment.isEmpty {
            Terminal.note("From the environment: \(fromEnvironment.joined(separator: ", "))")
        }
        exit(withError: ExitCode.notDecided)
    }
}

extension ExitCode {
    /// Something was found wrong.
    static let violated = ExitCode(1)
    /// Nothing can be said, or the command was not understood.
    static let notDecided = ExitCode(2)
}
