/// A check that no one has to write: it holds for every well-behaved API.
///
/// One file each. Most look at what a step did; some send requests of their own ([docs/laws.md](../../../docs/laws.md)).
public struct Law: Sendable {
    public let name: String
    /// What the law says, in one sentence.
    public let statement: String
    /// Where it comes from.
    public let source: String
    public let severity: Severity
    /// What is looked at, in a few sentences.
    public let howChecked: String
    /// What checking it costs beyond the step that is judged.
    public let cost: Cost
    /// What a violation looks like, as a report words it.
    public let example: String
    /// What it needs to say anything: what was missing, if it never did.
    public let needs: String
    let method: Method

    /// What a law costs beyond the step that it judges.
    public enum Cost: Sendable, Hashable {
        /// Nothing: what it needs is known.
        case nothing
        /// One look at each system, for each kind of step.
        case oneLook
        /// At most so many requests for each kind of step, from a state that is returned to afterwards.
        case requests(atMost: Int)
    }

    /// How it is checked.
    enum Method: Sendable {
        /// By what the step did. Gives what is wrong, or `nil`.
        case judging(@Sendable (Step) -> String?)
        /// By requests of its own.
        case probing(LawProbe)
    }

    init(
        name: String, statement: String, source: String, severity: Severity, howChecked: String, cost: Cost = .nothing,
        example: String, needs: String = "a request", method: Method
    ) {
        self.name = name
        self.statement = statement
        self.source = source
        self.severity = severity
        self.howChecked = howChecked
        self.cost = cost
        self.example = example
        self.needs = needs
        self.method = method
    }

    /// What a law judges: one action, and everything it did.
    public struct Step: Sendable {
        public let outcome: Outcome
        public let exchanges: [Exchange]
        /// What changed, without the tables that the exploration exempts.
        public let changes: [SystemChanges]
        /// The headers that carry an idempotency key, in lower case.
        var keyHeaders: Set<String> = []

        /// “orders (1 row), refunds (2 rows)”, or `nil` when no content changed.
        var changedTables: String? { changes.changedTables }
    }

    /// All laws, in the order in which they are judged and reported.
    public static let standard: [Law] = [
        .noServerError, .refusalChangesNothing, .safeMethodsChangeNothing, .idempotentReplay, .keyWithOtherBody,
        .twoAtOnceWithOneKey, .rewindingIsFaithful,
    ]

    /// The rule that a violation names.
    var rule: Violation.Rule { .init(kind: .law, name: name, severity: severity, statement: statement) }
}

/// What changed in one system.
public struct SystemChanges: Sendable, Hashable {
    /// The system's name.
    public let system: String
    public let changes: ChangeSet
    /// The columns of the tables, in the order of the cells; only in counterexamples.
    public internal(set) var columns: [String: [String]] = [:]
}

extension [SystemChanges] {
    /// “orders (1 row), refunds (2 rows)”, or `nil` when no content changed.
    var changedTables: String? {
        if allSatisfy({ !$0.changes.changesContent }) { return nil }
        let counts = flatMap { system in
            Dictionary(grouping: system.changes.rows, by: \.table).map { (table: $0.key, count: $0.value.count) }
        }
        return counts.sorted { $0.table < $1.table }
            .map { "\($0.table) (\($0.count) row\($0.count == 1 ? "" : "s"))" }.joined(separator: ", ")
    }
}
