import Testing

@testable import Rewind

@Suite struct `Replaying a path` {
    static let doubleRefund: [PathStep] = ["create_order", "pay_order", "refund_order(100)", "refund_order(100)"]

    private func replay(
        _ path: [PathStep], _ bugs: Shop.Bug..., expecting rule: String? = nil
    ) async throws -> ReplayResult {
        try await Explorer(shopExploration(), in: Shop(bugs: bugs).world).replay(path, expecting: rule)
    }

    @Test func `says that it still fails, with what happened now`() async throws {
        let result = try await replay(Self.doubleRefund, .doubleRefund, expecting: "no_over_refund")
        let violation = try #require(result.violation)
        #expect(violation.isConfirmed && violation.rule.severity == .critical)
        #expect(violation.counterexample.path == Self.doubleRefund.map(\.description))
        #expect(violation.counterexample.steps.last?.exchanges.map(\.status) == [200])
        #expect(result.description == "Still fails: no_over_refund. Refunds never exceed the amount")
    }

    @Test func `says what is refused now and was accepted when it was recorded`() async throws {
        let buggy = try await Explorer(shopExploration(halves: false), in: Shop(bugs: .doubleRefund).world).explore()
        let found = try #require(buggy.violations.first { $0.rule.name == "no_over_refund" })
        let result = try await replay(found.counterexample.recordedPath, expecting: "no_over_refund")
        #expect(result.description == "Fixed: refund_order(100) was accepted, and is refused now (409).")
    }

    @Test func `says that it ran to its end when nobody knows what became of each step before`() async throws {
        let result = try await replay(Self.doubleRefund, expecting: "no_over_refund")
        #expect(
            result.description
                == "Fixed: The path ran to its end, and no_over_refund held; refused were refund_order(100).")
    }

    @Test func `without a rule ends with the first violation of any`() async throws {
        let path = Self.doubleRefund + ["pay_order"]
        let violation = try #require(try await replay(path, .doubleRefund).violation)
        // The diagram has no arrow for it, and laws and diagram come before the invariants.
        #expect(violation.rule.name == "state_machine")
        #expect(violation.counterexample.steps.count == 4)
        #expect(try await replay(path).isFixed)
    }

    @Test func `of an arrow that is still refused still fails`() async throws {
        let path: [PathStep] = ["create_order", "refund_order(50)"]
        let result = try await replay(path, expecting: "arrow_never_walked")
        #expect(result.description == "Still fails: arrow_never_walked. refund_order(50) is still refused.")
    }

    @Test(
        arguments: [
            (["pay_ordr"], "There is no action “pay_ordr”. Did you mean pay_order?"),
            (
                ["settle"],
                "There is no action “settle”. There are create_order, pay_order, cancel_order, refund_order."
            ),
            (["refund_order(7)"], "There is no step “refund_order(7)”. The arguments of refund_order are 50, 100."),
            (["refund_order"], "There is no step “refund_order”. The arguments of refund_order are 50, 100."),
            (["pay_order(1)"], "The action “pay_order” has no arguments; the path has “pay_order(1)”."),
            (["pay_order"], "On replay, pay_order could not be formed."),
            (["create_order", "create_order"], "On replay, create_order could not be formed."),
        ] as [([PathStep], String)])
    func `does not decide about a path that can't be taken`(path: [PathStep], reason: String) async throws {
        #expect(try await replay(path).description == "Not decided: " + reason)
    }

    @Test(arguments: [
        ("no_over_refunds", "There is no rule “no_over_refunds”. Did you mean no_over_refund?"),
        (
            "refusal_changes_nothing",
            "The law refusal_changes_nothing is switched off, so nothing can break it: an audit log"
        ),
    ]) func `does not decide about a rule that is not checked`(rule: String, reason: String) async throws {
        let exploration = shopExploration().without(law: "refusal_changes_nothing", because: "an audit log")
        let result = try await Explorer(exploration, in: Shop().world).replay(["create_order"], expecting: rule)
        #expect(result.description == "Not decided: " + reason)
    }

    @Test func `does not decide while the API can't be reached`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("call") { run in try run.world.service(Fuse.self).burn() }
        }
        let system = Watched(MemoryTables())
        let world = World(systems: [system]).providing(Fuse(calls: 0))
        let result = try await Explorer(exploration, in: world).replay(["call"])
        #expect(
            result.description == "Not decided: Could not reach the API. It happened during call, after no other step.")
        #expect(system.isAtEnd)
    }

    @Test func `does not decide when the rule could not be checked`() async throws {
        struct Broken: Error, CustomStringConvertible { let description = "no such column: total" }
        let exploration = shopExploration(invariants: [
            Invariant("sums", .high, "Sums agree") { _ -> Bool in throw Broken() }.when { $0.status == .paid }
        ])
        let explorer = try Explorer(exploration, in: Shop().world)
        let result = await explorer.replay(["create_order", "pay_order"], expecting: "sums")
        #expect(
            result.description == "Not decided: The invariant sums could not be checked: no such column: total")
    }

    @Test(arguments: [401, 429]) func `learns nothing from not being let in`(status: Int) async throws {
        let exploration = Exploration(of: Notes.self) {
            Action("call") { run in
                run.record("/call", status: status)
                return .refused
            }
        }
        let result = try await Explorer(exploration, in: World()).replay([PathStep("call", wasAccepted: true)])
        #expect(
            result.description
                == "Not decided: call was accepted, and is refused now (\(status)): that says nothing about the rule.")
    }

    @Test func `returns the system to where it was`() async throws {
        let shop = Shop(bugs: .doubleRefund)
        shop.tables.set(table: "orders", key: 99, to: [.text("paid"), .integer(0)])
        let before = await shop.tables.contentFingerprint()
        let result = try await Explorer(shopExploration(), in: shop.world).replay(Self.doubleRefund)
        #expect(result.stillFails)
        #expect(await shop.tables.contentFingerprint() == before)
    }

    @Test(arguments: Shop.Bug.all) func `gives what the exploration found again`(bug: Shop.Bug) async throws {
        let found = try await Explorer(shopExploration(), in: Shop(bugs: bug).world).explore().violations
        #expect(!found.isEmpty)
        for violation in found {
            let path = violation.counterexample.recordedPath
            let again = try await replay(path, bug, expecting: violation.rule.name)
            #expect(again.violation?.message == violation.message)
            #expect(try await replay(path, expecting: violation.rule.name).isFixed)
        }
    }
}

extension Shop.Bug {
    static let all: [Shop.Bug] = [.doubleRefund, .refundAfterCancel, .refusalWrites]
}

@Suite struct `A step's name` {
    @Test(
        arguments: [
            ("refund_order", "refund_order", nil), ("partial_refund(25.00)", "partial_refund", "25.00"),
            ("send(a (b), c=1)", "send", "a (b), c=1"), ("odd(", "odd(", nil), ("empty()", "empty", ""),
        ] as [(String, String, String?)])
    func `is read as it is printed`(label: String, action: String, argument: String?) {
        let step = PathStep(label: label)
        #expect(step == PathStep(action, argument: argument))
        #expect(step.description == label)
    }

    @Test(arguments: ["create → pay → refund(lost, twice)", "create -> pay -> refund(lost, twice)"])
    func `stands between arrows in a path`(text: String) {
        #expect(PathStep.path(text) == ["create", "pay", "refund(lost, twice)"])
    }
}
