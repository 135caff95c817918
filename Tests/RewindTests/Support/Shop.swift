import Rewind

/// A payments API in memory, small enough to know all its states: one order, refunds of its whole or half amount.
struct Shop: Sendable {
    enum Bug: Sendable { case doubleRefund, refundAfterCancel, refusalWrites }

    enum Status: String, Codable, Sendable { case pending, paid, refunded, canceled }

    /// What the tester knows.
    struct Knowledge: ExplorationContext {
        var order: Int64?
        var status: Status?
        var refunded: Int64 = 0
    }

    static let amount: Int64 = 100
    let tables: MemoryTables
    let bugs: Set<Bug>

    init(bugs: Bug...) { self.init(bugs: bugs) }

    init(bugs: [Bug]) {
        self.bugs = Set(bugs)
        tables = MemoryTables(
            name: "db", schema: Schema(tables: ["orders": .init(columns: [.init("status"), .init("refunded")])]))
    }

    var world: World { World(systems: [tables]).providing(self) }

    func create() -> Int64 {
        let id = Int64(tables.count(table: "orders") + 1)
        tables.set(table: "orders", key: id, to: [.text("pending"), .integer(0)])
        return id
    }

    /// `nil` when refused.
    func move(_ id: Int64, from: Status, to: Status) -> Status? {
        guard let (status, refunded) = order(id), status == from else { return nil }
        tables.set(table: "orders", key: id, to: [.text(to.rawValue), .integer(refunded)])
        return to
    }

    func refund(_ id: Int64, _ amount: Int64) -> (status: Status, refunded: Int64)? {
        guard let (status, refunded) = order(id) else { return nil }
        let isAllowed =
            status == .paid || (status == .refunded && bugs.contains(.doubleRefund))
            || (status == .canceled && bugs.contains(.refundAfterCancel))
        guard isAllowed, refunded + amount <= Shop.amount || bugs.contains(.doubleRefund) else {
            if bugs.contains(.refusalWrites) { tables.set(table: "attempts", key: 1, to: [.integer(amount)]) }
            return nil
        }
        let total = refunded + amount
        let next: Status = total >= Shop.amount ? .refunded : status
        tables.set(table: "orders", key: id, to: [.text(next.rawValue), .integer(total)])
        return (next, total)
    }

    private func order(_ id: Int64) -> (Status, Int64)? {
        guard case .text(let text)? = tables.get(table: "orders", key: id)?.first, let status = Status(rawValue: text),
            case .integer(let refunded)? = tables.get(table: "orders", key: id)?.last
        else { return nil }
        return (status, refunded)
    }
}

extension Run {
    var shop: Shop { get throws { try world.service(Shop.self) } }

    /// Records a request as an HTTP adapter would, for the laws to judge.
    func record(_ path: String, status: Int, method: String = "POST") {
        journal.append(Exchange(method: method, path: path, reply: .response(status: status, headers: [], body: [])))
    }
}

/// Everything a client can do to the shop.
func shopExploration(
    halves: Bool = true, invariants: [Invariant<Shop.Knowledge>] = [Shop.noOverRefund], machine: Bool = true
) -> Exploration<Shop.Knowledge> {
    Exploration(of: Shop.Knowledge.self) {
        Action("create_order") { run in
            run.context.order = try run.shop.create()
            run.context.status = .pending
            run.record("/orders", status: 201)
            return .accepted
        }
        .when { $0.order == nil }
        Shop.moving("pay_order", from: .pending, to: .paid)
        Shop.moving("cancel_order", from: .pending, to: .canceled)
        Action("refund_order", over: halves ? [50, 100] : [Int64(100)]) { run, amount in
            let id = run.context.order ?? 0
            guard let (status, refunded) = try run.shop.refund(id, amount) else {
                run.record("/orders/\(id)/refund", status: 409)
                return .refused
            }
            run.context.status = status
            run.context.refunded = refunded
            run.record("/orders/\(id)/refund", status: 200)
            return .accepted
        }
        .when { $0.order != nil }
        invariants
        if machine { Shop.diagram }
    }
}

extension Shop {
    static let noOverRefund = Invariant<Knowledge>("no_over_refund", .critical, "Refunds never exceed the amount") {
        $0.context.refunded <= Shop.amount
    }

    static let diagram = StateMachine<Knowledge>(\.status) {
        Arrow("create_order", from: nil, to: .pending)
        Arrow("pay_order", from: .pending, to: .paid)
        Arrow("cancel_order", from: .pending, to: .canceled)
        Arrow("refund_order", from: .paid, to: .paid, .refunded)
    }

    static func moving(_ name: String, from: Status, to: Status) -> Action<Knowledge> {
        Action(name) { run in
            let id = run.context.order ?? 0
            let moved = try run.shop.move(id, from: from, to: to)
            run.record("/orders/\(id)/\(name)", status: moved == nil ? 409 : 200)
            guard let moved else { return .refused }
            run.context.status = moved
            return .accepted
        }
        .when { $0.order != nil }
    }
}
