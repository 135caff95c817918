/// Two or three actions whose requests are sent at the same time, in every state in which all of them can be formed.
///
/// ```swift
/// Concurrently("refund_order", "refund_order")
/// Concurrently("pay_order", "cancel_order").rounds(50)
/// ```
///
/// The API may take them in any order. What it answers, and what its systems hold afterwards, must also come of sending them
/// one after another in some order from the same state (linearizability: Herlihy & Wing 1990); those orders are run first.
/// A request that is answered 409, 423 or 429 may also count as never sent. Then the race is run again and again, each time
/// from the same state. It adds no state to the exploration: what it may lead to, the orders lead to as well.
///
/// A race that is lost once in a thousand times can be missed. The report says how often it was run.
public struct Concurrently<Context: ExplorationContext>: Sendable {
    /// The names of the actions as written: all values of an action's domain, or the one in parentheses.
    let actions: [String]
    private(set) var canBeFormed: @Sendable (Context) -> Bool = { _ in true }
    private(set) var rounds = 10
    private(set) var places = 100

    /// - Parameter actions: two or three names. With a value of the domain in parentheses, `"partial_refund(25.00)"`, only
    ///   that one takes part; otherwise each of the domain, in every combination.
    public init(_ actions: String...) { self.init(actions) }

    package init(_ actions: [String]) { self.actions = actions }

    /// Restricts the race to contexts that are worth it. All of its actions must be able to be formed in any case.
    public func when(_ condition: @escaping @Sendable (Context) -> Bool) -> Concurrently {
        var copy = self
        copy.canBeFormed = condition
        return copy
    }

    /// How often each combination is run from each state; 10 unless said. ``Limits/rounds`` comes before it.
    public func rounds(_ count: Int) -> Concurrently {
        var copy = self
        copy.rounds = count
        return copy
    }

    /// In how many places, a place being a state and a combination, nearest to the root first; 100 unless said. The report
    /// says how many were left out.
    public func places(atMost count: Int) -> Concurrently {
        var copy = self
        copy.places = count
        return copy
    }
}

/// A ``Concurrently`` with its names looked up.
struct Race<Context: ExplorationContext>: Sendable {
    let parts: Concurrently<Context>
    /// Each combination of values, once whatever its order.
    let combinations: [[StepID]]
    /// The names that no action has.
    let unknown: [String]

    static var numberOfRequests: ClosedRange<Int> { 2...3 }
    static var mostCombinations: Int { 60 }

    init(_ parts: Concurrently<Context>, of actions: [Action<Context>]) {
        self.parts = parts
        var unknown: [String] = []
        let domains = parts.actions.map { name in
            let steps = actions.indices.flatMap { action in
                actions[action].variants.indices.map { StepID(action: action, variant: $0) }
            }
            .filter { actions[$0.action].name == name || actions[$0.action].label(ofVariant: $0.variant) == name }
            if steps.isEmpty { unknown.append(name) }
            return steps
        }
        self.unknown = unknown
        var combinations: [[StepID]] = [[]]
        for domain in domains where combinations.count <= Self.mostCombinations * 6 {
            combinations = combinations.flatMap { beginning in domain.map { beginning + [$0] } }
        }
        var seen: Set<[StepID]> = []
        self.combinations = combinations.filter { seen.insert($0.sorted()).inserted }
    }
}

extension Action {
    func label(ofVariant variant: Int) -> String { variants[variant].label.map { "\(name)(\($0))" } ?? name }
}

extension Exploration {
    /// A race is named in paths and findings like a step: its number comes after those of the actions, its variant is the
    /// combination.
    func race(named step: StepID) -> (race: Race<Context>, steps: [StepID])? {
        guard races.indices.contains(step.action - actions.count) else { return nil }
        let race = races[step.action - actions.count]
        return (race, race.combinations[step.variant])
    }

    /// All steps of all races.
    var raceSteps: [StepID] {
        races.indices.flatMap { race in
            races[race].combinations.indices.map { StepID(action: actions.count + race, variant: $0) }
        }
    }

    /// How many variants a step's action has, or combinations its race.
    func variantCount(of step: StepID) -> Int {
        race(named: step)?.race.combinations.count ?? actions[step.action].variants.count
    }

    /// - Throws: ``ExplorationError`` for a race that can't be run.
    func validateRaces() throws(ExplorationError) {
        for race in races {
            let label = Race<Context>.label(race.parts.actions)
            let count = race.parts.actions.count
            guard Race<Context>.numberOfRequests.contains(count) else {
                throw ExplorationError("\(label) has \(count) actions; two or three can be sent at the same time.")
            }
            if let name = race.unknown.first {
                let labels = actions.flatMap { action in action.variants.indices.map(action.label(ofVariant:)) }
                let known = Set(actions.map(\.name) + labels).sorted()
                throw ExplorationError(
                    "\(label) names “\(name)”, and no action has that name.\(suggestion(for: name, among: known))")
            }
            guard race.combinations.count <= Race<Context>.mostCombinations else {
                throw ExplorationError(
                    "\(label) has more than \(Race<Context>.mostCombinations) combinations of values. Name one value of a "
                        + "domain in parentheses, such as \(self.label(race.combinations[0][0])).")
            }
            guard race.parts.rounds > 0, race.parts.places > 0 else {
                throw ExplorationError("\(label) has no round or no place, so it would never be tried.")
            }
        }
    }
}

extension Race {
    /// How reports call the step in which they are all sent.
    static var stepName: String { "concurrently" }

    static func label(_ steps: [String]) -> String { "\(stepName)(\(steps.joined(separator: ", ")))" }
}

extension Violation.Rule {
    static let linearizable = Violation.Rule(
        kind: .concurrency, name: "linearizable", severity: .critical,
        statement: "Requests sent at the same time come to what they come to one after another, in some order.")
}
