import Foundation
import Rewind
import RewindReport
import Synchronization

/// The first line of `walk.jsonl`: what was walked, and how.
struct WalkHeading: Codable, Sendable {
    var format = "rewind-walk"
    var version = 1
    let origin: KeptRun.Origin
    /// A hash of the exploration file and all that it imports.
    let filesHash: String
    let exploration: String
    let strategy: Strategy
    let seed: UInt64
    let workers: Int
    let maxSteps, maxDepth, maxMilliseconds, maxViolations, rounds: Int?
    let laws: LawSelection?
    /// Of `rewind`.
    let programVersion: String
    let commandLine: [String]
    let started: Date

    init(of opened: OpenedExploration, _ plan: SearchPlan) {
        (origin, filesHash, exploration) = (opened.origin, opened.filesHash, opened.title)
        (strategy, seed, workers) = (plan.strategy, plan.seed, plan.workers ?? 1)
        (maxSteps, maxDepth, maxViolations) = (plan.limits.steps, plan.limits.depth, plan.limits.violations)
        maxMilliseconds = plan.limits.time.map { Int($0 / .milliseconds(1)) }
        (rounds, laws) = (plan.limits.rounds, plan.laws)
        programVersion = ProgramVersion.full
        commandLine = KeptRun.commandLine(of: CommandLine.arguments)
        started = Date()
    }
}

/// Writes a walk down as it goes, a line for each record, so that another process can go on from it.
///
/// Each line is handed to the system at once, so that it outlives the process, and to the disk every few seconds. Nothing
/// is kept in memory. A walk that goes on from another writes to a file of its own, which takes the place of the first
/// once it knows as much: to be ended before that loses nothing.
final class WalkJournal: Sendable {
    private struct State {
        var file: FileHandle?
        var id: String?
        var steps = 0
        /// Whether the file is the one that is looked for.
        var isInPlace = false
        var hasFailed = false
        var lastSync = ContinuousClock.now
    }

    private let store: RunStore
    private let heading: WalkHeading
    private let unfinished: UnfinishedRun?
    private let state = Mutex(State())
    private let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }()

    private static let syncInterval = Duration.seconds(2)

    init(_ heading: WalkHeading, goingOnWith unfinished: UnfinishedRun?, in store: RunStore = RunStore()) {
        (self.heading, self.unfinished, self.store) = (heading, unfinished, store)
    }

    /// What the walk goes on from.
    var known: [WalkRecord] { unfinished?.records ?? [] }

    private var knownSteps: Int { unfinished?.steps ?? 0 }

    // MARK: Writing

    /// Takes a record down. That it can't be is said once, and ends nothing.
    func write(_ record: WalkRecord) {
        state.withLock { state in
            if state.hasFailed { return }
            do {
                try write(record, &state)
            } catch {
                state.hasFailed = true
                Terminal.note(
                    "The walk can't be written to .rewind, so it can't be gone on with: \(error.localizedDescription)")
            }
        }
    }

    private func write(_ record: WalkRecord, _ state: inout State) throws {
        if state.file == nil { try open(&state) }
        try append(record, to: state.file)
        if record.isStep { state.steps += 1 }
        if !state.isInPlace, state.steps >= knownSteps { try putInPlace(&state) }
        if ContinuousClock.now - state.lastSync > Self.syncInterval {
            try state.file?.synchronize()
            state.lastSync = ContinuousClock.now
        }
    }

    private func open(_ state: inout State) throws {
        let id = try unfinished?.id ?? store.makeFolder(startedAt: heading.started)
        state.id = id
        state.isInPlace = unfinished == nil
        state.file = try ClaimedFile.create(at: state.isInPlace ? store.walkFile(of: id) : store.newWalkFile(of: id))
        try append(heading, to: state.file)
    }

    private func append(_ value: some Encodable, to file: FileHandle?) throws {
        try file?.write(contentsOf: try encoder.encode(value) + Data("\n".utf8))
    }

    private func putInPlace(_ state: inout State) throws {
        guard let id = state.id else { return }
        try state.file?.synchronize()
        let (new, old) = (store.newWalkFile(of: id).path, store.walkFile(of: id).path)
        guard rename(new, old) == 0 else { throw CocoaError(.fileWriteUnknown) }
        state.isInPlace = true
    }

    // MARK: Ending

    /// How a walk is left.
    struct Ending {
        let id: String?
        /// Whether the result is to be kept: one of a walk that did not come as far as the one before is not.
        let isKept: Bool
        /// Whether it can be gone on with.
        let canGoOn: Bool
    }

    /// Ends the writing. What nobody can go on from is removed.
    func close(endedBy ending: ResultDocument.Ending) -> Ending {
        state.withLock { state in
            try? state.file?.synchronize()
            try? state.file?.close()
            state.file = nil
            guard let id = state.id else {
                return Ending(id: unfinished?.id, isKept: unfinished == nil, canGoOn: false)
            }
            let isWhole = ending == .everything
            if !state.isInPlace { try? FileManager.default.removeItem(at: store.newWalkFile(of: id)) }
            guard state.isInPlace || isWhole else { return Ending(id: id, isKept: false, canGoOn: true) }
            if isWhole || state.steps == 0 { try? FileManager.default.removeItem(at: store.walkFile(of: id)) }
            let isLimited = [.steps, .time, .violations, .interrupted].contains(ending)
            return Ending(id: id, isKept: true, canGoOn: isLimited && state.steps > 0 && !state.hasFailed)
        }
    }

    /// As what the result is kept.
    func keeping(in id: String?) -> Reporting.Keeping {
        Reporting.Keeping(
            origin: heading.origin, exploration: heading.exploration,
            started: unfinished?.heading.started ?? heading.started, id: id)
    }
}

extension RunStore {
    /// What a walk can be gone on from.
    func walkFile(of id: String) -> URL { file("walk.jsonl", of: id) }

    /// Where a walk that goes on is written until it knows as much.
    func newWalkFile(of id: String) -> URL { file("walk-new.jsonl", of: id) }

    private func file(_ name: String, of id: String) -> URL {
        runsFolder.appendingPathComponent(id).appendingPathComponent(name)
    }
}

extension OpenedExploration {
    /// A hash of what the file and those that it imports say.
    var filesHash: String {
        RunStore.hash(of: file.sources.map { RunStore.hash(ofFileAt: $0) ?? "" }.joined(separator: "\n"))
    }
}
