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
        /// The state that is wrong, when it is not the step. Every step that leads to it shows the same.
        var state: NodeID?
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
        let nearest = nearest(of: candidates.values.joined(), by: paths)
        func order(_ finding: Finding) -> (Int, String, Int, String) {
            let depth = paths.depth(of: finding.source) + (finding.step == nil ? 0 : 1)
            return (depth, finding.rule.name, finding.step?.action ?? -1, finding.place)
        }
        return nearest.sorted { order($0) < order($1) }
    }

    /// A wrong state is counted among what the action of the nearest step to it broke.
    private func nearest(of found: some Sequence<Finding>, by paths: ShortestPaths) -> some Sequence<Finding> {
        func isNearer(_ a: Finding, than b: Finding) -> Bool {
            paths.isNearer((UInt32(a.source), a.step), than: (UInt32(b.source), b.step))
        }
        let (ofSteps, ofStates) = (found.filter { $0.state == nil }, found.filter { $0.state != nil })
        let states = Dictionary(ofStates.map { (StateKey(rule: $0.rule, place: $0.place, state: $0.state), $0) }) {
            isNearer($1, than: $0) ? $1 : $0
        }
        return Dictionary((ofSteps + states.values).map { (key(of: $0), $0) }) { isNearer($1, than: $0) ? $1 : $0 }
            .values
    }

    private struct StateKey: Hashable {
        let rule: Violation.Rule
        let place: String
        let state: NodeID?
    }

    private func key(of finding: Finding) -> Key {
        let action = finding.place == Self.checkingInvariants ? nil : finding.step?.action
        return Key(rule: finding.rule, action: action, place: finding.place)
    }

    /// Whether nothing was found wrong, and everything could be carried out.
    var isEmpty: Bool { candidates.isEmpty && failures.isEmpty }

    mutating func add(_ finding: Finding) {
        let key = key(of: finding)
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
