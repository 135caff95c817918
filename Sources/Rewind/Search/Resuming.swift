/// What an earlier walk wrote down, for one that goes on from it.
///
/// States can't be carried over from one process to another, so they are reached again: each step that led to a new state
/// is taken once more and must lead there again. So is every step that something was wrong about or that taught something,
/// and a sample of the rest. All other steps, which led from one known state to another, are taken as known and not sent.
///
/// Steps are looked up and not followed: the order in which the walk takes them is its strategy's.
struct Resumption: Sendable {
    private struct Key: Hashable {
        let from: Int
        let step: StepID
    }

    private struct Known {
        let step: WalkRecord.Step
        let isSampled: Bool
    }

    let root: WalkRecord.Root
    /// All that had been learned in the end.
    let learned: Set<String>
    let chosen: Set<Fingerprint>
    private var steps: [Key: Known] = [:]
    /// The states by the numbers they had, as they were seen in the end.
    private var fingerprints: [Int: Fingerprint]
    /// From the numbers that states had to those they have now, and back.
    private var nodes: [Int: NodeID] = [0: 0]
    private var numbers: [NodeID: Int] = [0: 0]
    /// Whether states are still seen as they were in the end.
    var comparesFingerprints = true
    /// What was wrong before and is not now.
    var warnings: [String] = []

    /// Of the steps that need not be taken again, one in this many is.
    private static let samplingInterval = 16

    /// `nil` when nothing was written down.
    init?(_ records: [WalkRecord], actions: [String]) {
        guard case .root(let root)? = records.first else { return nil }
        self.root = root
        fingerprints = [0: root.state]
        var learned: Set<String> = []
        var chosen: Set<Fingerprint> = []
        let indices = Dictionary(actions.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for (line, record) in records.enumerated() {
            switch record {
            case .root: break
            case .learned(let lesson):
                learned.formUnion(lesson.volatile)
                chosen.formUnion(lesson.chosen)
                for (number, state) in (lesson.states ?? []).enumerated() { fingerprints[number] = state }
            case .step(let step):
                guard let action = indices[step.action] else { continue }
                let key = Key(from: step.from, step: StepID(action: action, variant: step.argument))
                steps[key] = Known(step: step, isSampled: line.isMultiple(of: Self.samplingInterval))
                if let state = step.state, let number = step.to { fingerprints[number] = state }
            }
        }
        (self.learned, self.chosen) = (learned, chosen)
    }

    /// Where a step is known to lead, when it need not be taken again.
    mutating func takePlain(_ edge: Edge) -> (step: WalkRecord.Step, target: NodeID)? {
        guard let key = key(of: edge), let known = steps[key], known.step.isPlain, !known.isSampled,
            let target = known.step.to.flatMap({ nodes[$0] })
        else { return nil }
        steps[key] = nil
        return (known.step, target)
    }

    /// What is known of a step that was taken again.
    mutating func take(_ edge: Edge) -> WalkRecord.Step? {
        key(of: edge).flatMap { steps.removeValue(forKey: $0)?.step }
    }

    private func key(of edge: Edge) -> Key? {
        numbers[edge.source].map { Key(from: $0, step: edge.step) }
    }

    /// How a state looked in the end.
    func fingerprint(of number: Int) -> Fingerprint? { fingerprints[number] }

    func node(of number: Int) -> NodeID? { nodes[number] }

    /// Says that a state was found again.
    mutating func identify(_ number: Int, as node: NodeID) {
        if nodes[number] == nil { nodes[number] = node }
        if numbers[node] == nil { numbers[node] = number }
    }
}

extension Walk {
    var isRecorded: Bool { onRecord != nil || resumption != nil }

    // MARK: Beginning

    /// Sees states as they were seen in the end.
    mutating func restoreWhatWasLearned() {
        guard let resumption, !resumption.learned.isEmpty else { return }
        experiments.learned = resumption.learned
        canonicalizer = canonicalizer.learning(resumption.learned).knowing(chosen: resumption.chosen)
    }

