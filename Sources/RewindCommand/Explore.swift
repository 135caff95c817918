import ArgumentParser
import ExplorationFiles
import Foundation
import Rewind
import RewindReport

/// `rewind explore`
struct Explore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explores an API by an exploration file.",
        discussion: """
            The file says where the API is, or how to start it, what can be done to it and what must hold \
            (docs/exploration-files.md). Its database is returned to where it was, whatever happens.

            rewind explore                       the file exploration.yaml, as rewind init writes it
            rewind explore payments.yaml --max-depth 5 --json result.json
            rewind explore payments.yaml --url http://127.0.0.1:8080
            rewind explore payments.yaml --junit junit.xml --sarif rewind.sarif    for CI (docs/ci.md)
            rewind explore payments.yaml --resume     goes on from where the newest unfinished run of it ended
            """)

    @Argument(
        help: ArgumentHelp("The exploration file, in YAML or JSON.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file = Init.usualOutput

    @OptionGroup var search: SearchOptions
    @OptionGroup var place: PlaceOptions
    @OptionGroup var resuming: ResumeOptions
    @OptionGroup var reports: ReportOptions

    func run() async throws {
        let opened = try place.open(file)
        let unfinished = try resuming.unfinishedRun(of: opened)
        let plan = try unfinished?.plan(search, over: opened.file.limits) ?? search.plan(over: opened.file.limits)
        let (file, reports) = (file, reports)
        // The API and copies of its database come and go inside, so that a signal at any time leaves nothing behind.
        try await Interruption.endingTask {
            if let replay = opened.file.replay { return try await opened.take(replay) }
            let journal = WalkJournal(WalkHeading(of: opened, plan), goingOnWith: unfinished)
            let result = try await opened.sayingWhatFails { try await opened.explored(by: plan, writing: journal) }
            if unfinished != nil, result.transitions == 0, case .failed(let why) = result.stopReason {
                Terminal.note(opened.redaction.sentence(why))
                throw ExitCode.notDecided
            }
            let ending = journal.close(endedBy: .init(result.stopReason))
            let reporting = Reporting(
                result, redaction: opened.redaction, keeping: journal.keeping(in: ending.id),
                isToBeKept: ending.isKept, declarations: opened.file.declarations(relativeTo: ProjectFolder()))
            try reporting.report(to: reports, hint: ending.canGoOn ? ResumeOptions.hint(file) : nil)
        }
    }
}

/// The options of everything that opens an exploration file.
struct PlaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Explore the API that runs there, instead of the one that the file names or starts.", valueName: "url"))
    var url: String?

    @Flag(help: "Explore a database even if its name does not say that it is for tests.")
    var anyDatabase = false

    /// What the options say.
    var place: OpenedExploration.Place {
        OpenedExploration.Place(url: url, guarding: anyDatabase ? .anyDatabase : .testDatabasesOnly)
    }

    func open(_ path: String) throws -> OpenedExploration { try Self.open(path, at: place) }

    /// Reads a file. What is wrong with it is printed, a line for each.
    /// - Throws: `ExitCode`.
    static func open(_ path: String, at place: OpenedExploration.Place) throws -> OpenedExploration {
        do {
            return try OpenedExploration(path, at: place)
        } catch let errors as FileErrors {
            for error in errors.errors { Terminal.note("\(error)") }
            if !FileManager.default.fileExists(atPath: path) { Terminal.note("A first one is written by: rewind init") }
            throw ExitCode.notDecided
        }
    }
}

extension OpenedExploration {
    /// Explores, and goes on from what the journal knows.
    func explored(by plan: SearchPlan, writing journal: WalkJournal) async throws -> ExplorationResult {
        try await withWorkers(plan.workers ?? 1) { team in
            let progress = ProgressLine(title: redaction.sentence(title))
            defer { progress.finish() }
            let explorer = try Explorer(
                exploration.checking(laws: plan.laws ?? .fast), by: team.workers, strategy: plan.strategy,
                seed: plan.seed, limits: plan.limits, replacingLostWorlds: team.replacement,
                onProgress: progress.show, onRecord: journal.write, resuming: journal.known)
            return await explorer.explore()
        } notingFailure: { result, notes in
            guard case .failed = result.stopReason else { return }
            for note in await notes() { Terminal.note(redaction.sentence(note)) }
        }
    }

    /// Takes the file's path instead of exploring.
    /// - Throws: the exit code, always.
    func take(_ replay: ReplayPart) async throws {
        let path = replay.path.map { PathStep(label: $0.value) }
        let result = try await sayingWhatFails {
            try await withWorkers(1) { team in
                await (try Explorer(exploration, by: team.workers)).replay(path, expecting: replay.rule?.value)
            }
        }
        let report = ReplayReport(
            result, of: replay.rule?.value ?? title, path, isColored: Terminal.resultsAreColored, redaction: redaction)
        Terminal.result(report.text)
        throw result.exitCode
    }

    /// Prints what keeps the operation from giving anything, without what must not be shown.
    /// - Throws: `ExitCode` instead of any other error.
    func sayingWhatFails<R: Sendable>(_ operation: () async throws -> R) async throws -> R {
        do {
            return try await operation()
        } catch let code as ExitCode {
            throw code
        } catch is CancellationError {
            throw ExitCode.notDecided
        } catch let error as SystemError {
            Terminal.note(redaction.sentence(error.message))
        } catch {
            Terminal.note(redaction.sentence("\(error)"))
        }
        throw ExitCode.notDecided
    }
}
