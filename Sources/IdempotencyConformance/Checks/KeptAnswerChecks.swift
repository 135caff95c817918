/// Checks 13 to 15: which answers are kept.
extension IdempotencyCheck {
    static let keptAnswerChecks = [refusalKept, failureKept, invalidNotKept]

    private static let refusalKept = IdempotencyCheck(
        13, "a refusal of the rules", "it is given again, even when it would go well by now",
        method:
            "A request that the rules refuse for now; then the reason is lifted, and it is sent again under its key."
    ) { bench, expected in
        let refused = try Trial.use(
            bench.target.refused, missing: "it needs a request that the rules refuse for now: `refused`")
        guard !refused.remedy.isEmpty || bench.profile.replayMark != nil && expected == .replayed else {
            throw Stop.notApplicable("it needs what lifts the refusal: `refused.remedy`")
        }
        var trial = try await bench.trial(before: refused.before)
        let first = try await trial.send(refused.request)
        guard first.isRefused else {
            throw Stop.notDecided("\(refused.request), which should be refused, got \(first.summary).")
        }
        try await trial.take(refused.remedy, as: "the remedy")
        let again = try await trial.send(refused.request)
        let isReplay = again.repeats(first) && (!refused.remedy.isEmpty || again.isMarked)
        let text = "\(first.summary), then " + (isReplay ? "the same" : again.summary)
        return (expected == .replayed ? isReplay : again.isAccepted) ? .passed(text) : .failed(text)
    }

    private static let failureKept = IdempotencyCheck(
        14, "an answer of 5xx", "kept or tried anew, as the profile says",
        method: "The API is made to answer 5xx once; the request is sent again under its key."
    ) { bench, expected in
        let fault = try Trial.use(
            bench.target.faults.serverError, missing: "it needs a way to make the API answer 5xx: `faults.server_error`"
        )
        let trial = try await bench.trial()
        try await Trial.control("Making the API answer 5xx", fault)
        let first = try await trial.operate()
        guard let status = first.status, status >= 500 else {
            throw Stop.notDecided("The API was to answer 5xx, and gave \(first.summary).")
        }
        let again = try await trial.operate()
        let text = "\(first.summary), then " + (again.repeats(first) ? "the same" : again.summary)
        if expected == .replayed { return again.repeats(first) ? .passed(text) : .failed(text) }
        guard again.isAccepted else { return .failed(text) }
        return .passed(text, unless: try await trial.wrongEffects(not: 1))
    }

    private static let invalidNotKept = IdempotencyCheck(
        15, "a validation failure", "it is not kept: the corrected request works",
        method: "The operation with something invalid, then as it should be, under the same key."
    ) { bench, _ in
        let invalid = try Trial.use(
            bench.target.invalid, missing: "it needs a body that validation refuses: --invalid-body, or `invalid`")
        let trial = try await bench.trial()
        let first = try await trial.send(invalid)
        guard first.isRefused else {
            throw Stop.notDecided("The request that should be invalid got \(first.summary).")
        }
        let corrected = try await trial.operate()
        let text = "\(first.summary), corrected \(corrected.summary)"
        guard corrected.isAccepted else { return .failed(text) }
        return .passed(text, unless: try await trial.wrongEffects(not: 1))
    }
}
