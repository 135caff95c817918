import ArgumentParser
import ExplorationFiles
import Rewind

/// The options of everything that explores.
struct SearchOptions: ParsableArguments {
    @Option(help: "The order in which states are explored. (default: breadth-first)")
    var strategy: Strategy?

    @Option(
        help: ArgumentHelp(
            "Stop after this many steps; a bug can make the states endless. (default: 100000)", valueName: "count"))
    var maxSteps: Int?

    @Option(help: ArgumentHelp("Explore paths of at most this many steps.", valueName: "count"))
    var maxDepth: Int?

    @Option(help: ArgumentHelp("Stop after this many seconds.", valueName: "seconds"))
    var maxSeconds: Double?

    @Option(help: ArgumentHelp("Stop after this many violations of different kinds.", valueName: "count"))
    var maxViolations: Int?

    @Option(
        help: ArgumentHelp(
            "Send what is to be sent at the same time so often in each place. (default: what the exploration says)",
            valueName: "count"))
    var rounds: Int?

    @Option(
        help: ArgumentHelp(
            """
            Explore with this many at once, each with a copy of the database and an API of its own. (default: 1; in the \
            demo, for the correct service with a provider, one for each core)
            """,
            valueName: "count"))
    var workers: Int?

    @Option(help: ArgumentHelp("Decides what is left to chance. (default: 1)", valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            """
            The laws to check: fast, all, or names with commas between them; rewind laws lists them. (default: fast, which \
            leaves out those that send many requests of their own)
            """, valueName: "laws"),
        transform: { try LawSelection($0) })
    var laws: LawSelection?

    func validate() throws {
        for (name, value) in [
            ("--max-steps", maxSteps), ("--max-depth", maxDepth), ("--max-violations", maxViolations),
            ("--rounds", rounds),
        ] {
            if let value, value < 1 { throw ValidationError("\(name) must be at least 1; it is \(value).") }
        }
        if let workers, !(1...64).contains(workers) {
            throw ValidationError("--workers must be from 1 to 64; it is \(workers).")
        }
        if let maxSeconds, !(maxSeconds > 0) {
            throw ValidationError("--max-seconds must be more than 0; it is \(maxSeconds).")
        }
    }

    /// What the options say, and where they say nothing what a file does, or else what is usual.
    func plan(over file: LimitsPart = LimitsPart()) -> SearchPlan {
        let time = maxSeconds.map { Int(min($0, 1e9) * 1000) } ?? file.milliseconds?.value
        return SearchPlan(
            strategy: strategy ?? file.strategy?.value ?? .breadthFirst, seed: seed ?? file.seed?.value ?? 1,
            limits: Limits(
                steps: maxSteps ?? file.steps?.value ?? 100_000, depth: maxDepth ?? file.depth?.value,
                time: time.map { .milliseconds($0) }, violations: maxViolations ?? file.violations?.value,
                rounds: rounds ?? file.rounds?.value),
            workers: workers ?? file.workers?.value, laws: laws)
    }
}

/// How an exploration is to go.
struct SearchPlan: Sendable {
    let strategy: Strategy
    let seed: UInt64
    var limits: Limits
    let workers: Int?
    /// Nothing, when the options do not say.
    let laws: LawSelection?
}

extension Strategy: ExpressibleByArgument {}
