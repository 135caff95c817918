import Foundation
import Rewind
import Testing

@testable import RewindReport

/// A login, an order, and a payment that takes what it needs from their answers. Paying is what is wrong.
private func recorded(
    rule: Violation.Rule.Kind = .invariant, lastStatus: Int = 200, lastBody: String = #"{"id":17,"status":"paid"}"#
) async throws -> RecordedCounterexample {
    struct Knowledge: ExplorationContext {
        var steps = 0
    }
    let tables = MemoryTables(name: "db", schema: Schema(tables: ["orders": .init(columns: [.init("status")])]))
    func step(
        _ number: Int, _ name: String, _ path: String, _ headers: [Exchange.Header], _ body: String, _ status: Int,
        _ answer: String
    ) -> Action<Knowledge> {
        Action(name) { run in
            run.context.steps += 1
            tables.set(table: "orders", key: 17, to: [.text("step \(number)")])
            run.journal.append(
                Exchange(
                    method: "POST", path: path, requestHeaders: headers + [.init("Host", "127.0.0.1:1")],
                    requestBody: Array(body.utf8),
                    reply: .response(status: status, headers: [], body: Array(answer.utf8))))
            return status < 400 ? .accepted : .refused
        }
        .when { $0.steps == number }
    }
    let json = Exchange.Header("Content-Type", "application/json")
    let bearer = Exchange.Header("Authorization", "Bearer 0123456789abcdef")
    let exploration = Exploration(of: Knowledge.self) {
        step(
            0, "login", "/login", [json], #"{"user":"eve","password":"sesame"}"#, 200,
            #"{"access_token":"0123456789abcdef"}"#)
        step(
            1, "create_order", "/orders?api_key=sesame", [json, bearer], #"{"amount":"1.00","customer_id":"c1"}"#, 201,
            #"{"data":{"id":17,"customer_id":"c1","amount":"1.00"}}"#)
        step(
            2, "pay_order", "/orders/17/pay", [json, bearer, .init("X-Api-Key", "key of the shop")],
            #"{"order_id":17,"amount":"1.00","customer_id":"c1","note":"it's 17"}"#, lastStatus, lastBody)
        Invariant("never_paid", .critical, "Nothing is ever paid") { $0.context.steps < 3 || rule != .invariant }
    }
    let result = try await Explorer(exploration, in: World(systems: [tables])).explore()
    let violation = try #require(result.violations.first { $0.rule.kind == rule })
    return RecordedCounterexample(violation, exploration: "orders")
}

@Suite struct `A recorded counterexample` {
    @Test func `has the values of earlier answers by their places, and no secret`() async throws {
        let counterexample = try await recorded()
        let requests = counterexample.steps.flatMap(\.exchanges)
        #expect(requests.map { shown($0.path) } == ["/login", "/orders?api_key=<API_KEY>", "/orders/<2 data.id>/pay"])
        #expect(
            requests.map { $0.body.map(shown) } == [
                #"{"user":"eve","password":"<PASSWORD>"}"#,
                #"{"amount":"1.00","customer_id":"c1"}"#,
                #"{"order_id":<2 data.id>,"amount":"1.00","customer_id":"c1","note":"it's 17"}"#,
            ])
        #expect(
            requests.last?.headers.map { "\($0.name): \(shown($0.value))" } == [
                "Content-Type: application/json", "Authorization: Bearer <1 access_token>", "X-Api-Key: <X_API_KEY>",
            ])
        #expect(!String(decoding: try counterexample.data(), as: UTF8.self).contains("sesame"))
    }

    private func shown(_ text: RecordedText) -> String {
        text.parts.map { part in
            switch part {
            case .text(let text): text
            case .answered(let place): "<\(place.request) \(place.keys.joined(separator: "."))>"
            case .secret(let name): "<\(name)>"
            }
        }.joined()
    }

    @Test func `is the same when it is read again`() async throws {
        let data = try await recorded().data()
        #expect(try JSONDecoder().decode(RecordedCounterexample.self, from: data).data() == data)
    }

    @Test func `has an id that depends on exploration, rule and path alone`() async throws {
        let (first, second) = (try await recorded(), try await recorded(lastBody: #"{"id":18}"#))
        #expect(first.id == second.id)
        #expect(first.id.count == 8)
        #expect(try await recorded(rule: .law, lastStatus: 500).id != first.id)
    }

    @Test func `says what to look for in the database`() async throws {
        #expect(try await recorded().changeToLookFor == "orders: status step 1 → step 2.")
    }
}
