import ExactJSON

/// What the checks found.
public struct IdempotencyResult: Hashable, Sendable {
    /// The profile's name.
    public let profile: String
    /// The base URL.
    public let target: String
    /// Method and path.
    public let operation: String
    /// Whether effects were counted; otherwise they were told from answers.
    public let effectsAreCounted: Bool
    /// In the order of their numbers.
    public let checks: [IdempotencyCheckResult]

    /// The checks that found something wrong.
    public var failures: [IdempotencyCheckResult] { checks.filter { $0.verdict == .failed } }
    /// The checks that could be made but not finished.
    public var undecided: [IdempotencyCheckResult] { checks.filter { $0.verdict == .notDecided } }
    /// The checks that found everything right.
    public var passes: [IdempotencyCheckResult] { checks.filter { $0.verdict == .passed } }

    /// 0 when all that apply passed, 1 when some failed, 2 when some were not decided, or none could be made.
    public var exitCode: Int32 {
        if !failures.isEmpty { return 1 }
        return undecided.isEmpty && !passes.isEmpty ? 0 : 2
    }

    /// One JSON object; keys as in `docs/idempotency-conformance.md`.
    public var json: String {
        let checks = checks.map { check -> JSON in
            [
                "number": .number(String(check.number)), "name": .string(check.name),
                "expected": .string(check.expected), "observed": .string(check.observed),
                "verdict": .string(check.verdict.rawValue), "source": .string(check.source),
            ]
        }
        let document: JSON = [
            "format": "rewind-idempotency-1", "profile": .string(profile), "target": .string(target),
            "operation": .string(operation), "effects_are_counted": .bool(effectsAreCounted),
            "passed": .number(String(passes.count)), "failed": .number(String(failures.count)),
            "not_decided": .number(String(undecided.count)), "checks": .array(checks),
        ]
        return document.text + "\n"
    }
}

/// What one check found.
public struct IdempotencyCheckResult: Hashable, Sendable {
    /// How a check ends.
    public enum Verdict: String, CaseIterable, Hashable, Sendable {
        case passed, failed
        /// It can't be made at this target, or the profile does not ask for it; ``IdempotencyCheckResult/observed`` says
        /// which.
        case notApplicable = "not applicable"
        /// It was begun and could not be finished.
        case notDecided = "not decided"
    }

    public let number: Int
    public let name: String
    /// In a few words.
    public let expected: String
    /// In a few words; the reason where the check was not made.
    public let observed: String
    public let verdict: Verdict
    /// Who says what is expected.
    public let source: String
}
