extension Law {
    /// A key that was used belongs to its request: with another body it is refused, and nothing happens.
    public static let keyWithOtherBody = Law(
        name: "key_with_other_body",
        statement: "An Idempotency-Key that comes again with another body is refused (4xx) and changes nothing.",
        source: "draft-ietf-httpapi-idempotency-key-header-06 §2.7: 422; Stripe answers with an error likewise",
        severity: .high,
        howChecked: """
            For each kind of step that ends with an accepted request with a key and a JSON body, the request is sent \
            again from the state the step led to, with one value of the body changed: a number if there is one, or else a \
            text with a digit in it, or else any text. It must be refused, and no system may change.
            """,
        cost: .requests(atMost: 1),
        example: "POST /orders, with another body under the Idempotency-Key of an earlier request, was answered 201.",
        needs: "an accepted request with an idempotency key and a JSON body that has a number or text in it",
        method: .probing(LawProbe(start: .afterStep, next: nextOther, problem: problemOfOther)))

    @Sendable private static func nextOther(
        _ step: Step, _ trials: [LawTrial], _ sender: any ExchangeSender
    ) -> [Exchange]? {
        guard trials.isEmpty, let request = step.acceptedWithKey else { return nil }
        return sender.withOtherBody(request).map { [$0] }
    }

    @Sendable private static func problemOfOther(
        _ step: Step, _ trials: [LawTrial], _ sender: any ExchangeSender
    ) -> String? {
        guard let trial = trials.last, let other = trial.exchanges.first else { return nil }
        let what = "\(other.request), with another body under the Idempotency-Key of an earlier request,"
        if case .lost(let reason) = other.reply { return "\(what) got no answer: \(reason)." }
        guard other.isRefusal else { return "\(what) was answered \(other.answer)." }
        return trial.changes.changedTables.map { "\(what) was answered \(other.answer) and yet changed \($0)." }
    }
}
