import ArgumentParser

@main
struct RewindProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewind",
        abstract: "Explores every reachable state of a live payment API, rewinding its database between branches.",
        discussion: """
            Try it:  rewind demo
                     rewind demo --bug double-refund

            Exit codes: 0 held, 1 violated, 2 not decided or not understood.
            """,
        version: "0.1.0",
        subcommands: [Demo.self, Restore.self, Serve.self])
}

extension ExitCode {
    /// Something was found wrong.
    static let violated = ExitCode(1)
    /// Nothing can be said, or the command was not understood.
    static let notDecided = ExitCode(2)
}
