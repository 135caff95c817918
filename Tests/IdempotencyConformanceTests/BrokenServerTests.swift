import IdempotencyConformance
import Testing

@Suite struct `A payments server` {
    @Test(arguments: ServerRules.allCases)
    func `that is right passes all checks that apply`(rules: ServerRules) async throws {
        let server = try PaymentsServer(rules)
        var target = server.target
        if rules == .router { target = routed(target) }
        let result = try await IdempotencySuite(profile: rules.profile).run(against: target)
        #expect(result.failures.isEmpty && result.undecided.isEmpty, "\n\(result.table)")
        #expect(result.passes.map(\.number) == Self.applicable[rules], "\n\(result.table)")
        #expect(result.exitCode == 0)
    }

    /// Which checks are made, by profile: one that silently became not applicable would be seen here.
    static let applicable: [ServerRules: [Int]] = [
        .stripe: Array(2...28),
        .ietf: [1, 2, 3, 5, 6] + [9, 10, 11, 12, 13, 15, 16] + Array(17...24) + [26, 27, 28],
        .adyen: Array(2...6) + [9, 10, 11, 12, 15, 16] + Array(17...24) + [26, 27, 28],
        .checkout: [2, 3, 5, 6] + Array(11...28),
        .router: [1, 2, 3, 6, 9, 11, 12, 15, 16, 26, 27, 28],
    ]

    /// A flaw shows only where the profile asks for what it breaks.
    static let planted: [(ServerRules, Flaw)] = ServerRules.allCases.filter { $0 != .router }.flatMap { rules in
        Flaw.allCases.filter { applicable[rules]?.contains($0.rawValue) == true }.map { (rules, $0) }
    }

    @Test(arguments: planted)
    func `with one flaw fails the check that is about it, and no other`(rules: ServerRules, flaw: Flaw) async throws {
        let server = try PaymentsServer(rules, flaw: flaw)
        let result = try await IdempotencySuite(profile: rules.profile).run(against: server.target)
        #expect(result.failures.map(\.number) == [flaw.rawValue], "\n\(result.table)")
        #expect(result.undecided.isEmpty, "\n\(result.table)")
        #expect(result.passes.map(\.number) == Self.applicable[rules]?.filter { $0 != flaw.rawValue })
        #expect(result.exitCode == 1)
    }

    @Test(arguments: [Flaw.replayHappensAgain, .ignoresBody, .forgetsAccount])
    func `that knows payments by the merchant's id can be wrong too`(flaw: Flaw) async throws {
        let server = try PaymentsServer(.router, flaw: flaw)
        let result = try await IdempotencySuite(profile: .router).run(against: routed(server.target))
        let numbers = result.failures.map(\.number)
        // Without keys there is one rule, and checks 11, 12, 16 and 28 are about it as much as 6.
        #expect(flaw == .replayHappensAgain ? numbers.contains(6) : numbers == [flaw.rawValue], "\n\(result.table)")
        #expect(result.undecided.isEmpty)
    }

    @Test func `is not told from its client when that goes on without a key`() async throws {
        let server = try PaymentsServer(.stripe)
        var target = server.target
        target.client = { _ in }
        let result = try await IdempotencySuite(profile: .stripe, numbers: [2]).run(against: target)
        #expect(result.failures.map(\.number) == [2])
        target.client = { [target] _ in
            _ = try await IdempotencySuite(profile: .router, numbers: [1]).run(against: target)
            throw EmptyKey()
        }
        let late = try await IdempotencySuite(profile: .stripe, numbers: [2]).run(against: target)
        #expect(late.failures.map(\.observed) == ["an error, but 2 sent all the same"])
    }

    /// A router has no recovery that a key takes part in.
    private func routed(_ target: IdempotencyTarget) -> IdempotencyTarget {
        var target = target
        let slow = target.faults.slow
        target.faults = IdempotencyFaults()
        target.faults.slow = slow
        (target.downstream, target.advanceClock) = (nil, nil)
        return target
    }
}
