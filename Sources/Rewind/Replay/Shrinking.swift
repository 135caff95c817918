/// What shrinking a path came to.
public struct ShrinkResult: Sendable {
    /// The shrunk path as it was replayed last; of the given path, when that could not be shrunk because it does not fail.
    public let replay: ReplayResult
    /// The steps that are left.
    public let path: [PathStep]
    /// How many replays it took.
    public let replays: Int
    /// Whether no step can be left out, and no argument be an earlier one of its domain, as far as single changes go.
    /// Otherwise the replays were used up, or the task was cancelled.
    public let isMinimal: Bool
}

extension Explorer {
    /// Makes a path that breaks a rule as short as it gets: leaves out steps by delta debugging, and puts earlier members
    /// of their domains in the place of arguments. Every candidate is replayed for real, so what is left breaks the rule.
    ///
    /// What breadth-first order finds is shortest already. This is for paths from elsewhere: another order, a log.
    /// - Parameters:
    ///   - rule: as for ``replay(_:expecting:)``. Without one, that which the path breaks first.
    ///   - maximumReplays: at least 2; the first and the last are of what was given and of what is left.
    public func shrink(
        _ path: [PathStep], expecting rule: String? = nil, maximumReplays: Int = 500
    ) async -> ShrinkResult {
        let first = await replay(path, expecting: rule)
        func unshrunk(_ replay: ReplayResult, _ replays: Int) -> ShrinkResult {
            ShrinkResult(replay: replay, path: path, replays: replays, isMinimal: false)
        }
        guard let violation = first.violation, let steps = try? exploration.steps(named: path) else {
            return unshrunk(first, 1)
        }
        let (shrunk, failure) = await checking(alsoLaw: violation.rule.name).atRoot { walker in
            var shrinking = Shrinking(steps, breaking: violation.rule.name, walker, maximumReplays: maximumReplays - 2)
            await shrinking.run()
            walker = shrinking.walker
            return (path: shrinking.shortest, replays: shrinking.replays, isMinimal: !shrinking.isOver)
        }
        guard let shrunk, failure == nil else {
            return unshrunk(ReplayResult(answer: .notDecided(failure ?? ""), steps: []), 1)
        }
        let names = shrunk.path.map { PathStep(label: exploration.label($0)) }
        let last = await replay(names, expecting: violation.rule.name)
        guard let found = last.violation else { return unshrunk(last, shrunk.replays + 2) }
        return ShrinkResult(
            replay: last, path: found.counterexample.recordedPath, replays: shrunk.replays + 2,
            isMinimal: shrunk.isMinimal)
    }
}

/// A path that gets shorter.
private struct Shrinking<Context: ExplorationContext>: Sendable {
    private(set) var walker: Walker<Context>
    private(set) var shortest: [StepID]
    private(set) var replays = 0
    private let question: ReplayQuestion
    private let maximumReplays: Int
    /// Candidates that did not fail.
    private var inVain: Set<[StepID]> = []

    init(_ path: [StepID], breaking rule: String, _ walker: Walker<Context>, maximumReplays: Int) {
        shortest = path
        self.walker = walker
        self.maximumReplays = maximumReplays
        var question = ReplayQuestion(about: rule, at: walker.exploration.label, of: path)
        question.isAskedAfterEveryStep = question.flawOfRefusal == nil
        question.leavesOutWhatCannotBeFormed = true
        self.question = question
    }

    var isOver: Bool { replays >= maximumReplays || Task.isCancelled }

    /// Until a round changes nothing.
    mutating func run() async {
        var last: [StepID] = []
        while shortest != last && !isOver {
            last = shortest
            await leaveOutSteps()
            await takeEarlierArguments()
            if shortest == last { await takeOtherArgumentsForFewerSteps() }
        }
    }

    private mutating func leaveOutSteps() async {
        var ddmin = DeltaDebugging(shortest)
        while let candidate = ddmin.next(), !isOver {
            if await fails(candidate) { ddmin.note(failing: shortest) }
        }
    }

    /// One step after another, with the first member of its domain that will do.
    private mutating func takeEarlierArguments() async {
        var index = 0
        while index < shortest.count && !isOver {
            for variant in 0..<shortest[index].variant {
                var candidate = shortest
                candidate[index] = StepID(action: candidate[index].action, variant: variant)
                if await fails(candidate) { break }
            }
            index += 1
        }
    }

    /// Two refunds of a little may be one of much: with any other argument of a step, another step may become needless.
    private mutating func takeOtherArgumentsForFewerSteps() async {
        for index in shortest.indices {
            let step = shortest[index]
            for variant in 0..<walker.exploration.variantCount(of: step) where variant != step.variant {
                for left in shortest.indices where left != index {
                    var candidate = shortest
                    candidate[index] = StepID(action: step.action, variant: variant)
                    candidate.remove(at: left)
                    if isOver { return }
                    if await fails(candidate) { return }
                }
            }
        }
    }

    /// Replays a candidate. If it fails, the steps that were taken until then are the shortest path known.
    private mutating func fails(_ candidate: [StepID]) async -> Bool {
        if isOver || inVain.contains(candidate) { return false }
        replays += 1
        let replay = await walker.replay(candidate, asking: question)
        if replay.isBroken && replay.path.count <= shortest.count {
            shortest = replay.path
            return true
        }
        inVain.insert(candidate)
        return false
    }
}
