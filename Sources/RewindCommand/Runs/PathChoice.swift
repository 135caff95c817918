import ArgumentParser
import Foundation
import Rewind
import RewindReport

/// Which path, and where: the arguments of everything that takes a path again.
struct PathChoice: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The id of a counterexample, or its first digits; or the steps of a path. Left out, all of the newest run.",
            valueName: "id-or-step"))
    var words: [String] = []

    @Option(help: ArgumentHelp("The run, as `rewind runs` lists it; the newest if left out.", valueName: "id"))
    var run: String?

    @Option(
        help: ArgumentHelp("The exploration file of a path; that of the run if left out.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Option(help: ArgumentHelp("The rule that a path breaks; any if left out.", valueName: "name"))
    var rule: String?

    @OptionGroup var place: PlaceOptions

    @Flag(help: "For a run of the demo: start the service without the bug.")
    var withoutBug = false

    /// A path to take again.
    struct Chosen: Sendable {
        /// When it is a counterexample of a kept run.
        var recorded: (run: KeptRun, counterexample: RecordedCounterexample)?
        let path: [PathStep]
        let rule: String?

        /// For people.
        var name: String {
            guard let recorded else { return rule ?? "the path" }
            return "\(recorded.counterexample.id) \(recorded.counterexample.rule)"
        }
    }

    /// What was chosen, and where it takes place.
    /// - Throws: `ExitCode` once it was said what is missing.
    func chosen(from store: RunStore) throws -> (paths: [Chosen], stage: Stage) {
        let runs = try runs(in: store)
        let recorded = try recorded(in: store, runs)
        if let recorded {
            let paths = recorded.counterexamples.map { counterexample in
                Chosen(
                    recorded: (recorded.run, counterexample), path: counterexample.path,
                    rule: rule ?? counterexample.rule)
            }
            return (paths, stage(file.map(Self.origin) ?? recorded.run.origin))
        }
        guard let origin = file.map(Self.origin) ?? runs.first?.origin else {
            throw Self.failure("There is no run yet whose exploration has these steps. Give --file.")
        }
        let path = PathStep.path(words.joined(separator: " → "))
        return ([Chosen(path: path, rule: rule)], stage(origin))
    }

    private func stage(_ origin: KeptRun.Origin) -> Stage {
        Stage(origin: origin, place: place.place, isCorrected: withoutBug)
    }

    private func recorded(
        in store: RunStore, _ runs: [KeptRun]
    ) throws -> (run: KeptRun, counterexamples: [RecordedCounterexample])? {
        if words.isEmpty {
            guard let newest = runs.first else {
                throw Self.failure(
                    "No run is kept here. `rewind explore FILE` keeps one, `rewind demo --keep` another.")
            }
            if newest.counterexamples.isEmpty {
                throw Self.failure("The run \(newest.id) found nothing wrong, so there is nothing to take again.")
            }
            return (newest, try store.counterexamples(in: newest))
        }
        guard words.count == 1, let word = words.first else { return nil }
        if let found = store.counterexample(word, in: runs) { return (found.run, [found.counterexample]) }
        if word.count == 8, word.allSatisfy(\.isHexDigit) {
            throw Self.failure("No kept run has a counterexample \(word). `rewind runs` lists them.")
        }
        return nil
    }

    private func runs(in store: RunStore) throws -> [KeptRun] {
        let all = store.runs()
        guard let run else { return all }
        guard let chosen = all.first(where: { $0.id == run }) else {
            throw Self.failure("No run \(run) is kept here. `rewind runs` lists them.")
        }
        return [chosen]
    }

    private static func origin(of file: String) -> KeptRun.Origin {
        .file(path: file, hash: RunStore.hash(ofFileAt: file) ?? "")
    }

    private static func failure(_ sentence: String) -> ExitCode {
        Terminal.note(sentence)
        return .notDecided
    }
}
