import ArgumentParser
import ExplorationFiles
import Foundation
import Rewind
import RewindReport

/// The options that say from where to go on.
struct ResumeOptions: ParsableArguments {
    @Flag(
        help: """
            Go on from where the newest unfinished run of the file ended, be it by a limit, Ctrl-C or kill -9. What ended \
            it does not end it again.
            """)
    var resume = false

    @Option(
        help: ArgumentHelp("With --resume: the run to go on with, as `rewind runs` lists it.", valueName: "id"),
        completion: .shellCommand("ls .rewind/runs 2>/dev/null"))
    var run: String?

    func validate() throws {
        if run != nil && !resume { throw ValidationError("--run says which run to go on with: give --resume too.") }
    }

    /// The run to go on with, or `nil` when a new one is to begin.
    /// - Throws: `ExitCode` once it was said why there is none.
    func unfinishedRun(of opened: OpenedExploration) throws -> UnfinishedRun? {
        guard resume else { return nil }
        do {
            let found = try UnfinishedRun.find(run, of: opened, in: RunStore())
            Terminal.note("Going on with run \(found.id): \(found.steps) steps are known.")
            return found
        } catch let problem as NotExplorable {
            Terminal.note(opened.redaction.sentence("\(problem)"))
            throw ExitCode.notDecided
        }
    }

    /// How to go on with a run that has just ended.
    static func hint(_ file: String) -> String {
        "Again from here: rewind explore " + (file == Init.usualOutput ? "" : "\(file) ") + "--resume"
    }
}

/// A walk that did not come to its end, as it was written down.
struct UnfinishedRun: Sendable {
    let id: String
    let heading: WalkHeading
    let records: [WalkRecord]
    /// What ended it; `nil` when it was killed.
    let endedBy: ResultDocument.Ending?
    /// Held, so that no two go on with one run at the same time.
    private let claim: FileHandle

    /// Steps that were taken.
    let steps: Int

    // MARK: Finding

    /// The run of that id, or the newest unfinished one of the file.
    /// - Throws: `NotExplorable` when there is none, or it can't be gone on with.
    static func find(_ id: String?, of opened: OpenedExploration, in store: RunStore) throws -> UnfinishedRun {
        let name = opened.file.path
        if let id {
            guard store.ids().contains(id) else {
                throw NotExplorable("No run \(id) is kept here. `rewind runs` lists them.")
            }
            guard let run = try UnfinishedRun(id, in: store, as: name) else { throw nothingToResume(id, in: store) }
            try run.requireSame(opened)
            return run
        }
        var newest: String?
        for id in store.ids() {
            let heading = try? WalkLines(at: store.walkFile(of: id)).heading
            guard let path = (heading?.origin ?? store.run(id)?.origin)?.path else { continue }
            guard path == opened.origin.path else { continue }
            newest = newest ?? id
            // Every step within the depth was taken.
            if heading == nil || store.run(id)?.endedBy == .depth { continue }
            guard let run = try UnfinishedRun(id, in: store, as: name) else { continue }
            try run.requireSame(opened)
            return run
        }
        guard let newest else {
            throw NotExplorable("No run of \(name) is kept here. Begin one: rewind explore \(name)")
        }
        throw nothingToResume(newest, in: store)
    }

    private static func nothingToResume(_ id: String, in store: RunStore) -> NotExplorable {
        let depth =
            store.run(id)?.endedBy == .depth ? " within its depth; give --run \(id) and a greater --max-depth" : ""
        return NotExplorable("There is nothing to resume: the run \(id) took every step\(depth).")
    }

    /// `nil` when nothing is left of the walk.
    private init?(_ id: String, in store: RunStore, as file: String) throws {
        let path = store.walkFile(of: id)
        guard FileManager.default.fileExists(atPath: path.path) else { return nil }
        guard let claim = try ClaimedFile.claim(at: path) else {
            throw NotExplorable("The run \(id) of \(file) has not ended: another process is at it.")
        }
        let lines = try WalkLines(at: path)
        guard let heading = lines.heading else {
            throw NotExplorable("The walk of run \(id) can't be read. Begin a new one: rewind explore \(file)")
        }
        (self.id, self.heading, self.claim) = (id, heading, claim)
        records = lines.records()
        steps = records.count(where: \.isStep)
        endedBy = store.run(id)?.endedBy
    }

