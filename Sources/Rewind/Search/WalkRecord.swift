/// What a walk writes down of itself as it goes, so that another can go on from it: see ``Explorer``.
///
/// The first record of a walk is its root; then there is one for each step that was taken, and one whenever something was
/// learned. States are numbered in the order in which they were found. No record holds anything that the API answered or
/// that a system holds: only numbers of states, names that the exploration gives, and fingerprints.
public enum WalkRecord: Sendable, Hashable {
    case root(Root)
    case step(Step)
    case learned(Learned)

    /// Where the walk began. A walk that begins elsewhere can't go on from it.
    public struct Root: Sendable, Hashable, Codable {
        /// Of what is tried and checked.
        let exploration: Fingerprint
        /// One for each system.
        let schemas: [Fingerprint]
        let contents: [Fingerprint]
        /// Of the first state.
        let state: Fingerprint
    }

    /// A step that was taken.
    public struct Step: Sendable, Hashable, Codable {
        let from: Int
        let action: String
        /// The member of the argument domain, from 0.
        let argument: Int
        let outcome: Outcome
        /// `nil` when it led nowhere.
        var to: Int?
        /// The fingerprint of the state it led to, when that was new.
        var state: Fingerprint?
        /// Whether what it did has to be seen again: it was taken twice, or a narrowed identity merged two states by it.
        var isToBeSeen: Bool?
        /// The rules that were broken.
        var flaws: [String]?
        /// The state of the diagram it led to, when that is not the one of the state it was placed at.
        var diagram: String?
        /// Whether it sent no request.
        var isUnsent: Bool?

        enum Outcome: String, Sendable, Codable {
            case accepted, refused, skipped, failed
        }

        private enum CodingKeys: String, CodingKey {
            case from, action, argument, outcome, to, state, flaws, diagram
            case isToBeSeen = "again"
            case isUnsent = "unsent"
        }

        /// Whether it led, by nothing wrong, to a state that was known: what it did is then told by where it led.
        var isPlain: Bool { to != nil && state == nil && isToBeSeen != true && flaws == nil }
    }

    /// What experiments taught.
    public struct Learned: Sendable, Hashable, Codable {
        /// All columns and context properties known to differ from run to run.
        let volatile: [String]
        /// Values that are compared as they are even there, as far as they were not told before.
        let chosen: [Fingerprint]
        /// All states, by number, as they are seen from now on; `nil` if nothing changed about them.
        let states: [Fingerprint]?
    }

    /// Whether it is about a step.
    public var isStep: Bool {
        if case .step = self { true } else { false }
    }
}

extension WalkRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case root, step, learned
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let step = try container.decodeIfPresent(Step.self, forKey: .step) {
            self = .step(step)
        } else if let learned = try container.decodeIfPresent(Learned.self, forKey: .learned) {
            self = .learned(learned)
        } else {
            self = .root(try container.decode(Root.self, forKey: .root))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .root(let root): try container.encode(root, forKey: .root)
        case .step(let step): try container.encode(step, forKey: .step)
        case .learned(let learned): try container.encode(learned, forKey: .learned)
        }
    }
}

/// Writing a walk down.
extension Walk {
    func writeRoot() throws {
        onRecord?(.root(try rootRecord()))
    }

    func rootRecord() throws -> WalkRecord.Root {
        WalkRecord.Root(
            exploration: try exploration.fingerprint(), schemas: schemas.map(\.fingerprint), contents: rootContents,
            state: try fingerprint(of: graph[0], contexts[0]))
    }

