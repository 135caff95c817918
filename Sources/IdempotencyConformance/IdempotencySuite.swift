/// The 28 checks of what an `Idempotency-Key` does, made against a running API.
///
/// ```swift
/// var target = IdempotencyTarget(
///     baseURL: "http://127.0.0.1:8080", operation: .post("/orders", #"{"amount":"100.00","currency":"USD"}"#))
/// target.otherBody = #"{"amount":"7.00","currency":"USD"}"#
/// let result = try await IdempotencySuite(profile: .stripe).run(against: target)
/// #expect(result.failures.isEmpty, "\(result.table)")
/// ```
///
/// It makes real objects at the API: some hundred requests, each with a deadline. Checks run one after another; those about
/// requests at once open several connections. What a check needs and the target does not offer makes it not applicable,
/// with the reason. `docs/idempotency-conformance.md` has all checks, what each profile expects, and the sources.
public struct IdempotencySuite: Sendable {
    /// What is expected.
    public var profile: IdempotencyProfile
    /// Only these checks are made; all when empty.
    public var numbers: Set<Int>

    /// A suite of what the profile expects.
    public init(profile: IdempotencyProfile, numbers: Set<Int> = []) {
        self.profile = profile
        self.numbers = numbers
    }

    /// Makes the checks, in order.
    ///
    /// - Parameter onProgress: is called before each check.
    /// - Throws: ``IdempotencyUndecided`` when nothing can be said: nobody answers, or the operation is never accepted.
    public func run(
        against target: IdempotencyTarget, onProgress: @Sendable (IdempotencyCheck) -> Void = { _ in }
    ) async throws(IdempotencyUndecided) -> IdempotencyResult {
        let bench: Bench
        do {
            bench = try await Bench(target, profile).calibrated()
        } catch let error as IdempotencyUndecided {
            throw error
        } catch {
            throw IdempotencyUndecided(String(describing: error))
        }
        var results: [IdempotencyCheckResult] = []
        for check in IdempotencyCheck.all where numbers.isEmpty || numbers.contains(check.number) {
            onProgress(check)
            results.append(await check.result(on: bench))
        }
        return IdempotencyResult(
            profile: profile.name, target: target.baseURL, operation: target.operation.description,
            effectsAreCounted: target.effects != nil, checks: results)
    }
}

/// Why nothing can be said. The text is one or more whole sentences, with what to do next.
public struct IdempotencyUndecided: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
