/// What an audit has seen so far.
struct AuditTally<Context: ExplorationContext>: Sendable {
    let plan: AuditPlan
    let exploration: Exploration<Context>
    var random: SeededRandom
    let started = ContinuousClock.now
    let contents: ContentMutants
    let contexts: ContextMutants<Context>
    private(set) var mutants: [MutantKind: Int] = [:]
    private(set) var mutantsRefused = 0
    var tablesLeftAlone: Set<String> = []
    /// Whether a step whose requests were all refused was looked at, and one whose requests were all safe.
    var sawRefusal = false
    var sawSafeRequest = false
    var sawRequest = false
    private var counts: [Violation.Rule: Count] = [:]
    /// How often which alteration of content was tried for the invariants that stay silent.
    private var tried: [String: Int] = [:]

    struct Count: Sendable {
        var judged = 0
        var noticed: [MutantKind: Int] = [:]
        /// The shortest of what it noticed.
        var example: String?
    }

    init(_ plan: AuditPlan, of walk: Walk<Context>) {
        self.plan = plan
        exploration = walk.exploration
        random = SeededRandom(seed: walk.seed)
        contents = ContentMutants(systems: walk.systems, schemas: walk.schemas, seen: SeenValues(in: walk.graph))
        contexts = ContextMutants(seenIn: walk.contexts)
    }

    func count(of rule: Violation.Rule) -> Count { counts[rule, default: Count()] }

    /// Takes note of who noticed a mutant, of all who were asked.
    mutating func note(
        _ kind: MutantKind, _ what: String, asked: [Violation.Rule], noticed: Set<Violation.Rule>
    ) {
        mutants[kind, default: 0] += 1
        for rule in asked {
            counts[rule, default: Count()].judged += 1
            guard noticed.contains(rule) else { continue }
            counts[rule, default: Count()].noticed[kind, default: 0] += 1
            if what.count < counts[rule]?.example?.count ?? .max { counts[rule]?.example = what }
        }
    }

    mutating func noteRefused() { mutantsRefused += 1 }

    // MARK: Rules

    func rule(of invariant: Int) -> Violation.Rule { exploration.invariants[invariant].rule }

    /// All that a step is judged by: the laws, the diagram if it mentions the action, and that an action must be
    /// refused.
    func rules(for action: Action<Context>) -> [Violation.Rule] {
        var rules = exploration.laws.filter(\.isAudited).map(\.rule)
        if exploration.stateMachine?.mentions(action.name) == true { rules.append(.stateMachine) }
        if action.isForbidden { rules.append(.refused(action.name)) }
        return rules
    }

    /// The invariants that have noticed nothing yet.
    var silentInvariants: [Int] {
        exploration.invariants.indices.filter { count(of: rule(of: $0)).noticed.isEmpty }
    }

    /// Those of the invariants that have noticed nothing yet.
    func silent(among invariants: [Int]) -> [Int] { invariants.filter { count(of: rule(of: $0)).noticed.isEmpty } }

    /// Mutants judged or refused so far.
    var mutantCount: Int { mutants.values.reduce(0, +) + mutantsRefused }

    /// Takes note of what kinds of requests there are.
    mutating func look(at exchanges: [Exchange]) {
        if exchanges.isEmpty { return }
        sawRequest = true
        let mutating = exchanges.filter { !$0.isSafe }
        if mutating.isEmpty { sawSafeRequest = true } else if mutating.allSatisfy(\.isRefusal) { sawRefusal = true }
    }

    /// The mutants of a state that were tried least in states before, taken note of as tried.
    mutating func leastTried(_ mutants: [ContentMutant], count: Int) -> [ContentMutant] {
        let ordered = mutants.enumerated().sorted { a, b in
            (tried[a.element.what, default: 0], a.offset) < (tried[b.element.what, default: 0], b.offset)
        }
        let chosen = ordered.prefix(count).map(\.element)
        for mutant in chosen { tried[mutant.what, default: 0] += 1 }
        return chosen
    }

    /// How it is going.
    var progress: AuditProgress {
        let rules = exploration.invariants.map(\.rule) + exploration.laws.map(\.rule)
        return AuditProgress(
            mutants: mutants.values.reduce(0, +), silent: rules.count { count(of: $0).noticed.isEmpty },
            elapsed: ContinuousClock.now - started)
    }
}

extension Invariant {
    /// As violations name it.
    var rule: Violation.Rule {
        .init(kind: .invariant, name: name, severity: severity, statement: description)
    }
}

extension Law {
    /// Whether it is judged by what a step did, so that altering what was recorded can show whether it fires.
    var isAudited: Bool {
        guard case .judging = method else { return false }
        return name != Law.rewindingIsFaithful.name
    }
}
