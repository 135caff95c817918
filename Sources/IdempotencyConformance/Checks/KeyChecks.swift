/// Checks 1 to 5: what is a key.
extension IdempotencyCheck {
    static let keyChecks = [missingKey, emptyKey, spelling, length, twoKeys]

    private static let missingKey = IdempotencyCheck(
        1, "key missing", "an operation that demands a key is refused without one",
        method: "The operation without the header."
    ) { bench, expected in
        let trial = try await bench.trial()
        let answer = try await trial.send(bench.target.operation, spelledKeys: [])
        if expected == .accepted { return answer.isAccepted ? .passed(answer.summary) : .failed(answer.summary) }
        return try await refusal(answer, expected, trial)
    }

    private static let emptyKey = IdempotencyCheck(
        2, "client given an empty key", "an error; nothing is sent",
        method: "The client under test is given an empty key; it must throw. Where the provider's calls can be seen, "
            + "there is none."
    ) { bench, _ in
        let client = try Trial.use(
            bench.target.client, missing: "it is about a client; in Swift, give `client:` the one to try")
        let before = try await bench.downstreamCalls()
        do {
            try await client("")
        } catch {
            let sent = try await bench.downstreamCalls().count - before.count
            return sent == 0 ? .passed("an error, nothing sent") : .failed("an error, but \(sent) sent all the same")
        }
        return .failed("no error: it went on with an empty key")
    }

    private static let spelling = IdempotencyCheck(
        3, "the key's spelling", "a key as the profile spells it is accepted",
        method: "A UUID in upper case, as a token; or, where keys are structured-field strings, a string with escapes "
            + "in it."
    ) { bench, _ in
        let trial = try await bench.trial()
        let uuid = "\(Bench.random(8))-\(Bench.random(4))-4\(Bench.random(3))-\(Bench.random(12))".uppercased()
        let key = bench.profile.spelling == .string ? #"rewind\"\#(uuid)\"\\"# : uuid
        let spelled = bench.profile.spelling == .string ? "\"\(key)\"" : key
        let answer = try await trial.send(bench.target.operation, spelledKeys: [spelled])
        guard answer.isAccepted else { return .failed(answer.summary) }
        guard try await trial.effects() != 0 else { return .failed("\(answer.summary), no effect") }
        return .passed(answer.summary)
    }

    private static let length = IdempotencyCheck(
        4, "over-long or too short key", "refused without effect; the longest that is allowed is accepted",
        method: "A key of one character more than the longest, then one of the longest; one character less than the "
            + "shortest where that is above one."
    ) { bench, expected in
        let longest = try Trial.use(
            bench.profile.longestKey, missing: "the profile names no length; say `longest` in a profile of your own")
        var lengths = [longest + 1]
        if bench.profile.shortestKey > 1 { lengths.append(bench.profile.shortestKey - 1) }
        for length in lengths {
            let trial = try await bench.trial()
            let answer = try await trial.operate(Bench.random(length))
            let observation = try await refusal(answer, expected, trial)
            guard observation.isAsExpected else { return .failed("\(length) characters: \(observation.text)") }
        }
        let answer = try await bench.trial().operate(Bench.random(longest))
        guard answer.isAccepted else { return .failed("\(longest) characters are allowed, and got \(answer.summary)") }
        return .passed("\(lengths[0]) characters refused, \(longest) accepted")
    }

    private static let twoKeys = IdempotencyCheck(
        5, "header sent twice", "refused; never two payments",
        method: "The operation with two keys in two header fields, then with the two the other way round."
    ) { bench, expected in
        let trial = try await bench.trial()
        let keys = [bench.newKey(), bench.newKey()].map(bench.spelled)
        for keys in [keys, keys.reversed()] {
            let answer = try await trial.send(bench.target.operation, spelledKeys: keys)
            let observation = try await refusal(answer, expected, trial)
            guard observation.isAsExpected else { return observation }
        }
        return .passed("refused, no effect")
    }

    /// Whether an answer is the refusal that is expected, and nothing has happened.
    static func refusal(_ answer: Answer, _ expected: ExpectedAnswer, _ trial: Trial) async throws -> Observation {
        let wrong = try await trial.wrongEffects(not: 0)
        guard expected.isRefusal(answer) else {
            return .failed([answer.summary, wrong].compactMap(\.self).joined(separator: ", "))
        }
        return .passed("\(answer.summary), no effect", unless: wrong)
    }
}

extension Bench {
    /// The provider's calls, if they can be seen.
    func downstreamCalls() async throws -> [Downstream.Call] {
        guard let downstream = target.downstream else { return [] }
        do {
            return try await downstream.calls()
        } catch {
            throw Stop.notDecided("The provider's calls could not be read: \(error)")
        }
    }
}
