import Digests
import Foundation
import Rewind
import RewindReport

/// The runs that are kept in a project's `.rewind` folder.
///
/// `runs/ID/run.json` says what was run, `result.json` what came of it (docs/result-format.md), and
/// `counterexamples/ID.json` holds what leads to each violation; `walk.jsonl` is there as long as a walk can be gone on with
/// (``WalkJournal``). Secrets are in none of them.
struct RunStore: Sendable {
    /// The newest are kept.
    static let capacity = 50

    let folder: URL

    /// - Parameter directory: the project's.
    init(in directory: String = FileManager.default.currentDirectoryPath) {
        folder = URL(fileURLWithPath: directory).appendingPathComponent(".rewind")
    }

    var runsFolder: URL { folder.appendingPathComponent("runs") }

    // MARK: Keeping

    /// Keeps a run that has just ended.
    /// - Parameters:
    ///   - document: of the result.
    ///   - id: of the folder that was made for it, if one was.
    /// - Returns: what was kept.
    func keep(
        _ result: ExplorationResult, _ document: ResultDocument, of origin: KeptRun.Origin, named exploration: String,
        started: Date, in id: String? = nil, redaction: Redaction
    ) throws -> KeptRun {
        let recorded = result.violations.map {
            RecordedCounterexample($0, exploration: exploration, redaction: redaction)
        }
        let run = KeptRun(
            id: try id ?? makeFolder(startedAt: started), origin: origin, exploration: exploration,
            verdict: result.verdict.name, strategy: result.strategy.rawValue, seed: result.seed,
            version: RewindProgram.configuration.version,
            commandLine: KeptRun.commandLine(of: CommandLine.arguments), started: started, ended: Date(),
            counterexamples: recorded.map {
                KeptRun.Found(id: $0.id, rule: $0.rule, path: $0.path.map(\.description))
            }, endedBy: document.endedBy)
        for counterexample in recorded { try keep(counterexample, in: run) }
        try document.data().write(to: resultFile(of: run), options: .atomic)
        // The last, so that a run with this file is complete.
        try Self.encoder.encode(run).write(
            to: self.folder(of: run).appendingPathComponent("run.json"), options: .atomic)
        try removeOldest()
        return run
    }

    /// Keeps a counterexample that was made of another.
    func keep(_ counterexample: RecordedCounterexample, in run: KeptRun) throws {
        let path = file(of: counterexample.id, in: run)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try counterexample.data().write(to: path, options: .atomic)
    }

    /// Makes the folder of a run.
    /// - Returns: its id.
    func makeFolder(startedAt date: Date) throws -> String {
        try FileManager.default.createDirectory(at: runsFolder, withIntermediateDirectories: true)
        let ignore = folder.appendingPathComponent(".gitignore")
        // It ignores itself as well.
        if !FileManager.default.fileExists(atPath: ignore.path) { try Data("*\n".utf8).write(to: ignore) }
        let id = KeptRun.id(at: date)
        for number in 1... {
            let name = number == 1 ? id : "\(id)-\(number)"
            let path = runsFolder.appendingPathComponent(name)
            if FileManager.default.fileExists(atPath: path.path) { continue }
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: false)
            return name
        }
        return id
    }

    private func removeOldest() throws {
        for id in ids().dropFirst(Self.capacity) {
            try FileManager.default.removeItem(at: runsFolder.appendingPathComponent(id))
        }
    }

    // MARK: Finding

    /// The ids of all runs, the newest first; those of runs that have not ended, or were killed, as well.
    func ids() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runsFolder.path)) ?? []
        return names.filter { $0.wholeMatch(of: /\d{8}-\d{6}(-\d+)?/) != nil }.sorted {
            $0.compare($1, options: .numeric) == .orderedDescending
        }
    }

    /// All runs that ended, the newest first.
    func runs() -> [KeptRun] { ids().compactMap(run) }

    /// The run of that id, if it ended.
    func run(_ id: String) -> KeptRun? {
        let file = runsFolder.appendingPathComponent(id).appendingPathComponent("run.json")
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return (try? Data(contentsOf: file)).flatMap { try? decoder.decode(KeptRun.self, from: $0) }
    }

    func resultFile(of run: KeptRun) -> URL { folder(of: run).appendingPathComponent("result.json") }

    /// The counterexample with that id, or with an id that begins so, in the newest run that has it.
    func counterexample(_ id: String, in runs: [KeptRun]) -> (run: KeptRun, counterexample: RecordedCounterexample)? {
        guard id.count >= 4 else { return nil }
        for run in runs {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: counterexamples(of: run).path)) ?? []
            guard let name = names.sorted().first(where: { $0.hasPrefix(id) && $0.hasSuffix(".json") }) else {
                continue
            }
            if let found = try? counterexample(at: counterexamples(of: run).appendingPathComponent(name)) {
                return (run, found)
            }
        }
        return nil
    }

    /// The counterexamples of a run, in the order of the report.
    func counterexamples(in run: KeptRun) throws -> [RecordedCounterexample] {
        try run.counterexamples.map { try counterexample(at: file(of: $0.id, in: run)) }
    }

    private func counterexample(at file: URL) throws -> RecordedCounterexample {
        try JSONDecoder().decode(RecordedCounterexample.self, from: Data(contentsOf: file))
    }

    private func folder(of run: KeptRun) -> URL { runsFolder.appendingPathComponent(run.id) }
    private func counterexamples(of run: KeptRun) -> URL { folder(of: run).appendingPathComponent("counterexamples") }

    private func file(of counterexample: String, in run: KeptRun) -> URL {
        counterexamples(of: run).appendingPathComponent(counterexample + ".json")
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    /// A hash of what a file says, to see whether it has changed.
    static func hash(ofFileAt path: String) -> String? {
        (try? Data(contentsOf: URL(fileURLWithPath: path))).map { Digests.hexadecimal(Digests.sha256($0)) }
    }

    static func hash(of text: String) -> String { Digests.hexadecimal(Digests.sha256(Data(text.utf8))) }
}

extension Verdict {
    /// As in `docs/result-format.md`.
    var name: String {
        switch self {
        case .held: "held"
        case .violated: "violated"
        case .notDecided: "not-decided"
        }
    }
}
