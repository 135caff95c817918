import Testing

@testable import Rewind

@Suite struct `States are the same` {
    @Test func `when an order with a generated id is made by two routes`() async throws {
        let office = Office(["orders": [.init("id"), .init("status")]])
        @Sendable func create(_ run: inout Run<Notes>) throws {
            let id = try run.office.unique()
            run.context.id = id
            try run.office.add("orders", .text(id), .text("pending"))
        }
        let exploration = Exploration(of: Notes.self) {
            doing("create_by_form") { try create(&$0) }
            doing("create_by_import") { try create(&$0) }
        }
        let result = try await explore(exploration, in: office.world)
        #expect(result.statesVisited == 2)
        #expect(result.learnedVolatile == ["context.id", "orders.id"])
    }

    @Test func `when a generated id shows up in another table`() async throws {
        let office = Office(["orders": [.init("id")], "refunds": [.init("order")]])
        let exploration = Exploration(of: Notes.self) {
            for name in ["create_a", "create_b"] {
                doing(name) { run in
                    run.context.id = try run.office.unique()
                    try run.office.add("orders", .text(run.context.id ?? ""))
                }
            }
            for name in ["refund_a", "refund_b"] {
                doing(name, at: 1) { try $0.office.add("refunds", .text($0.context.id ?? "")) }
            }
        }
        let result = try await explore(exploration, in: office.world)
        #expect(result.statesVisited == 3)
    }

    @Test func `when they differ only in points in time`() async throws {
        let office = Office(["orders": [.init("made", .timestamp)]])
        let exploration = Exploration(of: Notes.self) {
            for time in Int64(1)...3 {
                doing("create_at_\(time)") { run in
                    run.context.token = "2026-11-21T02:44:0\(time)Z"
                    try run.office.add("orders", .integer(time))
                }
            }
        }
        #expect(try await explore(exploration, in: office.world).statesVisited == 2)
        let exact = exploration.identity(.wholeState.comparing("orders.made"))
        #expect(try await explore(exact, in: office.world).statesVisited == 4)
    }

    @Test func `when only an ignored column or property differs`() async throws {
        let office = Office(["orders": [.init("note")]])
        let exploration = Exploration(of: Notes.self) {
            for note in ["a", "b"] {
                doing("create_\(note)") { run in
                    run.context.token = note
                    try run.office.add("orders", .text(note))
                }
            }
        }
        #expect(try await explore(exploration, in: office.world).statesVisited == 3)
        let ignoring = exploration.identity(.wholeState.ignoring("orders.note", "context.token"))
        #expect(try await explore(ignoring, in: office.world).statesVisited == 2)
    }

    @Test func `when only an ignored table differs`() async throws {
        let office = Office(["orders": [.init("note")], "log": [.init("line")]])
        let exploration = Exploration(of: Notes.self) {
            for line in ["a", "b"] {
                doing("log_\(line)") { run in try run.office.add("log", .text(line)) }
            }
            doing("create") { run in try run.office.add("orders", .text("new")) }
        }
        #expect(try await explore(exploration, in: office.world, limits: Limits(depth: 2)).statesVisited == 4)
        let ignoring = exploration.identity(.wholeState.ignoring(tables: "log"))
        let result = try await explore(ignoring, in: office.world, limits: Limits(depth: 2))
        #expect(result.statesVisited == 3)
        #expect(result.warnings == [])
    }

    @Test func `after a generated thing came and went, however often`() async throws {
        let office = Office(["tokens": [.init("value")]])
        let exploration = Exploration(of: Notes.self) {
            Action("log_in") { run in
                run.context.token = try run.office.unique()
                try run.office.tables.set(table: "tokens", key: 1, to: [.text(run.context.token ?? "")])
                return .accepted
            }
            Action("log_out") { run in
                run.context.token = nil
                try run.office.tables.set(table: "tokens", key: 1, to: nil)
                return .accepted
            }
        }
        #expect(try await explore(exploration, in: office.world, limits: Limits(steps: 100)).statesVisited == 2)
    }
}

@Suite struct `States are apart` {
    @Test func `when a row differs in any cell`() async throws {
        let office = Office(["orders": [.init("status")]])
        let exploration = Exploration(of: Notes.self) {
            for status in ["pending", "paid", "canceled"] {
                doing("create_\(status)") { try $0.office.add("orders", .text(status)) }
            }
        }
        #expect(try await explore(exploration, in: office.world).statesVisited == 4)
    }

    @Test func `when the tester knows something else`() async throws {
        let office = Office([:])
        let exploration = Exploration(of: Notes.self) {
            for number in Int64(0)...2 { doing("learn_\(number)") { $0.context.number = number } }
        }
        #expect(try await explore(exploration, in: office.world).statesVisited == 4)
    }