    /// What is written of a step once it has its place.
    func stepRecord(
        of execution: Execution<Context>, edge: Edge, placed: (node: NodeID, isNew: Bool, isMerged: Bool)?,
        flaws: [Flaw], wasRepeated: Bool
    ) throws -> WalkRecord.Step? {
        guard isRecorded else { return nil }
        var record = WalkRecord.Step(
            from: edge.source, action: exploration.actions[edge.step.action].name, argument: edge.step.variant,
            outcome: .init(execution.outcome))
        if !flaws.isEmpty { record.flaws = flaws.map(\.rule.name) }
        if execution.exchanges.isEmpty { record.isUnsent = true }
        guard let placed else { return record }
        record.to = placed.node
        if placed.isNew { record.state = try fingerprint(of: graph[placed.node], contexts[placed.node]) }
        if wasRepeated || placed.isMerged { record.isToBeSeen = true }
        let (seen, usual) = (coverageIndex(of: execution.context), coverageIndex(of: contexts[placed.node]))
        if seen != usual { record.diagram = coverage.states[seen] }
        return record
    }

    /// Writes what is known of a worker's step, now that all of it is.
    mutating func writeStep(of worker: Int, alsoBroken flaws: [Flaw] = []) {
        guard var record = flights[worker]?.record else { return }
        if !flaws.isEmpty { record.flaws = (record.flaws ?? []) + flaws.map(\.rule.name) }
        onRecord?(.step(record))
        if let earlier = flights[worker]?.earlier, let edge = flights[worker]?.edge {
            noteMissing(in: record, of: earlier, edge: edge)
        }
    }

    /// - Parameter isSeenAnew: whether states are now seen differently.
    mutating func writeLearned(chosen: Set<Fingerprint>, isSeenAnew: Bool) throws {
        if isSeenAnew { resumption?.comparesFingerprints = false }
        guard let onRecord, !canonicalizer.rules.learned.isEmpty, isSeenAnew || !chosen.isEmpty else { return }
        let states = isSeenAnew ? try graph.nodes.indices.map { try fingerprint(of: graph[$0], contexts[$0]) } : nil
        // Nothing was written of what was chosen before anything was volatile.
        let all = isSeenAnew ? canonicalizer.rules.chosen : chosen
        onRecord(
            .learned(.init(volatile: canonicalizer.rules.learned.sorted(), chosen: all.sorted(), states: states)))
    }
}

extension WalkRecord.Step.Outcome {
    init(_ outcome: Outcome) {
        self =
            switch outcome {
            case .accepted: .accepted
            case .refused: .refused
            case .skipped: .skipped
            case .failed: .failed
            }
    }
}

// MARK: What makes two walks comparable

extension Exploration {
    /// Equal for explorations that try and check the same, as far as names tell.
    fileprivate func fingerprint() throws -> Fingerprint {
        var lines = actions.map { action in
            "action \(action.name) \(action.maximumPerPath ?? -1) \(action.isForbidden) "
                + action.variants.map { $0.label ?? "" }.joined(separator: "\u{1}")
        }
        lines += invariants.map { "invariant \($0.name) \($0.severity)" }
        lines += laws.map { "law \($0.name)" }
        if let machine = stateMachine {
            lines += machine.arrows.map {
                "arrow \($0.action) \(machine.stateNames[$0.from]) \(machine.stateNames[$0.to])"
            }
        }
        lines += identity.ignored.sorted().map { "ignored \($0)" }
        lines += identity.ignoredTables.sorted().map { "ignored table \($0)" }
        lines += identity.comparedAsIs.sorted().map { "compared \($0)" }
        lines += exemptTables.sorted().map { "exempt \($0)" }
        lines.append("narrowed \(identity.narrowed != nil)")
        let context = try ContextCells(initialContext)
        return Fingerprint(ofLines: lines + context.names) + Fingerprint(table: "context", row: context.row)
    }
}

extension Schema {
    fileprivate var fingerprint: Fingerprint {
        Fingerprint(
            ofLines: tables.sorted { $0.key < $1.key }.flatMap { name, table in
                ["table \(name)"] + table.columns.map { "\($0.name) \($0.role)" }
            })
    }
}

extension Fingerprint {
    fileprivate init(ofLines lines: [String]) {
        self = Array(lines.joined(separator: "\u{0}").utf8).withUnsafeBytes { Fingerprint(of: $0) }
    }
}
