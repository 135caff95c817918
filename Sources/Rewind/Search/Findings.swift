/// What was found wrong so far: each rule once for each action that broke it, by the shortest path. The diagram is
/// broken once for each pair of states.
struct Findings: Sendable {
    struct Finding: Sendable {
        let rule: Violation.Rule
        let message: String
        /// Which part of the rule was broken; empty when it has none.
        let place: String
        /// The state before the step, and the step; `nil` for a root that is wrong already.
        let source: NodeID
        let step: StepID?
        let depth: Int
    }

    /// The place of what the requests of invariants broke: no action is to blame, so it is found once.
    static let checkingInvariants = "while invariants were checked"

    private struct Key: Hashable {
        let rule: Violation.Rule
        let action: Int?
        let place: String
    }

    /// An action or check that could not be carried out.
    struct Failure: Sendable {
        let what: String
        let message: String
        var count: Int
    }

    /// Whether states are found by shortest paths, so that the first finding of a kind has one. Otherwise which is nearest
    /// shows only in the end.
    let areNearestFirst: Bool
    private var candidates: [Key: [Finding]] = [:]
    private(set) var failures: [Failure] = []

    init(areNearestFirst: Bool) { self.areNearestFirst = areNearestFirst }

    /// How many kinds were found.
    var count: Int { candidates.count }

    /// The nearest of each kind, in the order of depth, then of name, action and place.
    func found(by paths: ShortestPaths) -> [Finding] {
        let nearest = candidates.values.compactMap { found in
            found.min { paths.isNearer((UInt32($0.source), $0.step), than: (UInt32($1.source), $1.step)) }
        }
        func order(_ finding: Finding) -> (Int, String, Int, String) {
            let depth = paths.depth(of: finding.source) + (finding.step == nil ? 0 : 1)
            return (depth, finding.rule.name, finding.step?.action ?? -1, finding.place)
        }
        return nearest.sorted { order($0) < order($1) }
    }

    /// Whether nothing was found wrong, and everything could be carried out.
    var isEmpty: Bool { candidates.isEmpty && failures.isEmpty }

    mutating func add(_ finding: Finding) {
        let action = finding.place == Self.checkingInvariants ? nil : finding.step?.action
        let key = Key(rule: finding.rule, action: action, place: finding.place)
        if areNearestFirst, let known = candidates[key]?.first {
            if finding.depth < known.depth { candidates[key] = [finding] }
        } else {
            candidates[key, default: []].append(finding)
        }
    }

    mutating func addFailure(of what: String, message: String) {
        if let known = failures.firstIndex(where: { $0.what == what }) {
            failures[known].count += 1
        } else {
            failures.append(Failure(what: what, message: message, count: 1))
        }
    }
}
