extension Law {
    /// A request that the API refuses has no effect on any system. Cost: none, the changes are known.
    ///
    /// Judged when every mutating exchange of the step was refused; a step that mixes accepted and refused requests has
    /// effects that can't be told apart.
    public static let refusalChangesNothing = Law(
        name: "refusal_changes_nothing",
        statement: "A refused request (4xx) changes nothing.",
        source: "RFC 9110 §15.5; an effect without acceptance is a charge nobody agreed to",
        severity: .high,
        howChecked: """
            By the rows that changed in any system during a step whose mutating requests were all refused. Tables that the \
            exploration exempts, such as an audit log, may change.
            """,
        example: "POST /orders/1/refund answered 409 and yet changed refunds (1 row).",
        method: .judging(effectOfRefusal))

    @Sendable private static func effectOfRefusal(in step: Step) -> String? {
        let mutating = step.exchanges.filter { !$0.isSafe }
        guard let refused = mutating.last, mutating.allSatisfy(\.isRefusal), let status = refused.status,
            let tables = step.changedTables
        else { return nil }
        return "\(refused.request) answered \(status) and yet changed \(tables)."
    }
}
