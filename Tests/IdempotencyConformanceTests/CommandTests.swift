import CommandSupport
import ExactJSON
import Foundation
import IdempotencyConformance
import Testing

@Suite struct `rewind idempotency` {
    private static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Examples/yaml/idempotency.yaml")

    /// Runs it on a copy of the example.
    private func checked(
        _ arguments: [String] = [], bug: String? = nil, edit: (String) -> String = { $0 }
    ) async throws -> (ending: Ending, failed: [Int], json: JSON) {
        let scratch = try Scratch()
        var text = try String(contentsOf: Self.example, encoding: .utf8)
        if let bug { text = text.replacingOccurrences(of: "--test-clock", with: "--test-clock, --bug, \(bug)") }
        try scratch.write(edit(text), to: "idempotency.yaml")
        let ending = try await Tool(
            ["idempotency", scratch.path("idempotency.yaml"), "--json", scratch.path("result.json")] + arguments,
            in: scratch, secrets: ["REWIND": Tool.executable.path]
        ).end()
        #expect(!FileManager.default.fileExists(atPath: scratch.path("orders-test.sqlite-journal")))
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: scratch.path("result.json")))) ?? Data("{}".utf8)
        let json = try JSON(parsing: Array(bytes))
        return (ending, Self.numbers("failed", in: json), json)
    }

    private static func numbers(_ verdict: String, in json: JSON) -> [Int] {
        guard case .array(let checks)? = json["checks"] else { return [] }
        return checks.filter { $0["verdict"] == .string(verdict) }.compactMap { $0["number"].flatMap { Int($0.text) } }
    }

    @Test func `finds nothing wrong with the orders service`() async throws {
        let (ending, failed, json) = try await checked()
        #expect(ending.status == 0 && failed.isEmpty, "\(ending.output)\(ending.errors)")
        let passed = Self.numbers("passed", in: json)
        #expect(Set(passed).isSuperset(of: Array(3...10) + [12, 13, 15, 24, 25, 26, 27]), "\(ending.output)")
        #expect(json["effects_are_counted"] == true && json["format"] == "rewind-idempotency-1")
        #expect(ending.lines.allSatisfy { $0.count <= 100 }, "\(ending.output)")
        #expect(
            ending.output.contains("stripe: \(passed.count) passed, 0 failed, \(28 - passed.count) not applicable."))
    }

    @Test(arguments: [
        ("key-ignores-body", [9]), ("key-forgets-scope", [26]), ("key-is-only-a-lock", [6, 7, 9, 10, 12, 24]),
    ])
    func `finds what a bug of the zoo breaks`(bug: String, expected: [Int]) async throws {
        let (ending, failed, _) = try await checked(bug: bug)
        #expect(ending.status == 1)
        #expect(failed == expected, "\(ending.output)\(ending.errors)")
    }

    @Test func `takes a profile of one's own, in the file or beside it`() async throws {
        let inFile = try await checked(edit: {
            $0.replacingOccurrences(
                of: "profile: stripe", with: "profile: { extends: stripe, name: ours, expect: { 9: refused 409 } }")
        })
        #expect(inFile.ending.status == 1 && inFile.failed == [9], "\(inFile.ending.output)\(inFile.ending.errors)")
        #expect(inFile.ending.output.contains("ours: "))
        let scratch = try Scratch()
        try scratch.write(
            "extends: ietf\nspelling: token\nlongest: 255\nexpect: { 10: 'not applicable: so' }\n", to: "p.yaml")
        let beside = try await checked(["--profile", scratch.path("p.yaml"), "--checks", "4,9,10"])
        #expect(beside.ending.status == 0, "\(beside.ending.output)\(beside.ending.errors)")
        #expect(Self.numbers("passed", in: beside.json) == [4, 9])
    }

    @Test(arguments: [
        ("extends: strype\n", "p.yaml:1:10: "), ("extends: ietf\nexpect: { 29: holds }\n", "p.yaml:2:11: "),
        ("extends: ietf\nexpect: { 9: refusd }\n", "p.yaml:2:14: Expected refused, refused 409"),
        ("extends: ietf\nlongst: 3\n", "Did you mean “longest”?"),
    ])
    func `says where a profile is wrong`(text: String, message: String) async throws {
        let scratch = try Scratch()
        try scratch.write(text, to: "p.yaml")
        let ending = try await Tool.run(
            "idempotency", "http://127.0.0.1:1", "--post", "/x", "--profile", scratch.path("p.yaml"), in: scratch)
        #expect(ending.status == 2 && ending.errors.contains(message), "\(ending.errors)")
    }

    @Test func `says where a section is wrong`() async throws {
        let misspelt = try await checked(edit: { $0.replacingOccurrences(of: "other_body", with: "other_bodi") })
        #expect(misspelt.ending.status == 2)
        #expect(misspelt.ending.errors.contains("Did you mean “other_body”?"), "\(misspelt.ending.errors)")
        let unsaved = try await checked(edit: {
            $0.replacingOccurrences(of: "{order_id}/refund", with: "{order}/refund")
        })
        #expect(unsaved.ending.status == 2)
        #expect(
            unsaved.ending.errors.contains("No request of this section saves “order”. Did you mean “order_id”?")
                || unsaved.ending.errors.contains("No request of this section saves “order”."),
            "\(unsaved.ending.errors)")
    }

    @Test func `needs one line for an API that runs, and tells what more would help`() async throws {
        let server = try PaymentsServer(.stripe)
        let scratch = try Scratch()
        let ending = try await Tool.run(
            "idempotency", server.url, "--post", "/payments", "--body", #"{"amount":5,"reference":"{reference}"}"#,
            "--header", "Authorization: Bearer verysecretvalue", "--json", scratch.path("r.json"), in: scratch)
        #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
        for hint in ["--other-body", "--invalid-body", "--other-path", "(--count)"] {
            #expect(
                ending.output.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(hint), "\(hint)")
        }
        let json = try String(contentsOfFile: scratch.path("r.json"), encoding: .utf8)
        #expect(!(ending.output + ending.errors + json).contains("verysecretvalue"))
    }

    @Test(arguments: [
        (["http://127.0.0.1:1", "--post", "/x"], "Nobody answers at http://127.0.0.1:1: connection refused."),
        (["http://192.0.2.1", "--post", "/x"], "192.0.2.1 is not this machine."),
        (["http://127.0.0.1:1"], "Say what is to be done at http://127.0.0.1:1: --post"),
        (["http://127.0.0.1:1", "--post", "x"], "--post takes a path that begins with “/”, and not “x”."),
        (["http://127.0.0.1:1", "--post", "/x", "--checks", "29"], "numbers from 1 to 28"),
        (
            ["http://127.0.0.1:1", "--post", "/x", "--profile", "strip"],
            "Profiles are stripe, ietf, adyen, checkout, router."
        ),
        (["nowhere.yaml"], "There is no file “nowhere.yaml”."),
    ])
    func `does not decide without an API, an operation and a profile`(arguments: [String], message: String) async throws
    {
        let ending = try await Tool(["idempotency"] + arguments, in: try Scratch()).end()
        #expect(ending.status == 2 && ending.errors.contains(message), "\(ending.errors)")
    }

    @Test func `does not decide on an operation that is never accepted, or does nothing that is counted`() async throws
    {
        let server = try PaymentsServer(.stripe)
        let refused = try await Tool.run(
            "idempotency", server.url, "--post", "/payments", "--body", "{}", in: try Scratch())
        #expect(refused.status == 2)
        #expect(refused.errors.contains("The operation POST /payments was not accepted: 400."), "\(refused.errors)")
        let still = try await Tool.run(
            "idempotency", server.url, "--post", "/payments/void", "--body", "{}", "--count", "/payments", "--count-at",
            "data", in: try Scratch())
        #expect(still.status == 2 && still.errors.contains("What counts effects did not change"), "\(still.errors)")
    }

    @Test func `takes an action with a key from an exploration file`() async throws {
        let server = try PaymentsServer(.stripe)
        let scratch = try Scratch()
        try scratch.write(
            """
            api: { url: "\(server.url)" }
            context: { made: null, currency: EUR }
            actions:
              open:
                POST: /payments
                json: { amount: 1, reference: "{currency}" }
                save: { made: $.reference }
              pay:
                when: made IS NOT NULL
                values: [25, 30]
                POST: /payments
                json: { amount: "{value}", reference: "{made}" }
                idempotency_key: true
            """, to: "payments.yaml")
        let ending = try await Tool.run(
            "idempotency", scratch.path("payments.yaml"), "--after", "open", "--count", "/payments", "--count-at",
            "data",
            "--checks", "6,12", in: scratch)
        #expect(ending.status == 0)
        #expect(ending.output.contains("2 passed, 0 failed"), "\(ending.output)\(ending.errors)")
    }
}