    @Test func `when they refer to different things that were there before`() async throws {
        let office = Office(["orders": [.init("id"), .init("customer")]])
        let customers = [office.unique(), office.unique()]
        let exploration = Exploration(of: Notes.self) {
            for (index, customer) in customers.enumerated() {
                doing("create_for_\(index)") { try $0.office.add("orders", .text($0.office.unique()), .text(customer)) }
            }
        }
        #expect(try await explore(exploration, in: office.world).statesVisited == 3)
    }

    @Test func `when a number was chosen and not generated`() async throws {
        let office = Office(["shelves": [.init("id", .identifier(namespace: "shelves"))]])
        let exploration = Exploration(of: Notes.self) {
            for number in Int64(1)...2 {
                doing("take_\(number)") { try $0.office.add("shelves", .integer(number)) }
            }
        }
        #expect(try await explore(exploration, in: office.world).statesVisited == 3)
    }
}

@Suite struct `A canonicalizer` {
    private let schema = Schema(tables: [
        "orders": .init(columns: [.init("id", .identifier(namespace: "orders")), .init("status")]),
        "refunds": .init(columns: [
            .init("id", .identifier(namespace: "refunds")), .init("order_id", .identifier(namespace: "orders")),
        ]),
    ])

    private func identity(_ changes: [ChangeSet]) -> Canonicalizer.StateIdentity {
        let canonicalizer = Canonicalizer(systems: ["db"], schemas: [schema], rules: ReadingRules())
        var identity = Canonicalizer.StateIdentity.root
        for (index, change) in changes.enumerated() {
            identity = canonicalizer.identity(after: [change], from: identity, context: ContextCells()) {
                [ChangeSet.joined(Array(changes[...index]))]
            }
        }
        return identity
    }

    private func insert(_ table: String, _ cells: [Int64], last: Int64) -> ChangeSet {
        ChangeSet(
            squashing: [
                RowChange(
                    table: table, key: Row([.integer(cells[0])]), before: nil, after: Row(cells.map(Value.integer)))
            ],
            counters: [
                RowChange(
                    table: "sqlite_sequence", key: Row([.text(table)]), before: Row([.integer(last)]),
                    after: Row([.integer(cells[0])]))
            ])
    }

    @Test func `sees through a gap in a sequence, and through what refers to the number`() {
        let straight = identity([insert("orders", [1], last: 0), insert("refunds", [1, 1], last: 0)])
        let withGaps = identity([insert("orders", [5], last: 4), insert("refunds", [9, 5], last: 8)])
        #expect(straight.content == withGaps.content)
    }

    @Test func `does not see through a reference to something else`() {
        let two = [insert("orders", [1], last: 0), insert("orders", [2], last: 1)]
        let first = identity(two + [insert("refunds", [1, 1], last: 0)])
        let second = identity(two + [insert("refunds", [1, 2], last: 0)])
        #expect(first.content != second.content)
    }

    @Test func `gives the same answer step by step and all at once`() {
        let steps = [
            insert("orders", [3], last: 2), insert("orders", [4], last: 3), insert("refunds", [1, 4], last: 0),
            insert("orders", [3], last: 2).inverted, insert("orders", [9], last: 4),
        ]
        let canonicalizer = Canonicalizer(systems: ["db"], schemas: [schema], rules: ReadingRules())
        let stepwise = identity(steps)
        let whole = canonicalizer.identity(
            of: [ChangeSet.joined(steps)], context: ContextCells(), names: stepwise.names)
        #expect(stepwise.content == whole.content)
    }
}

@Suite struct `A narrowed identity` {
    private struct Door: ExplorationContext {
        var isOpen = false
        var knocks = 0
    }

    private func exploration() -> Exploration<Door> {
        Exploration(of: Door.self) {
            Action("knock") { run in
                run.context.knocks = min(run.context.knocks + 1, 3)
                return .accepted
            }
            Action("open") { run in
                guard run.context.knocks == 3 else { return .refused }
                run.context.isOpen = true
                return .accepted
            }
        }
    }

    @Test func `merges more`() async throws {
        let narrowed = exploration().identity(.context(\.isOpen))
        let result = try await Explorer(narrowed, in: Office([:]).world).explore()
        #expect(result.statesVisited == 1)
        // Closed after none to three knocks, and open.
        #expect(try await Explorer(exploration(), in: Office([:]).world).explore().statesVisited == 5)
    }

    @Test func `warns when merged states answer differently`() async throws {
        let exploration = Exploration(of: Door.self) {
            Action("knock") { run in
                run.context.knocks = 1
                return .accepted
            }
            Action("open") { run in run.context.knocks == 1 ? .accepted : .refused }
        }
        let result = try await Explorer(exploration.identity(.context(\.isOpen)), in: Office([:]).world).explore()
        #expect(
            result.warnings.contains(
                "The identity takes two states for one that answer differently to open: refused after no other step, "
                    + "accepted after knock. Compare more of the state."))
    }
}
