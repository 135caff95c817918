import CommandSupport
import ExactJSON
import Foundation
import Rewind
import Testing

@testable import HyperswitchSandbox

/// The law: whatever is requested and controlled, every recorded state can be gone to from every other, exactly.
@Suite struct `Rewinding a sandbox` {
    static let cases = ProcessInfo.processInfo.environment["REWIND_CASES"].flatMap(UInt64.init) ?? 60
    static let firstSeed = ProcessInfo.processInfo.environment["REWIND_SEED"].flatMap(UInt64.init) ?? 1

    private struct Visited {
        let state: SandboxState
        let fingerprint: Fingerprint
        let fromRoot: ChangeSet
    }

    @Test func `returns exactly to any state, in any order`() async throws {
        for seed in Self.firstSeed..<Self.firstSeed + Self.cases {
            try await walk(seed: seed)
        }
    }

    private func walk(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let sandbox = try HyperswitchSandbox()
        for _ in 0..<Int.random(in: 0...10, using: &random) { sandbox.state.disturb(&random) }
        let root = sandbox.state
        let system = SandboxSystem(sandbox)
        try await system.begin()
        var now = Visited(state: root, fingerprint: try await system.contentFingerprint(), fromRoot: .empty)
        var visited = [now]
        for step in 0..<25 {
            if Bool.random(using: &random) {
                for _ in 0...Int.random(in: 0...4, using: &random) { sandbox.state.disturb(&random) }
                let changes = try await system.capture()
                now = Visited(
                    state: sandbox.state, fingerprint: now.fingerprint + changes.fingerprintDelta,
                    fromRoot: now.fromRoot.then(changes))
                visited.append(now)
            } else if let target = visited.randomElement(using: &random) {
                try await system.apply(now.fromRoot.inverted.then(target.fromRoot))
                now = target
                #expect(try await system.capture().isEmpty, "a move was captured: seed \(seed), step \(step)")
            }
            try #require(sandbox.state == now.state, "seed \(seed), step \(step)")
            try #require(try await system.contentFingerprint() == now.fingerprint, "seed \(seed), step \(step)")
        }
        try await system.end()
        try #require(sandbox.state == root, "seed \(seed), after the end")
        sandbox.stop()
    }

    @Test func `goes back to a state that was kept`() async throws {
        let sandbox = try HyperswitchSandbox()
        let system = SandboxSystem(sandbox)
        try await system.begin()
        let empty = sandbox.state
        _ = sandbox.state.respond(to: Provider.request("POST", "/payments", Provider.payment("pay_1", 100)))
        let paid = sandbox.state
        let there = try await system.capture()
        #expect(there.tables == ["deliveries", "events", "payments"])
        sandbox.state = empty
        #expect(sandbox.state == empty)
        #expect(try await system.capture() == there.inverted)
        sandbox.state = paid
        #expect(try await system.capture().then(there.inverted).isEmpty)
    }

    @Test func `names every column of every row`() async throws {
        let sandbox = try HyperswitchSandbox()
        let system = SandboxSystem(sandbox)
        try await system.begin()
        var random = SeededRandom(seed: 7)
        for _ in 0..<300 { sandbox.state.disturb(&random) }
        let schema = try await system.schema()
        let changes = try await system.capture()
        #expect(Set(changes.tables).subtracting(schema.tables.keys).isEmpty)
        for change in changes.rows {
            let cells = (change.after ?? change.before)?.cells.count
            #expect(cells == schema.tables[change.table]?.columns.count, "\(change.table)")
        }
        let times = schema.tables.flatMap { table, content in
            content.columns.filter { $0.role == .timestamp }.map { "\(table).\($0.name)" }
        }
        // What an event's body says beside times is in a column of its own.
        let expected: Set = ["created_at", "modified_at", "updated_at", "body"]
        #expect(Set(times.map { String($0.split(separator: ".")[1]) }) == expected)
        #expect(changes.tables.count >= 10, "\(changes.tables)")
    }

    @Test func `keeps every stored property in a column`() {
        func expectAll<Record: SandboxRecord>(_ type: Record.Type) {
            #expect(Mirror(reflecting: Record()).children.count == Record.columns.count, "\(type)")
            #expect(Set(Record.columns.map(\.name)).count == Record.columns.count, "\(type)")
        }
        expectAll(SandboxPayment.self)
        expectAll(SandboxCapture.self)
        expectAll(SandboxRefund.self)
        expectAll(SandboxPayout.self)
        expectAll(SandboxDispute.self)
        expectAll(SandboxEvent.self)
        expectAll(SandboxDelivery.self)
        expectAll(SandboxIdempotencyRecord.self)
        expectAll(SandboxFault.self)
        expectAll(SandboxSettings.self)
        expectAll(SandboxClock.self)
        expectAll(SandboxCounter.self)
    }

