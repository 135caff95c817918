/// What an audit found out: of each rule of an exploration, whether it can fire.
public struct AuditResult: Sendable {
    /// The answer, in four values.
    public let conclusion: Conclusion
    /// The exploration that came first.
    public let exploration: ExplorationResult
    /// Those that are dead first, most severe first; then in the order of declaration.
    public let rules: [AuditedRule]
    public let actions: [AuditedAction]
    /// Arrows of the diagram that were never walked, such as `refund_order: paid → refunded`.
    public let arrowsNeverWalked: [String]
    /// How many mutants were judged, by what was altered.
    public let mutants: [MutantKind: Int]
    /// How many mutants a system refused to hold, such as for a constraint; they say nothing of any rule.
    public let mutantsRefused: Int
    /// Tables whose cells were not altered, as `db.orders`.
    public let tablesLeftAlone: [String]
    public let seed: UInt64
    /// Of the audit alone.
    public let elapsed: Duration

    /// The answer of an audit.
    public enum Conclusion: Sendable, Hashable {
        /// Every rule can fire, every action was accepted, every arrow walked.
        case everythingCanFire
        /// Something is dead: a rule, an action or an arrow.
        case somethingIsDead
        /// The exploration itself was violated: what must hold does not, so nothing was audited.
        case violated
        /// It can't be said; each reason is a sentence.
        case notDecided([String])
    }
}

/// What was altered, to see who notices.
public enum MutantKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A row in a real system: one cell, or the row removed, doubled or put back.
    case content
    /// A property of what the tester knows.
    case context
    /// An answer on its way from the API to an action or invariant.
    case answer
    /// What was recorded of a step: its statuses, its outcome or what it changed.
    case record
}

/// What an audit says of an invariant, a law or the diagram.
public struct AuditedRule: Sendable {
    public let rule: Violation.Rule
    /// How often it was judged in the exploration.
    public let timesChecked: Int
    /// Mutants that it was asked about.
    public let mutantsJudged: Int
    /// Mutants that it noticed, by what was altered.
    public let noticed: [MutantKind: Int]
    public let standing: Standing

    /// Whether it can fire.
    public enum Standing: Sendable, Hashable {
        /// It noticed a mutant; the sentence says which.
        case canFire(String)
        /// It noticed nothing; the sentence says what was tried.
        case dead(String)
        /// The exploration lacks what it is about; the sentence says what.
        case notApplicable(String)
    }

    /// How many mutants it noticed.
    public var mutantsNoticed: Int { noticed.values.reduce(0, +) }

    public var isDead: Bool {
        if case .dead = standing { true } else { false }
    }
}

/// What became of an action in the exploration.
public struct AuditedAction: Sendable, Hashable {
    public let name: String
    public let accepted: Int
    public let refused: Int
    /// What makes it of no use, as a sentence; `nil` when nothing does.
    public let problem: String?
}

/// How much an audit tries.
public struct AuditPlan: Sendable, Hashable {
    /// States whose content and context are altered, of all kinds.
    public var states: Int
    /// Mutants of each of them.
    public var mutantsPerState: Int
    /// Steps that are taken again with altered answers.
    public var steps: Int
    /// Mutants for the invariants that noticed none of those, in any states they apply to.
    public var furtherMutants: Int

    public init(states: Int = 32, mutantsPerState: Int = 24, steps: Int = 48, furtherMutants: Int = 3_000) {
        self.states = states
        self.mutantsPerState = mutantsPerState
        self.steps = steps
        self.furtherMutants = furtherMutants
    }
}

/// How an audit is going.
public struct AuditProgress: Sendable, Hashable {
    /// Mutants judged so far.
    public let mutants: Int
    /// Rules that have noticed nothing yet.
    public let silent: Int
    public let elapsed: Duration
}
