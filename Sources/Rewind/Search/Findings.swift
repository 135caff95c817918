/// What was found wrong so far: each rule once for each action that broke it, by the shortest path seen. The diagram is
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

    private var shortest: [Key: Finding] = [:]
    private(set) var failures: [Failure] = []

    /// In the order of depth, then of name, action and place.
    var found: [Finding] {
        shortest.values.sorted {
            ($0.depth, $0.rule.name, $0.step?.action ?? -1, $0.place)
                < ($1.depth, $1.rule.name, $1.step?.action ?? -1, $1.place)
        }
    }

    /// Whether nothing was found wrong, and everything could be carried out.
    var isEmpty: Bool { shortest.isEmpty && failures.isEmpty }

    mutating func add(_ finding: Finding) {
        let action = finding.place == Self.checkingInvariants ? nil : finding.step?.action
        let key = Key(rule: finding.rule, action: action, place: finding.place)
        if let known = shortest[key], known.depth <= finding.depth { return }
        shortest[key] = finding
    }

    mutating func addFailure(of what: String, message: String) {
        if let known = failures.firstIndex(where: { $0.what == what }) {
            failures[known].count += 1
        } else {
            failures.append(Failure(what: what, message: message, count: 1))
        }
    }
}
