/// A check that no one has to write: it holds for every well-behaved API.
public struct Law: Sendable {
    public let name: String
    /// What the law says, in one sentence.
    public let statement: String
    /// Where it comes from.
    public let source: String
    public let severity: Severity
    /// What is wrong with the step, or `nil`.
    let check: @Sendable (Step) -> String?

    /// What a law judges: one action, and everything it did.
    public struct Step: Sendable {
        public let outcome: Outcome
        public let exchanges: [Exchange]
        /// What changed, without the tables that the exploration exempts.
        public let changes: [SystemChanges]

        /// “orders (1 row), refunds (2 rows)”, or `nil` when no content changed.
        var changedTables: String? {
            if changes.allSatisfy({ !$0.changes.changesContent }) { return nil }
            let counts = changes.flatMap { system in
                Dictionary(grouping: system.changes.rows, by: \.table).map { (table: $0.key, count: $0.value.count) }
            }
            return counts.sorted { $0.table < $1.table }
                .map { "\($0.table) (\($0.count) row\($0.count == 1 ? "" : "s"))" }.joined(separator: ", ")
        }
    }

    /// All laws, in the order in which they are judged and reported.
    public static let standard: [Law] = [
        .noServerError, .refusalChangesNothing, .safeMethodsChangeNothing, .rewindingIsFaithful,
    ]
}

/// What changed in one system.
public struct SystemChanges: Sendable, Hashable {
    /// The system's name.
    public let system: String
    public let changes: ChangeSet
    /// The columns of the tables, in the order of the cells; only in counterexamples.
    public internal(set) var columns: [String: [String]] = [:]
}
