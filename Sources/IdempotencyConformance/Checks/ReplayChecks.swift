/// Checks 6 to 10: the same key again.
extension IdempotencyCheck {
    static let replayChecks = [sameRequest, marked, unmarked, otherBody, otherEndpoint]

    private static let sameRequest = IdempotencyCheck(
        6, "same key, same body", "the first answer again; one effect",
        method: "The operation three times under one key."
    ) { bench, expected in
        let trial = try await bench.trial()
        let first = try await accepted(trial.operate())
        for _ in 1...2 {
            let again = try await trial.operate()
            guard expected == .replayed ? again.repeats(first) : expected.isRefusal(again) else {
                let difference = again.status == first.status ? "another body" : again.summary
                return .failed("\(first.summary), then \(difference)")
            }
            if let wrong = try await trial.wrongEffects(not: 1) { return .failed("\(again.summary), but \(wrong)") }
        }
        let told = bench.step == nil ? "told by the answers" : "one effect"
        return .passed(expected == .replayed ? "\(first.summary) again, \(told)" : "refused, \(told)")
    }

    private static let marked = IdempotencyCheck(
        7, "a replay is marked", "it has the profile's header",
        method: "The operation twice under one key."
    ) { bench, _ in
        let mark = try Trial.use(bench.profile.replayMark, missing: "the profile has no mark")
        let trial = try await bench.trial()
        _ = try await accepted(trial.operate())
        return try await trial.operate().isMarked
            ? .passed("\(mark.header): \(mark.value)") : .failed("no \(mark.header): \(mark.value)")
    }

    private static let unmarked = IdempotencyCheck(
        8, "the first answer is not", "it lacks that header", method: "The operation once."
    ) { bench, _ in
        let mark = try Trial.use(bench.profile.replayMark, missing: "the profile has no mark")
        let answer = try await accepted(bench.trial().operate())
        return answer.isMarked ? .failed("\(mark.header): \(mark.value)") : .passed("no mark")
    }

    private static let otherBody = IdempotencyCheck(
        9, "same key, other body", "refused; one effect",
        method: "The operation, then with another body that a new key would carry."
    ) { bench, expected in
        let body = try Trial.use(
            bench.target.otherBody, missing: "it needs another body that is valid: --other-body, or `other_body`")
        let trial = try await bench.trial()
        _ = try await accepted(trial.operate())
        return try await refusedAfterFirst(try await trial.operate(body: body), expected, trial)
    }

    private static let otherEndpoint = IdempotencyCheck(
        10, "same key, other endpoint", "refused; one effect",
        method: "The operation, then another one under the same key."
    ) { bench, expected in
        let other = try Trial.use(
            bench.target.otherEndpoint, missing: "it needs a second operation: --other-path, or `other_endpoint`")
        let trial = try await bench.trial()
        _ = try await accepted(trial.operate())
        return try await refusedAfterFirst(try await trial.send(other), expected, trial)
    }

    private static func refusedAfterFirst(
        _ answer: Answer, _ expected: ExpectedAnswer, _ trial: Trial
    ) async throws -> Observation {
        let wrong = try await trial.wrongEffects(not: 1)
        guard expected.isRefusal(answer) else {
            return .failed([answer.summary, wrong].compactMap(\.self).joined(separator: ", "))
        }
        return .passed(answer.summary, unless: wrong)
    }

    /// The answer, which must say yes for the check to mean anything.
    static func accepted(_ answer: Answer) throws -> Answer {
        guard answer.isAccepted else {
            throw Stop.notDecided("The operation was not accepted: \(answer.summary).")
        }
        return answer
    }
}
