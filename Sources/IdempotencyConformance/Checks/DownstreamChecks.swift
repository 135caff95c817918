/// Checks 21 to 24: the key that the API itself sends to its provider.
extension IdempotencyCheck {
    static let downstreamChecks = [stableKey, ambiguousTimeout, definiteRejection, volatileFields]

    private static let stableKey = IdempotencyCheck(
        21, "the provider's key is stored", "the same at each try, another for another operation",
        method:
            "The provider is unavailable once; the request is sent again under its key, and the keys that the provider "
            + "saw are compared. Those of two operations differ."
    ) { bench, _ in
        let first = try await keysSeen(bench, after: .unavailable)
        guard first.keys.count == 1, let key = first.keys.first else { return .failed(first.summary) }
        let other = try await keysSeen(bench, after: nil)
        guard !other.keys.contains(key) else { return .failed("two operations share one key") }
        return .passed(first.summary, unless: first.wrong)
    }

    private static let ambiguousTimeout = IdempotencyCheck(
        22, "the provider's answer is lost", "the same key again, or a look-up; one effect",
        method: "The provider does what it is asked and its answer is lost; the request is sent again under its key."
    ) { bench, _ in
        let seen = try await keysSeen(bench, after: .replyLost)
        guard seen.keys.count == 1 else { return .failed(seen.summary) }
        return .passed(seen.summary, unless: seen.wrong)
    }

    private static let definiteRejection = IdempotencyCheck(
        23, "the provider rejects it", "a new key may try again, and is not told the old answer",
        method: "The provider rejects the operation once, for good; it is then done again under a new key."
    ) { bench, _ in
        let downstream = try requireDownstream(bench)
        guard downstream.allowsAnotherAttempt else {
            throw Stop.notApplicable("the objects of a trial allow no second attempt after a rejection")
        }
        let trial = try await bench.trial()
        try await Trial.control("Letting the provider reject it") { try await downstream.fail(.rejected) }
        let first = try await trial.operate()
        let again = try await trial.operate(bench.newKey())
        let text = "\(first.summary), under a new key \(again.summary)"
        guard again.isAccepted else { return .failed(text) }
        return .passed(text, unless: try await trial.wrongEffects(not: 1))
    }

    private static let volatileFields = IdempotencyCheck(
        24, "headers of the way differ", "the same request still",
        method: "The operation twice under one key, with other values of User-Agent, X-Request-Id, traceparent, "
            + "X-Forwarded-For and Date."
    ) { bench, _ in
        let trial = try await bench.trial()
        let first = try await accepted(trial.operate(headers: volatile(1)))
        let again = try await trial.operate(headers: volatile(2))
        guard again.status == first.status else { return .failed("\(first.summary), then \(again.summary)") }
        return .passed("\(first.summary) again", unless: try await trial.wrongEffects(not: 1))
    }

    private static func volatile(_ attempt: Int) -> [(name: String, value: String)] {
        [
            ("User-Agent", "client/1.\(attempt)"), ("X-Request-Id", "request-\(attempt)"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319\(attempt)-b7ad6b716920333\(attempt)-01"),
            ("X-Forwarded-For", "10.0.0.\(attempt)"), ("Date", "Sat, 21 Nov 2026 10:00:0\(attempt) GMT"),
        ]
    }

    // MARK: What the provider saw

    private struct Seen {
        let keys: Set<String>
        let summary: String
        let wrong: String?
    }

    private static func requireDownstream(_ bench: Bench) throws -> Downstream {
        try Trial.use(
            bench.target.downstream,
            missing: "it needs to see the provider's calls and make them fail: --downstream, or `downstream`")
    }

    /// Makes an operation whose first call to the provider fails, until it is settled.
    private static func keysSeen(_ bench: Bench, after fault: Downstream.Fault?) async throws -> Seen {
        let downstream = try requireDownstream(bench)
        let trial = try await bench.trial()
        let before = try await bench.downstreamCalls().count
        if let fault { try await Trial.control("Making the provider fail") { try await downstream.fail(fault) } }
        let first = try await trial.operate()
        if fault != nil { try await bench.settle() }
        let last = fault == nil ? first : try await trial.retriedUntilSettled()
        let calls = try await bench.downstreamCalls().dropFirst(before).filter { $0.method != "GET" }
        guard !calls.isEmpty else { throw Stop.notDecided("The provider saw no call of \(bench.target.operation).") }
        let keys = Set(calls.map { $0.key ?? "" })
        if keys.contains("") { return Seen(keys: [], summary: "a call without a key", wrong: nil) }
        let shown =
            calls.count == 1 ? "one call" : "\(calls.count) calls, \(keys.count) key\(keys.count == 1 ? "" : "s")"
        let wrong = last.isAccepted ? try await trial.wrongEffects(not: 1) : "the retry got \(last.summary)"
        return Seen(keys: keys, summary: "\(shown), then \(last.summary)", wrong: wrong)
    }
}
