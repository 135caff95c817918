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

@Suite struct `A curl script` {
    @Test func `takes ids from answers and secrets from the environment`() async throws {
        let lines = CurlScript(try await recorded()).text.split(separator: "\n").map(String.init)
        #expect(lines.contains("answer_2_dataid=$(field 2 'data' 'id') || exit 2"))
        #expect(
            lines.contains(
                "[ -n \"${PASSWORD:-}\" ] || { echo \"Set PASSWORD: it is secret, and so not in this script.\" >&2; exit 2; }"
            ))
        #expect(
            lines.contains(
                "send 3 'pay_order' 200 POST '/orders/'\"$answer_2_dataid\"'/pay' -H 'Content-Type: application/json' "
                    + "-H 'Authorization: Bearer '\"$answer_1_access_token\" -H 'X-Api-Key: '\"$X_API_KEY\" "
                    + "--data-raw '{\"order_id\":'\"$answer_2_dataid\"',\"amount\":\"1.00\",\"customer_id\":\"c1\","
                    + "\"note\":\"it'\\''s 17\"}'"))
        #expect(!lines.joined().contains("sesame"))
    }

    @Test func `compares what the last answer says, without what differs from run to run`() async throws {
        let body = #"{"id":17,"status":"paid","total":1.50,"paid_at":"2026-11-21T12:00:00Z","code":"x"}"#
        let script = CurlScript(try await recorded(lastBody: body)).text
        #expect(script.contains("[ \"$got\" = 'paid' ]"))
        #expect(script.contains("[ \"$got\" = '1.50' ]"))
        #expect(!script.contains("2026-11-21"))
        #expect(script.hasSuffix("echo 'STILL FAILS, as far as the answers show.'\nexit 1\n"))
    }

    @Test func `of a server error looks at the status alone`() async throws {
        let script = CurlScript(try await recorded(rule: .law, lastStatus: 500)).text
        #expect(script.contains("    000 | 5*) echo \"STILL FAILS, in another way: $status\"; exit 1 ;;"))
        #expect(script.hasSuffix("echo \"STILL FAILS: no_server_error\"\nexit 1\n"))
    }

    @Test func `says that it can't tell what shows only in the database`() async throws {
        let script = CurlScript(try await recorded(rule: .law, lastStatus: 409)).text
        #expect(script.contains("CAN'\\''T TELL from answers. Look at the database: orders: status step 1 → step 2."))
        #expect(script.hasSuffix("exit 2\n"))
    }
}

@Suite struct `Other forms` {
    @Test func `of a file quote what YAML or the format would take for its own`() async throws {
        let text = PathFile(try await recorded(), importing: "it's ${HOME}.yaml").text
        #expect(text.contains("import: 'it''s $${HOME}.yaml'\n"))
        #expect(text.hasSuffix("  path:\n    - 'login'\n    - 'create_order'\n    - 'pay_order'\n"))
    }

    @Test func `of a report show no secret, and where values come from`() async throws {
        let text = BugReport(try await recorded(), remarks: ["rewind 0.1"]).text
        #expect(text.hasPrefix("# Nothing is ever paid\n\n**never_paid** (critical): Nothing is ever paid\n"))
        #expect(text.contains("POST /orders/<data.id of answer 2>/pay\n"))
        #expect(text.contains("X-Api-Key: <secret X_API_KEY>\n"))
        #expect(text.contains("| orders | status | step 1 | step 2 |\n"))
        #expect(text.hasSuffix("- rewind 0.1\n"))
        #expect(!text.contains("sesame"))
    }

    @Test func `of a Swift test end in what is expected`() async throws {
        let text = SwiftTest(try await recorded(), of: "Shop.orders", in: "Shop").text
        #expect(
            text.hasPrefix("import Foundation\nimport Rewind\nimport RewindHTTP\nimport RewindSQLite\nimport Shop\n"))
        #expect(text.contains("await explorer.replay(path, expecting: \"never_paid\")"))
        #expect(text.contains("try Explorer(Shop.orders, in: World("))
    }
}
