/// Checks 17 to 20: requests that die.
extension IdempotencyCheck {
    static let recoveryChecks = [staleLock, crashes, serializationFailure, internalError]

    private static let staleLock = IdempotencyCheck(
        17, "a stale lock", "taken over after its time",
        method: "A request dies with its key held; after the time of a lock it is sent again."
    ) { bench, _ in
        let fault = try Trial.use(
            bench.target.faults.diesHoldingKey,
            missing: "it needs a way to let a request die with its key held: `faults.dies_holding_key`")
        let trial = try await bench.trial()
        try await Trial.control("Letting the request die", fault)
        let first = try await trial.operate()
        guard !first.isAccepted else {
            throw Stop.notDecided("The request was to die, and got \(first.summary).")
        }
        var again = try await trial.operate()
        var text = "\(first.summary), then \(again.summary)"
        if !again.isAccepted {
            try await bench.passLockTime()
            again = try await trial.retriedUntilSettled()
            text += ", after its time \(again.summary)"
        }
        guard again.isAccepted else { return .failed(text) }
        return .passed(text, unless: try await trial.wrongEffects(not: 1))
    }

    private static let crashes = IdempotencyCheck(
        18, "crash at each recovery point", "resumed; one effect",
        method: "A crash at each point that the target offers; then the request is sent again under its key."
    ) { bench, _ in
        guard !bench.target.faults.crashes.isEmpty else {
            throw Stop.notApplicable("it needs ways to crash the API at its recovery points: `faults.crash`")
        }
        for (point, crash) in bench.target.faults.crashes {
            let trial = try await bench.trial()
            try await Trial.control("The crash \(point)", crash)
            let first = try await trial.operate()
            guard !first.isAccepted else {
                throw Stop.notDecided("The API was to crash \(point), and gave \(first.summary).")
            }
            let observation = try await resumed(trial, bench, "\(point): ")
            guard observation.isAsExpected else { return observation }
        }
        return .passed("resumed from \(bench.target.faults.crashes.map(\.point).joined(separator: ", "))")
    }

    private static let serializationFailure = IdempotencyCheck(
        19, "a serialization failure", "the key is unlocked; a retry works",
        method: "The transaction meets a serialization failure once; the request is sent again under its key."
    ) { bench, _ in
        let fault = try Trial.use(
            bench.target.faults.serializationFailure,
            missing: "it needs a way to cause one, in `faults`")
        return try await unlocked(bench, "The serialization failure", fault)
    }

    private static let internalError = IdempotencyCheck(
        20, "an internal error", "the key is unlocked",
        method:
            "The handler fails once with an error nobody expected; the request is sent again under its key, which must "
            + "not be refused as being worked on."
    ) { bench, _ in
        let fault = try Trial.use(
            bench.target.faults.internalError, missing: "it needs a way to cause one, in `faults`")
        return try await unlocked(bench, "The internal error", fault)
    }

    /// Whether a request that failed inside can be sent again at once.
    private static func unlocked(
        _ bench: Bench, _ what: String, _ fault: IdempotencyFaults.Control
    ) async throws -> Observation {
        let trial = try await bench.trial()
        try await Trial.control(what, fault)
        let first = try await trial.operate()
        // An API may well repeat a transaction by itself, and answer as if nothing had been.
        if first.isAccepted { return .passed(first.summary, unless: try await trial.wrongEffects(not: 1)) }
        let again = try await trial.retriedUntilSettled()
        let text = "\(first.summary), then \(again.summary)"
        guard again.isAccepted else { return .failed(text) }
        return .passed(text, unless: try await trial.wrongEffects(not: 1))
    }

    private static func resumed(_ trial: Trial, _ bench: Bench, _ place: String) async throws -> Observation {
        var again = try await trial.operate()
        if !again.isAccepted, bench.canPassLockTime {
            try await bench.passLockTime()
            again = try await trial.retriedUntilSettled()
        }
        guard again.isAccepted else { return .failed("\(place)the retry got \(again.summary)") }
        return .passed("\(place)\(again.summary)", unless: try await trial.wrongEffects(not: 1))
    }
}

extension Bench {
    var canPassLockTime: Bool { target.advanceClock != nil && target.lockSeconds != nil }

    /// Lets the time of a lock pass.
    func passLockTime() async throws {
        let advance = try Trial.use(
            target.advanceClock, missing: "the key is still held, and it needs a clock to move: `clock`")
        let seconds = try Trial.use(
            target.lockSeconds, missing: "it needs to know how long a lock is held: `lock`")
        try await Trial.control("Moving the clock") { try await advance(seconds) }
    }

    /// Lets the API finish what is unfinished, if there is a way.
    func settle() async throws {
        guard let settle = target.faults.settle else { return }
        try await Trial.control("Letting the API finish", settle)
    }
}

extension Trial {
    /// The operation again, at most three times, until it is accepted.
    func retriedUntilSettled() async throws -> Answer {
        var answer = try await operate()
        for _ in 1...2 where !answer.isAccepted {
            try await bench.settle()
            answer = try await operate()
        }
        return answer
    }
}