    // MARK: Going on

    /// - Throws: `NotExplorable` when it was made by another file or program.
    private func requireSame(_ opened: OpenedExploration) throws {
        let name = opened.file.path
        if heading.origin.path != opened.origin.path {
            throw NotExplorable("The run \(id) is one of \(heading.origin.path ?? "the demo"), not of \(name).")
        }
        var difference: String?
        if heading.filesHash != opened.filesHash {
            difference = "\(name) or a file that it imports has changed since."
        } else if heading.programVersion != ProgramVersion.full {
            difference = "It was made by \(heading.programVersion), and this is \(ProgramVersion.full)."
        }
        guard let difference else { return }
        throw NotExplorable(
            "The run \(id) can't be gone on with. \(difference) Begin a new one: rewind explore \(name)")
    }

    /// How it goes on: as it was begun, without the limit that ended it, unless the options say otherwise.
    /// - Throws: `ExitCode` once it was said what does not go together.
    func plan(_ search: SearchOptions, over file: LimitsPart) throws -> SearchPlan {
        if let strategy = search.strategy, strategy != heading.strategy {
            throw Self.failure(
                "The run \(id) is \(heading.strategy.rawValue), not \(strategy.rawValue). Leave out --strategy, or "
                    + "--resume.")
        }
        if let seed = search.seed, seed != heading.seed {
            throw Self.failure("The run \(id) has seed \(heading.seed), not \(seed). Leave out --seed, or --resume.")
        }
        let laws = heading.laws ?? .fast
        if let chosen = search.laws, chosen != laws {
            throw Self.failure(
                "The run \(id) checks the laws \(laws), not \(chosen). Leave out --laws, or --resume.")
        }
        if let most = search.maxSteps, most <= steps {
            throw Self.failure(
                "--max-steps counts the steps of the whole run, which has taken \(steps) already: give more than that.")
        }
        let milliseconds = search.maxSeconds.map { Int($0 * 1000) } ?? unless(.time, heading.maxMilliseconds)
        let more = search.plan().limits.steps.map { steps + $0 }
        return SearchPlan(
            strategy: heading.strategy, seed: heading.seed,
            limits: Limits(
                steps: search.maxSteps ?? unless(.steps, heading.maxSteps) ?? more,
                depth: search.maxDepth ?? heading.maxDepth, time: milliseconds.map { .milliseconds($0) },
                violations: search.maxViolations ?? unless(.violations, heading.maxViolations),
                rounds: search.rounds ?? heading.rounds),
            workers: search.workers ?? heading.workers, laws: laws)
    }

    /// The limit, if it is not what ended the run.
    private func unless(_ ending: ResultDocument.Ending, _ limit: Int?) -> Int? { endedBy == ending ? nil : limit }

    private static func failure(_ sentence: String) -> ExitCode {
        Terminal.note(sentence)
        return .notDecided
    }
}

/// The lines of a walk. The last may be torn, when the process was killed or the machine went down: what comes before the
/// first that can't be read is the walk.
struct WalkLines {
    private let lines: [Data.SubSequence]
    private let decoder = JSONDecoder()

    init(at url: URL) throws {
        decoder.dateDecodingStrategy = .iso8601
        // What follows the last line break is not a line yet.
        lines = try Data(contentsOf: url).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .dropLast()
    }

    var heading: WalkHeading? {
        guard let heading = lines.first.flatMap({ try? decoder.decode(WalkHeading.self, from: $0) }) else { return nil }
        return heading.format == "rewind-walk" && heading.version == 1 ? heading : nil
    }

    func records() -> [WalkRecord] {
        var records: [WalkRecord] = []
        for line in lines.dropFirst() {
            guard let record = try? decoder.decode(WalkRecord.self, from: line) else { break }
            records.append(record)
        }
        return records
    }
}

extension KeptRun.Origin {
    /// Of the exploration file.
    var path: String? {
        if case .file(let path, _) = self { path } else { nil }
    }
}