    @Test func `is refused to two explorations, and to a sandbox that goes by itself`() async throws {
        let sandbox = try HyperswitchSandbox()
        let (first, second) = (SandboxSystem(sandbox), SandboxSystem(sandbox))
        try await first.begin()
        await #expect(throws: SystemError.self) { try await first.begin() }
        await #expect(throws: SystemError.self) { try await second.begin() }
        try await first.end()
        try await second.begin()
        let live = SandboxSystem(try HyperswitchSandbox(delivery: .automatic()))
        let error = await #expect(throws: SystemError.self) { try await live.begin() }
        #expect(error?.kind == .unsupported)
    }

    @Test func `refuses a move that does not start from here, and changes nothing`() async throws {
        let sandbox = try HyperswitchSandbox()
        let system = SandboxSystem(sandbox)
        try await system.begin()
        _ = sandbox.state.respond(to: Provider.request("POST", "/payments", Provider.payment("pay_1", 100)))
        let there = try await system.capture()
        let paid = sandbox.state
        let error = await #expect(throws: SystemError.self) { try await system.apply(there) }
        #expect(error?.kind == .notRewindable)
        #expect(sandbox.state == paid)
    }
}

extension SandboxState {
    /// One random request or control; many are refused.
    fileprivate mutating func disturb(_ random: inout SeededRandom) {
        let number = Int.random(in: 1...3, using: &random)
        let amount = Int64.random(in: 1...60, using: &random)
        switch Int.random(in: 0..<16, using: &random) {
        case 0...2:
            let method = CaptureMethod.allCases.randomElement(using: &random)?.rawValue ?? ""
            let card = ["4242424242424242", "4000000000000002", "4000003800000446"].randomElement(using: &random) ?? ""
            let body = Provider.payment(
                "pay_\(number)", 100, card: card, confirm: Bool.random(using: &random),
                [.init("capture_method", .string(method)), .init("metadata", ["a": ["b": 1]])])
            ask("POST", "/payments", body, &random)
        case 3: ask("POST", "/payments", ["amount": 5, "currency": "EUR"], &random)
        case 4: ask("POST", "/payments/pay_\(number)/capture", ["amount_to_capture": .number("\(amount)")], &random)
        case 5: ask("POST", "/payments/pay_\(number)/cancel", nil, &random)
        case 6...7:
            ask(
                "POST", "/refunds",
                Provider.refund(
                    amount, "ref_\(amount % 5)", of: "pay_\(number)", [.init("reason", .string("r\(number)"))]),
                &random)
        case 8: ask("POST", "/refunds", Provider.refund(1, of: "pay_\(number)"), &random)
        case 9:
            let body: JSON = ["payout_id": .string("out_\(number)"), "amount": 5, "currency": "USD", "confirm": true]
            ask("POST", "/payouts/create", body, &random)
        default: control(number, amount, &random)
        }
    }

    private mutating func ask(_ method: String, _ path: String, _ body: JSON?, _ random: inout SeededRandom) {
        let key = Bool.random(using: &random) ? "key-\(Int.random(in: 1...4, using: &random))" : nil
        _ = respond(to: Provider.request(method, path, body, key: key))
    }

    private mutating func control(_ number: Int, _ amount: Int64, _ random: inout SeededRandom) {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: try? advanceClock(bySeconds: [1, 60, 1000, 90_000].randomElement(using: &random) ?? 1)
        case 1: try? settleRefund("ref_\(amount % 5)", as: amount.isMultiple(of: 2) ? .success : .failure)
        case 2: try? settlePayout("out_\(number)", as: amount.isMultiple(of: 2) ? .success : .reversed)
        case 3: _ = try? raiseDispute(of: "pay_\(number)", amount: amount)
        case 4:
            if let dispute = disputes.map(\.id).min() { try? settleDispute(dispute, as: .lost) }
        case 5:
            let effect: SandboxFaultEffect = amount.isMultiple(of: 2) ? .failBefore(status: 503) : .loseReply
            _ = try? addFault(SandboxFault(effect, on: .refund, at: .nth(number)))
        case 6:
            settings.profile = SandboxSettings.Profile.allCases.randomElement(using: &random) ?? .router
            settings.refunds = amount.isMultiple(of: 2) ? .instant : .pending
        case 7: _ = try? addFault(SandboxFault(amount.isMultiple(of: 2) ? .reorder : .drop, on: .delivery))
        default:
            if let taken = takeDueDelivery(), !taken.dispatches.isEmpty {
                noteAttempt(taken.eventID, status: amount.isMultiple(of: 2) ? 200 : nil)
            }
        }
    }
}
