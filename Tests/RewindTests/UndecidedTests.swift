import Testing

@testable import Rewind

private struct Broken: Error, CustomStringConvertible {
    let description: String
}

private struct Gone: UndecidedError {
    let undecidedReason: String? = "Could not reach the API."
}

@Suite struct `Nothing is decided` {
    private func reasons(_ exploration: Exploration<Notes>, in world: World = Office([:]).world) async throws
        -> [String]
    {
        guard case .notDecided(let reasons) = try await explore(exploration, in: world).verdict else { return [] }
        return reasons
    }

    @Test func `when an invariant can't be checked`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("start") { _ in }
            Invariant("asks") { run in
                if run.context.step == 1 { throw Broken(description: "The answer was no JSON.") }
                return true
            }
        }
        #expect(
            try await reasons(exploration) == [
                "invariant asks failed: The answer was no JSON. It happened after no other step → start."
            ])
    }

    @Test func `when an action throws`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("works") { $0.context.number = 1 }
            doing("breaks") { _ in throw Broken(description: "No such field.") }
        }
        #expect(
            try await reasons(exploration) == [
                "action breaks failed: No such field. It happened after no other step.",
                "breaks was never accepted (1 try): what follows it was not explored.",
            ])
    }

    @Test func `when an action was never accepted`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("works") { _ in }
            Action("never") { _ in .refused }
        }
        #expect(
            try await reasons(exploration) == [
                "never was never accepted (2 tries): what follows it was not explored."
            ])
    }

    @Test func `when the API can't be reached`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("start") { $0.context.number = 1 }
            doing("go_on", at: 1) { _ in throw Gone() }
        }
        #expect(
            try await reasons(exploration) == ["Could not reach the API. It happened during go_on, after start."])
    }

    @Test func `when the API remembers what was rewound`() async throws {
        let memory = MemoryTables(name: "hidden")
        let exploration = Exploration(of: Notes.self) {
            doing("create") { run in
                try run.office.add("orders", .integer(1))
                let known = memory.count(table: "orders")
                memory.set(table: "orders", key: Int64(known), to: [.integer(1)])
                run.journal.append(
                    Exchange(
                        method: "POST", path: "/",
                        reply: .response(status: known == 0 ? 201 : 200, headers: [], body: [])))
            }
        }
        let reasons = try await reasons(exploration)
        #expect(reasons.count == 1)
        #expect(
            reasons.first?.hasPrefix(
                "Not rewindable: create was sent again from a state the walk had returned to, and was answered differently: "
                    + "accepted (201) at first, accepted (200) after going back.") == true)
    }

    @Test func `when the API stops answering while it is asked again`() async throws {
        let memory = MemoryTables(name: "hidden")
        let exploration = Exploration(of: Notes.self) {
            Action("create") { run in
                try run.office.add("orders", .integer(1))
                memory.set(table: "runs", key: Int64(memory.count(table: "runs")), to: [])
                // Sent first, once more to learn from, and once more at the end.
                let isLost = memory.count(table: "runs") == 3
                let reply = Exchange.Reply.response(status: 201, headers: [], body: [])
                run.journal.append(
                    Exchange(method: "POST", path: "/", reply: isLost ? .lost(reason: "it was reset") : reply))
                run.context.step = 1
                return isLost ? .failed("No answer.") : .accepted
            }
            .when { $0.step == 0 }
        }
        #expect(
            try await reasons(exploration) == [
                "create was sent again at the end of the walk and got no answer. Is the API still running? "
                    + "Path: no other step → create."
            ])
    }

    @Test func `when an answer is lost only once, after the whole rest was explored`() async throws {
        let memory = MemoryTables(name: "hidden")
        let exploration = Exploration(of: Notes.self) {
            Action("create") { run in
                let isLost = memory.count(table: "seen") == 0
                memory.set(table: "seen", key: 1, to: [])
                try run.office.add("orders", .integer(1))
                let reply = Exchange.Reply.response(status: 201, headers: [], body: [])
                run.journal.append(
                    Exchange(method: "POST", path: "/", reply: isLost ? .lost(reason: "it was reset") : reply))
                if isLost { return .failed("No answer.") }
                run.context.step = 1
                return .accepted
            }
            .when { $0.step == 0 }
            Action("finish") { run in
                run.context.step = 2
                return .accepted
            }
            .when { $0.step == 1 }
        }
        let result = try await explore(exploration, in: Office([:]).world)
        #expect(result.statistics.states == 3)
        #expect(result.violations.map(\.rule.name) == ["no_server_error"])
        guard case .notDecided(let reasons) = result.verdict else {
            Issue.record("\(result.verdict)")
            return
        }
        #expect(reasons.count == 1)
        #expect(reasons[0].hasPrefix("no_server_error was violated once, and not when its path was replayed."))
    }

    @Test func `when a system holds what it did not report`() async throws {
        let system = Unfaithful()
        let exploration = Exploration(of: Notes.self) {
            doing("create") { run in
                system.tables.set(table: "orders", key: 1, to: [.integer(1)])
                system.tables.set(table: "unseen", key: 1, to: [.integer(Int64(system.tables.count(table: "unseen")))])
            }
        }
        let reasons = try await reasons(exploration, in: World(systems: [system]))
        #expect(
            reasons.first?.hasPrefix("Not rewindable: db does not hold what its recorded changes add up to") == true)
    }

    @Test func `when a violation does not occur again`() async throws {
        let memory = MemoryTables(name: "hidden")
        let exploration = Exploration(of: Notes.self) {
            doing("start") { $0.context.number = 1 }
            Invariant("once") { run in
                guard run.context.number == 1, memory.count(table: "seen") == 0 else { return true }
                memory.set(table: "seen", key: 1, to: [])
                return false
            }
        }
        let result = try await explore(exploration, in: Office([:]).world)
        #expect(result.violations.count == 1)
        #expect(!(result.violations.first?.isConfirmed ?? true))
        guard case .notDecided = result.verdict else {
            Issue.record("\(result.verdict)")
            return
        }
    }

    @Test func `on a violation whose replay shows another one`() async throws {
        let memory = MemoryTables(name: "hidden")
        let exploration = Exploration(of: Notes.self) {
            doing("start") { $0.context.number = 1 }
            Invariant("once") { run in
                guard run.context.number == 1, memory.count(table: "seen") == 0 else { return true }
                memory.set(table: "seen", key: 1, to: [])
                return false
            }
            Invariant("always") { $0.context.number != 1 }
        }
        let result = try await explore(exploration, in: Office([:]).world)
        let confirmed = result.violations.filter { $0.isConfirmed }.map(\.rule.name)
        #expect(confirmed == ["always"])
        #expect(result.violations.count == 2)
        #expect(result.verdict == .violated)
    }
}