    /// - Throws: ``NotDecided`` when the walk does not begin where the one before began.
    func requireSameBeginning() throws {
        guard let before = resumption?.root else { return }
        let now = try rootRecord()
        var difference: String?
        if now.exploration != before.exploration {
            difference = "The exploration is another one: its actions, checks or diagram are not those of that run."
        }
        for (index, name) in systems.enumerated() where difference == nil {
            if index >= before.schemas.count || now.schemas[index] != before.schemas[index] {
                difference = "\(name) has other tables or columns than when that run began."
            } else if index >= before.contents.count || now.contents[index] != before.contents[index] {
                difference = "\(name) holds other rows than when that run began."
            }
        }
        if difference == nil && (before.contents.count != systems.count || now.state != before.state) {
            difference = "The first state is not the one that the run began in."
        }
        if let difference { throw NotDecided("The run can't be gone on with. \(difference) Begin a new one.") }
    }

    // MARK: Steps

    /// Takes what a step did before for what it does, unless that has to be seen again.
    mutating func takeAsKnown(_ edge: Edge) -> Bool {
        guard let (step, target) = resumption?.takePlain(edge) else { return false }
        statistics.transitions += 1
        statistics.knownTransitions += 1
        let isAccepted = step.outcome == .accepted
        graph.add(
            .init(
                source: UInt32(edge.source), target: UInt32(target), action: UInt16(edge.step.action),
                variant: UInt16(edge.step.variant), outcome: isAccepted ? .accepted : .refused))
        answers.noteUnheard()
        coverage.add(
            isAccepted ? .accepted : .refused, state: coverageIndex(of: contexts[edge.source]),
            action: edge.step.action,
            target: step.diagram.map { coverage.index(ofState: $0) } ?? coverageIndex(of: contexts[target]))
        if step.isUnsent != true { for law in exploration.laws { timesChecked[law.name, default: 0] += 1 } }
        noteArrival(at: target, by: edge)
        open(target, reachedFrom: edge.source)
        news += 1
        var record = WalkRecord.Step(
            from: edge.source, action: step.action, argument: step.argument, outcome: step.outcome)
        (record.to, record.diagram, record.isUnsent) = (target, step.diagram, step.isUnsent)
        onRecord?(.step(record))
        return true
    }

    /// Compares a step that was taken again with what is known of it.
    /// - Throws: ``NotDecided`` when it did something else.
    mutating func recognise(_ record: WalkRecord.Step?, edge: Edge, by worker: Int) throws {
        guard let record, let earlier = resumption?.take(edge) else { return }
        flights[worker]?.earlier = earlier
        guard let number = earlier.to, let expected = resumption?.fingerprint(of: number) else { return }
        // A step that something was wrong about may have met an API that was just being ended.
        let isReliable = earlier.flaws == nil && record.flaws == nil
        guard record.outcome == earlier.outcome, let target = record.to else {
            if isReliable {
                throw notResumable(edge, "\(earlier.outcome.rawValue) then, \(record.outcome.rawValue) now")
            }
            return
        }
        let isSame: Bool
        let reached = try fingerprint(of: graph[target], contexts[target])
        if resumption?.comparesFingerprints == true {
            isSame = reached == expected
        } else if let known = resumption?.node(of: number) {
            isSame = try reached == fingerprint(of: graph[known], contexts[known])
        } else {
            isSame = true
        }
        if isSame {
            resumption?.identify(number, as: target)
        } else if isReliable {
            throw notResumable(edge, "it led to another state than then")
        }
    }

    private func notResumable(_ edge: Edge, _ evidence: String) -> NotDecided {
        NotDecided(
            "The run can't be gone on with: \(label(edge.step)) was taken again, and \(evidence). Path: "
                + "\(pathDescription(to: edge.source)) → \(label(edge.step)). Usual causes: the API is another one than "
                + "then, or it answers by the time of day or by chance. Begin a new run.")
    }

    /// Says of what was wrong with a step then that it is not now.
    mutating func noteMissing(in record: WalkRecord.Step, of earlier: WalkRecord.Step, edge: Edge) {
        for name in Set(earlier.flaws ?? []).subtracting(record.flaws ?? []).sorted() {
            let path = "\(pathDescription(to: edge.source)) → \(label(edge.step))"
            resumption?.warnings.append(
                "\(name) was violated before the walk was interrupted, and not when the step was taken again: \(path).")
        }
    }
}
