extension Law {
    /// A keyed request that was accepted is sent again from the state it led to: the same answer, and no effect.
    ///
    /// The provider counts as well where it is one of the systems: what it is asked a second time shows as a change there.
    public static let idempotentReplay = Law(
        name: "idempotent_replay",
        statement: "An accepted request with an Idempotency-Key, sent again, is answered the same and changes nothing.",
        source: "draft-ietf-httpapi-idempotency-key-header-06 §2.6; Stripe and Adyen promise the same",
        severity: .critical,
        howChecked: """
            For each kind of step that ends with such a request, the request is sent again as it was, from the state the \
            step led to. Status and body must be the same, the body to the byte or as JSON; headers, and members that \
            name the request or its time (request_id, timestamp …), may differ. No system may change. While the answer is \
            409, 425 or 429 it is sent again, three times at most.
            """,
        cost: .requests(atMost: 4),
        example: "POST /orders, sent again with the same Idempotency-Key, changed orders (1 row).",
        needs: "an accepted request with an idempotency key",
        method: .probing(LawProbe(start: .afterStep, next: nextReplay, problem: problemOfReplay)))

    @Sendable private static func nextReplay(
        _ step: Step, _ trials: [LawTrial], _ sender: any ExchangeSender
    ) -> [Exchange]? {
        guard let request = step.acceptedWithKey else { return nil }
        let isToBeSentAgain = trials.last?.exchanges.allSatisfy(\.saysLater) ?? true
        return isToBeSentAgain && trials.count < 4 ? [request] : nil
    }

    @Sendable private static func problemOfReplay(
        _ step: Step, _ trials: [LawTrial], _ sender: any ExchangeSender
    ) -> String? {
        guard let first = step.acceptedWithKey, let again = trials.last?.exchanges.first else { return nil }
        let what = "\(first.request), sent again with the same Idempotency-Key,"
        for trial in trials {
            if let tables = trial.changes.changedTables { return "\(what) changed \(tables)." }
        }
        if again.saysLater && trials.count < 4 { return nil }
        if case .lost(let reason) = again.reply { return "\(what) got no answer: \(reason)." }
        if first.status != again.status {
            return "\(what) was answered \(again.answer), and \(first.answer) at first."
        }
        return sender.saysTheSame(first.reply, again.reply)
            ? nil : "\(what) was answered \(again.answer) with another body than at first."
    }
}