/// A system that misses the writes to one table.
private struct Unfaithful: RewindableSystem {
    let tables = MemoryTables(name: "db")
    var name: String { "db" }

    func begin() async { await tables.begin() }
    func capture() async -> ChangeSet { await tables.capture().leavingOut(tables: ["unseen"]) }
    func apply(_ changes: ChangeSet) async { await tables.apply(changes) }
    func end() async { await tables.end() }
    func schema() async -> Schema { Schema() }
    func contentFingerprint() async -> Fingerprint { await tables.contentFingerprint() }
}

@Suite struct `A warning` {
    @Test func `names what was never tried, never applied and never changed`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("start") { _ in }
            doing("too_late", at: 9) { _ in }
            Invariant("rare") { _ in true }.when { $0.step == 9 }
        }
        #expect(
            try await explore(exploration, in: Office([:]).world).warnings == [
                "too_late was never sent: its precondition held in no state reached.",
                "rare was never checked: it applied to no state reached.",
                "Requests were accepted, and nothing ever changed in db. Does the API use another database?",
            ])
    }

    @Test func `says that nothing was rewound where no system is named`() async throws {
        let exploration = Exploration(of: Notes.self) {
            doing("start") { run in
                let reply = Exchange.Reply.response(status: 200, headers: [], body: [])
                run.journal.append(Exchange(method: "POST", path: "/", reply: reply))
            }
        }
        #expect(
            try await explore(exploration, in: World()).warnings == [
                "No system was rewound: each path went on with what the ones before it had left behind. Name the API's "
                    + "database, or read findings and states with that in mind."
            ])
    }

    @Test func `names an action that changes other rows each time`() async throws {
        let memory = MemoryTables(name: "hidden")
        let exploration = Exploration(of: Notes.self) {
            doing("start") { run in
                memory.set(table: "runs", key: Int64(memory.count(table: "runs")), to: [])
                for _ in 0..<memory.count(table: "runs") { try run.office.add("orders", .integer(1)) }
            }
        }
        let warnings = try await explore(exploration, in: Office([:]).world).warnings
        #expect(
            warnings == [
                "start is not repeatable. It changed 1 row of orders at first and 2 rows of orders when repeated from the "
                    + "same state."
            ])
    }
}

@Suite struct `An exploration that contradicts itself` {
    private func error(_ exploration: Exploration<Notes>) -> String? {
        do throws(ExplorationError) {
            _ = try Explorer(exploration, in: World())
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `is refused with the name at fault`() {
        #expect(
            error(Exploration(of: Notes.self) { Invariant("a") { _ in true } })
                == "The exploration has no action: there is nothing to try.")
        #expect(
            error(
                Exploration(of: Notes.self) {
                    doing("pay") { _ in }
                    doing("pay") { _ in }
                }) == "Two actions have the name “pay”. Names identify them in paths; rename one.")
        #expect(
            error(
                Exploration(of: Notes.self) {
                    doing("pay") { _ in }
                    Invariant("a") { _ in true }
                    Invariant("a") { _ in true }
                }) == "Two invariants have the name “a”. Names identify them in paths; rename one.")
        #expect(
            error(Exploration(of: Notes.self) { Action("refund", over: [Int]()) { _, _ in .accepted } })
                == "Action “refund” has an empty argument domain, so it can never run.")
        #expect(
            error(
                Exploration(of: Notes.self) {
                    doing("pay") { _ in }
                    StateMachine(\.step) { Arrow("pya", from: 0, to: 1) }
                })
                == "The state machine has an arrow for “pya”, but no action has that name. The actions are pay.")
        #expect(
            error(Exploration(of: Notes.self) { doing("pay") { _ in } }.without(law: "no_5xx", because: "?"))
                == "There is no law “no_5xx” to switch off. The laws are no_server_error, refusal_changes_nothing, "
                + "safe_methods_change_nothing, idempotent_replay, key_with_other_body, two_at_once_with_one_key, "
                + "rewinding_is_faithful.")
    }
}
