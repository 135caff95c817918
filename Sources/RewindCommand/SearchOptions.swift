import ArgumentParser
import Rewind

/// The options of everything that explores.
struct SearchOptions: ParsableArguments {
    @Option(help: "The order in which states are explored.")
    var strategy = Strategy.breadthFirst

    @Option(help: ArgumentHelp("Stop after this many steps; a bug can make the states endless.", valueName: "count"))
    var maxSteps: Int = 100_000

    @Option(help: ArgumentHelp("Explore paths of at most this many steps.", valueName: "count"))
    var maxDepth: Int?

    @Option(help: ArgumentHelp("Stop after this many seconds.", valueName: "seconds"))
    var maxSeconds: Double?

    @Option(help: ArgumentHelp("Stop after this many violations of different kinds.", valueName: "count"))
    var maxViolations: Int?

    @Option(
        help: ArgumentHelp(
            """
            Explore with this many at once, each with a copy of the database and a service of its own. Left out, one, or \
            for the correct service with a provider one for each core.
            """,
            valueName: "count"))
    var workers: Int?

    @Option(help: ArgumentHelp("Decides what is left to chance.", valueName: "number"))
    var seed: UInt64 = 1

    func validate() throws {
        for (name, value) in [
            ("--max-steps", Optional(maxSteps)), ("--max-depth", maxDepth), ("--max-violations", maxViolations),
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

    var limits: Limits {
        Limits(
            steps: maxSteps, depth: maxDepth, time: maxSeconds.map { .milliseconds(Int64(min($0, 1e9) * 1000)) },
            violations: maxViolations)
    }
}

extension Strategy: ExpressibleByArgument {}
