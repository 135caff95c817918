import ArgumentParser
import Foundation
import Orders
import Rewind
import RewindReport

/// `rewind demo`
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explores the reference orders service, correct or with a bug.",
        discussion: """
            Starts the service as a process of its own, on a free port, with a private database, and where the \
            exploration has a payment provider, with a sandbox of one; and explores all of it over HTTP. With --all-bugs \
            each exploration of the correct service comes first, then every bug; the exit code is 0 when the correct one \
            held and every bug was found. With --exploration it is about that one alone.

                rewind demo --bug double-refund
                rewind demo --exploration payouts --max-depth 6 --json result.json
            """)

    @Option(help: ArgumentHelp("The bug to start the service with; --list-bugs names them.", valueName: "name"))
    var bug: Bug?

    @Flag(help: "Explore the correct service and then one with each bug.")
    var allBugs = false

    @Flag(help: "List the bugs, with a sentence each.")
    var listBugs = false

    @Option(
        help: ArgumentHelp(
            "What to explore: the one that finds the bug, or else \(ZooExploration.providerFaults.rawValue).",
            valueName: "name"))
    var exploration: ZooExploration?

    @OptionGroup var search: SearchOptions

    @OptionGroup var reports: ReportOptions

    @Option(
        help: ArgumentHelp(
            "sqlite; postgres, for the one at $DATABASE_URL or else a private server; or a file or postgresql:// URL.",
            valueName: "database"), completion: .file())
    var database = DemoDatabase.temporaryFile

    @Flag(help: "Keep the run in .rewind, to replay what it finds; replays start the service again, on SQLite.")
    var keep = false

    @Flag(help: "Explore a database even if its name does not say that it is for tests.")
    var anyDatabase = false
    @Flag(help: .hidden) var cachingAPI = false

    func validate() throws {
        if bug != nil && allBugs { throw ValidationError("Give --bug or --all-bugs, not both.") }
        if let bug, let exploration, bug.needsProvider && !exploration.needsProvider {
            throw ValidationError("\(bug.rawValue) shows only with a provider, and \(exploration.rawValue) has none.")
        }
        if allBugs, let option = reports.given.first {
            throw ValidationError("\(option) belongs to one exploration; --all-bugs makes many.")
        }
        if allBugs && keep { throw ValidationError("--keep belongs to one exploration; --all-bugs makes many.") }
        if allBugs, case .file = database {
            throw ValidationError("--all-bugs makes many explorations, each with a file of its own.")
        }
    }

    func run() async throws {
        if listBugs {
            for bug in Bug.allCases { Terminal.result("\(bug.listed)\n    \(bug.summary)\n") }
        } else {
            // The service and its database come and go inside, so that a signal at any time leaves nothing behind.
            try await Interruption.endingTask {
                let databases = try DemoDatabases(
                    database, guarding: anyDatabase ? .anyDatabase : .testDatabasesOnly)
                defer { databases.remove() }
                try await allBugs ? exploreAll(databases) : exploreOne(databases)
            }
        }
    }

    private func exploreOne(_ databases: DemoDatabases) async throws {
        let chosen = exploration ?? bug?.exploration ?? .providerFaults
        let started = Date()
        let result = try await explore(chosen, with: bug, databases, title: bug?.rawValue ?? "demo", by: search)
        let keeping = Reporting.Keeping(
            origin: .demo(exploration: chosen.rawValue, bug: bug?.rawValue), exploration: chosen.rawValue,
            started: started)
        try Reporting(result, keeping: keep ? keeping : nil).report(to: reports)
    }

    private func explore(
        _ exploration: ZooExploration, with bug: Bug?, _ databases: DemoDatabases, title: String,
        by search: SearchOptions
    ) async throws -> ExplorationResult {
        let service = ServiceUnderTest(
            bug: bug, exploration: exploration, database: try databases.next(), isCaching: cachingAPI)
        return try await service.explored(by: search, title: title)
    }

    /// The correct service, then the whole zoo, a few lines each.
    private func exploreAll(_ databases: DemoDatabases) async throws {
        let explorations = exploration.map { [$0] } ?? ZooExploration.allCases
        var verdicts: [Verdict] = []
        for exploration in explorations {
            if Task.isCancelled { throw ExitCode.notDecided }
            let correct = try await explore(exploration, with: nil, databases, title: "correct service", by: search)
            if explorations.count > 1 { Terminal.result("\(exploration.rawValue): ") }
            Terminal.result(ConsoleReport(correct, isColored: Terminal.resultsAreColored).text + "\n")
            verdicts.append(correct.verdict)
        }
        let bugs = explorations.flatMap(Bug.found)
        var missed = 0
        for bug in bugs where try await !isFound(bug, databases) { missed += 1 }
        Terminal.result(
            "\n\(bugs.count - missed) of \(bugs.count) bugs found, each by a path that was replayed from the root.\n")
        for verdict in verdicts {
            guard case .held = verdict else { throw verdict.exitCode }
        }
        if missed > 0 { throw ExitCode.violated }
    }

    private func isFound(_ bug: Bug, _ databases: DemoDatabases) async throws -> Bool {
        if Task.isCancelled { throw ExitCode.notDecided }
        var search = search
        // The larger worlds go on for long after the first finding, and one is what is asked for.
        if bug.needsProvider { search.maxViolations = search.maxViolations ?? 1 }
        let result = try await explore(bug.exploration, with: bug, databases, title: bug.rawValue, by: search)
        let finding = result.violations.filter(\.isConfirmed).min {
            $0.counterexample.steps.count < $1.counterexample.steps.count
        }
        if case .interrupted = result.stopReason { throw ExitCode.notDecided }
        Terminal.result(ZooLine(bug: bug, finding: finding, result: result).text)
        return finding != nil
    }
}

extension Bug: ExpressibleByArgument {
    /// The name, and which exploration finds it if it is not the usual one.
    fileprivate var listed: String {
        exploration == .payments ? rawValue : "\(rawValue)  [\(exploration.rawValue)]"
    }
}

/// One bug of the zoo and how it was found.
private struct ZooLine {
    let bug: Bug
    let finding: Violation?
    let result: ExplorationResult

    var text: String {
        guard let finding else {
            return
                "✗ \(bug.rawValue): NOT FOUND after \(result.transitions) transitions (\(result.stopReason.description))\n"
        }
        return """
            ✓ \(bug.rawValue)  [\(finding.rule.severity.rawValue)] \(finding.rule.name)
                \(finding.message)
                \(finding.counterexample.path.joined(separator: " → "))

            """
    }
}
