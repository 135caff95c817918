/// What requests came to, at the same time or one after another: what became of each, and what the systems hold.
struct RaceOutcome: Hashable, Sendable {
    /// Two equal requests are one to the API, so it does not count which of them was refused.
    struct Answer: Hashable, Sendable, Comparable {
        let step: StepID
        let isAccepted: Bool

        static func < (a: Answer, b: Answer) -> Bool {
            a.step == b.step ? a.isAccepted && !b.isAccepted : a.step < b.step
        }
    }

    /// In order of steps.
    let answers: [Answer]
    let state: Fingerprint

    init(_ answers: [Answer], state: Fingerprint) {
        self.answers = answers.sorted()
        self.state = state
    }

    var acceptedCount: Int { answers.count(where: \.isAccepted) }
}

/// Why an outcome has no order.
enum RaceAnomaly: String, Sendable {
    case doubleEffect = "Double effect"
    case lostUpdate = "Lost update"
    case impossibleAnswer = "Impossible answer"
    case impossibleState = "Impossible state"

    /// - Parameters:
    ///   - orders: what all orders come to.
    ///   - isLikeFewer: whether the systems hold what they would without one of the requests that were accepted.
    init(_ outcome: RaceOutcome, amid orders: Set<RaceOutcome>, isLikeFewer: Bool) {
        if outcome.acceptedCount > orders.map(\.acceptedCount).max() ?? 0 {
            self = .doubleEffect
        } else if isLikeFewer {
            self = .lostUpdate
        } else if orders.contains(where: { $0.state == outcome.state }) {
            self = .impossibleAnswer
        } else {
            self = .impossibleState
        }
    }

    var explanation: String {
        switch self {
        case .doubleEffect: "More was accepted than in any order."
        case .lostUpdate: "The systems hold what they would if one of the accepted requests had not been sent."
        case .impossibleAnswer: "The systems hold what an order leaves, and the answers are those of no such order."
        case .impossibleState: "The systems hold what no order leaves."
        }
    }
}

/// All distinct orders of some steps.
func orders(of steps: [StepID]) -> [[StepID]] {
    if steps.isEmpty { return [[]] }
    var found: [[StepID]] = []
    for (index, step) in steps.enumerated() where !steps[..<index].contains(step) {
        var rest = steps
        rest.remove(at: index)
        found += orders(of: rest).map { [step] + $0 }
    }
    return found
}

/// All ways to leave out at least one of these members of the steps, as what is left.
func remainders(of steps: [StepID], leavingOut candidates: [Int]) -> [[Int]] {
    (1..<(1 << candidates.count)).map { mask in
        let left = candidates.indices.filter { mask & (1 << $0) != 0 }.map { candidates[$0] }
        return steps.indices.filter { !left.contains($0) }
    }
}
