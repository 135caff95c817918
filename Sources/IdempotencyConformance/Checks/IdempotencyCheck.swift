/// One of the 28 checks: what must be so, and how that is found out.
public struct IdempotencyCheck: Sendable {
    /// 1 to 28, as in `docs/idempotency-conformance.md`.
    public let number: Int
    /// A few words.
    public let name: String
    /// What must be so where a profile says no more: shown when the expectation is “holds”.
    public let statement: String
    /// How it is done, for the documentation.
    public let method: String
    let run: @Sendable (Bench, ExpectedAnswer) async throws -> Observation

    /// What was seen, and whether it is what should be.
    struct Observation {
        let text: String
        let isAsExpected: Bool

        static func passed(_ text: String) -> Observation { Observation(text: text, isAsExpected: true) }
        static func failed(_ text: String) -> Observation { Observation(text: text, isAsExpected: false) }

        /// Passed, unless something is wrong.
        static func passed(_ text: String, unless problem: String?) -> Observation {
            problem.map { .failed("\(text), but \($0)") } ?? .passed(text)
        }
    }

    init(
        _ number: Int, _ name: String, _ statement: String, method: String,
        run: @escaping @Sendable (Bench, ExpectedAnswer) async throws -> Observation
    ) {
        self.number = number
        self.name = name
        self.statement = statement
        self.method = method
        self.run = run
    }

    /// All checks, by number.
    public static let all: [IdempotencyCheck] =
        (keyChecks + replayChecks + raceChecks + keptAnswerChecks + recoveryChecks + downstreamChecks + scopeChecks)
        .sorted { $0.number < $1.number }

    /// What the check must find, in a few words.
    public func expected(_ answer: ExpectedAnswer) -> String {
        switch answer {
        case .refused(400...499): "refused, 4xx"
        case .refused(let statuses) where statuses.count == 1: "refused, \(statuses.lowerBound)"
        case .refused(let statuses): "refused, \(statuses.lowerBound) to \(statuses.upperBound)"
        case .replayed: "the first answer again"
        case .executed: "executed as new"
        case .accepted: "accepted, 2xx"
        case .holds: statement
        case .notApplicable: "–"
        }
    }

    /// Makes the check.
    func result(on bench: Bench) async -> IdempotencyCheckResult {
        let expectation = expectation(on: bench)
        let (observed, verdict) = await outcome(on: bench, expectation.answer)
        return IdempotencyCheckResult(
            number: number, name: name, expected: expected(expectation.answer), observed: observed, verdict: verdict,
            source: expectation.source)
    }

    private func outcome(
        on bench: Bench, _ answer: ExpectedAnswer
    ) async -> (String, IdempotencyCheckResult.Verdict) {
        if case .notApplicable(let reason) = answer { return (reason, .notApplicable) }
        do {
            let observation = try await run(bench, answer)
            return (observation.text, observation.isAsExpected ? .passed : .failed)
        } catch Stop.notApplicable(let reason) {
            return (reason, .notApplicable)
        } catch let stop as Stop {
            return (stop.reason, .notDecided)
        } catch {
            return (String(describing: error), .notDecided)
        }
    }

    private func expectation(on bench: Bench) -> IdempotencyProfile.Expectation {
        let said = bench.profile.expectations[number]
        let expectation = said ?? .init(.notApplicable("the profile says nothing of it"), bench.profile.name)
        guard number == 1, let requiresKey = bench.target.requiresKey else { return expectation }
        if !requiresKey { return .init(.notApplicable("the key is optional here"), "the target's description") }
        guard case .refused = expectation.answer else { return .init(.refused(400), "the target's description") }
        return expectation
    }
}

extension ExpectedAnswer {
    /// Whether an answer is a refusal as expected.
    func isRefusal(_ answer: Answer) -> Bool {
        guard case .refused(let statuses) = self, let status = answer.status else { return false }
        return statuses.contains(status)
    }
}
