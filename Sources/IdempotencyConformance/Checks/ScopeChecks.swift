/// Checks 25 to 28: how far a key reaches.
extension IdempotencyCheck {
    static let scopeChecks = [expiry, account, reading, compensation]

    private static let expiry = IdempotencyCheck(
        25, "after the key's life", "a new request, which the rules of the business judge",
        method:
            "The operation; the clock passes the key's life; the operation again. Where a rule refuses it a second time, "
            + "that rule must."
    ) { bench, _ in
        let advance = try Trial.use(bench.target.advanceClock, missing: "it needs a clock to move: `clock`")
        let life = try Trial.use(
            bench.profile.lifeSeconds, missing: "the profile names no life; say `life` in a profile of your own")
        let trial = try await bench.trial()
        let first = try await accepted(trial.operate())
        try await Trial.control("Moving the clock") { try await advance(life + 1) }
        let again = try await trial.operate()
        let effects = try await trial.effects()
        let text = "\(first.summary), a life later \(again.summary)" + (effects.map { ", " + Trial.words($0) } ?? "")
        if bench.target.isGuarded { return again.isRefused && (effects ?? 1) == 1 ? .passed(text) : .failed(text) }
        let isNew = again.isAccepted && (effects.map { $0 == 2 } ?? !again.repeats(first))
        return isNew ? .passed(text) : .failed(text)
    }

    private static let account = IdempotencyCheck(
        26, "another account, same key", "it is not told the first one's answer",
        method: "The operation, then the same request with the headers of another account."
    ) { bench, expected in
        guard !bench.target.otherAccount.isEmpty else {
            throw Stop.notApplicable("it needs who else could ask: --other-account, or `other_account`")
        }
        let trial = try await bench.trial()
        let first = try await accepted(trial.operate())
        let other = try await trial.operate(headers: bench.target.otherAccount)
        let effects = try await trial.effects()
        if expected == .executed, !other.isAccepted || effects == 1 { return .failed("\(other.summary), not its own") }
        if let effects {
            let isTold = other.repeats(first) && effects < 2
            return isTold ? .failed("the first one's answer") : .passed("\(other.summary), an answer of its own")
        }
        return other.repeats(first) ? .failed("the first one's answer") : .passed("\(other.summary), another answer")
    }

    private static let reading = IdempotencyCheck(
        27, "GET with a key", "it reads what is, and uses up no key",
        method:
            "A reading under a key, the operation under the same key, the reading again: it must be what it is without a "
            + "key."
    ) { bench, _ in
        let trial = try await bench.trial()
        let read = try Trial.use(
            trial.reading, missing: "it needs something to read: --read or --count, or `read`")
        let before = try await trial.send(read)
        let done = try await trial.operate()
        let after = try await trial.send(read)
        let plain = try await trial.send(read, spelledKeys: [])
        guard before.isAccepted else { return .failed("\(before.summary) to the reading") }
        guard done.isAccepted else { return .failed("the operation after it: \(done.summary)") }
        guard after.repeats(plain) else { return .failed("an old answer, or another than without the key") }
        return after.isMarked ? .failed("marked as a replay") : .passed("as without the key")
    }

    private static let compensation = IdempotencyCheck(
        28, "taken back, then retried", "it does not pay again",
        method: "The operation; its effect is taken back; the request again under its key."
    ) { bench, expected in
        guard !bench.target.compensation.isEmpty else {
            throw Stop.notApplicable("it needs what takes the effect back: `compensation`")
        }
        var trial = try await bench.trial()
        let first = try await accepted(trial.operate())
        try await trial.take(bench.target.compensation, as: "the compensation")
        let before = try await trial.count()
        let again = try await trial.operate()
        let after = try await trial.count()
        if case .refused = expected, !expected.isRefusal(again) { return .failed("the retry got \(again.summary)") }
        guard before == after else { return .failed("the retry got \(again.summary), and took effect") }
        if bench.step == nil, again.isAccepted, !again.repeats(first) {
            return .failed("the retry got \(again.summary), with another answer")
        }
        return .passed("the retry got \(again.summary), no effect")
    }
}
