import Testing

@testable import Rewind

/// One request, and what the laws say of it.
private func broken(
    _ method: String, answers reply: Exchange.Reply, changing tables: String...
) async throws -> [Violation] {
    let office = Office([:])
    let exploration = Exploration(of: Notes.self) {
        doing("request") { run in
            for table in tables { try run.office.add(table, .integer(1)) }
            run.journal.append(Exchange(method: method, path: "/orders/1", reply: reply))
        }
    }
    return try await explore(exploration, in: office.world).violations
}

private func answer(_ status: Int) -> Exchange.Reply { .response(status: status, headers: [], body: []) }

@Suite struct `The laws` {
    @Test(arguments: [
        (
            "POST", 409, ["orders"], "refusal_changes_nothing",
            "POST /orders/1 answered 409 and yet changed orders (1 row)."
        ),
        (
            "DELETE", 404, ["b", "a"], "refusal_changes_nothing",
            "DELETE /orders/1 answered 404 and yet changed a (1 row), b (1 row)."
        ),
        ("GET", 200, ["orders"], "safe_methods_change_nothing", "GET /orders/1 changed orders (1 row)."),
        ("HEAD", 404, ["orders"], "safe_methods_change_nothing", "HEAD /orders/1 changed orders (1 row)."),
        ("POST", 500, [], "no_server_error", "POST /orders/1 answered 500."),
        ("GET", 503, [], "no_server_error", "GET /orders/1 answered 503."),
    ])
    func `name what was done and what came of it`(
        method: String, status: Int, tables: [String], law: String, message: String
    ) async throws {
        let office = Office([:])
        let exploration = Exploration(of: Notes.self) {
            doing("request") { run in
                for table in tables { try run.office.add(table, .integer(1)) }
                run.journal.append(Exchange(method: method, path: "/orders/1", reply: answer(status)))
            }
        }
        let result = try await explore(exploration, in: office.world)
        #expect(result.violations.map(\.rule.name) == [law])
        #expect(result.violations.map(\.message) == [message])
        #expect(result.violations.allSatisfy { $0.isConfirmed })
        #expect(result.verdict == .violated)
    }

    @Test func `have nothing against a refusal without effect, or an effect without refusal`() async throws {
        #expect(try await broken("POST", answers: answer(409)).isEmpty)
        #expect(try await broken("POST", answers: answer(201), changing: "orders").isEmpty)
        #expect(try await broken("GET", answers: answer(200)).isEmpty)
    }

    @Test func `take a lost connection for a failure of the server`() async throws {
        let violations = try await broken("POST", answers: .lost(reason: "the connection was reset"))
        #expect(violations.map(\.message) == ["POST /orders/1 got no answer: the connection was reset."])
    }

    @Test func `let exempt tables be written to`() async throws {
        let office = Office([:])
        let exploration = Exploration(of: Notes.self) {
            doing("request") { run in
                try run.office.add("audit", .integer(1))
                run.journal.append(Exchange(method: "POST", path: "/", reply: answer(403)))
            }
        }
        #expect(try await explore(exploration, in: office.world).verdict == .violated)
        let exempting = exploration.exempting(tables: "audit")
        #expect(try await explore(exempting, in: office.world).verdict == .held(.everything))
    }

    @Test func `can be switched off by name, and the result says why`() async throws {
        let office = Office([:])
        let exploration = Exploration(of: Notes.self) {
            doing("request") { $0.journal.append(Exchange(method: "GET", path: "/", reply: answer(500))) }
        }
        let lenient = exploration.without(law: "no_server_error", because: "it is being rebuilt")
        let result = try await explore(lenient, in: office.world)
        #expect(result.verdict == .held(.everything))
        #expect(result.warnings.contains("The law no_server_error is switched off: it is being rebuilt"))
    }

    @Test func `judge what invariants ask of the API`() async throws {
        let office = Office([:])
        let exploration = Exploration(of: Notes.self) {
            doing("start") { $0.context.number = 1 }
            Invariant("looks") { run in
                try run.office.add("views", .integer(1))
                run.journal.append(Exchange(method: "GET", path: "/orders/1", reply: answer(200)))
                return true
            }
            .when { $0.number == 1 }
        }
        let result = try await explore(exploration, in: office.world)
        #expect(result.violations.map(\.rule.name) == ["safe_methods_change_nothing"])
        #expect(result.violations.first?.counterexample.path == ["start"])
    }
}
