import Testing

@testable import Rewind

/// Actions that must be refused in every state.
@Suite struct `What is always refused` {
    /// A door that a key opens, and a picklock does if the lock is bad.
    private func door(isLockBad: Bool) -> Exploration<Notes> {
        Exploration(of: Notes.self) {
            doing("knock") { try $0.office.add("door", .text("knocked at")) }
            Action("pick_lock") { _ in isLockBad ? .accepted : .refused }.when { $0.step == 1 }.alwaysRefused()
        }
    }

    @Test func `decides and warns of nothing by never being accepted`() async throws {
        let result = try await explore(door(isLockBad: false), in: Office(["door": [.init("what")]]).world)
        #expect(result.verdict == .held(.everything))
        #expect(result.warnings == [])
        #expect(result.coverage.expected(state: 0, action: 1) == .refused)
    }

    @Test func `is a violation when it is accepted`() async throws {
        let result = try await explore(door(isLockBad: true), in: Office(["door": [.init("what")]]).world)
        #expect(result.verdict == .violated)
        let violation = try #require(result.violations.first)
        #expect(violation.rule.name == "pick_lock_is_refused")
        #expect(violation.rule.severity == .critical)
        #expect(violation.message == "pick_lock was accepted, and must always be refused.")
        #expect(violation.counterexample.path == ["knock", "pick_lock"])
        #expect(violation.isConfirmed)
    }

    @Test func `and without saying so, an action that never succeeds leaves it undecided`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("knock") { $0.context.number = 1 }
            Action("pick_lock") { _ in .refused }.when { $0.step == 1 }
        }
        let reason = "pick_lock was never accepted (1 try): what follows it was not explored."
        #expect(try await explore(exploration, in: Office([:]).world).verdict == .notDecided([reason]))
    }
}

@Suite struct `A limit of violations` {
    private let exploration = Exploration(of: Notes.self) {
        for number in Int64(1)...9 {
            doing("break_\(number)") { $0.context.number = number }
            Invariant("not_\(number)") { $0.context.number != number }
        }
    }

    @Test(arguments: [1, 4]) func `ends the walk when so many were found`(count: Int) async throws {
        let result = try await explore(exploration, in: Office([:]).world, limits: Limits(violations: count))
        #expect(result.violations.count == count)
        #expect(result.violations.allSatisfy { $0.isConfirmed })
        #expect(result.verdict == .violated)
        #expect(result.stopReason == .violationLimit(count))
    }

    @Test func `is no limit when nothing is wrong`() async throws {
        let harmless = Exploration(of: Notes.self) { doing("start") { _ in } }
        let result = try await explore(harmless, in: Office([:]).world, limits: Limits(violations: 1))
        #expect(result.verdict == .held(.everything))
    }
}
