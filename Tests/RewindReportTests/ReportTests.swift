import Foundation
import Rewind
import RewindReport
import Testing

/// A world of one counter that must not pass one, and whose API answers what it is told to.
private func explore(answering body: String) async throws -> ExplorationResult {
    struct Counter: ExplorationContext {
        var value = 0
    }
    let tables = MemoryTables(name: "db")
    let exploration = Exploration(of: Counter.self) {
        Action("count", over: ["once"]) { run, _ in
            run.context.value += 1
            tables.set(table: "counter", key: 1, to: [.integer(Int64(run.context.value))])
            run.journal.append(
                Exchange(
                    method: "POST", path: "/count?token=sesame",
                    requestHeaders: [.init("Authorization", "Bearer sesame")],
                    requestBody: Array(#"{"password":"sesame"}"#.utf8),
                    reply: .response(status: 200, headers: [], body: Array(body.utf8))))
            return .accepted
        }
        Invariant("at_most_one", .critical, "It is never more than one") { $0.context.value <= 1 }
            .explained { "It is \($0.context.value)." }
        StateMachine(\.value) { Arrow("count", from: 0, 1, to: 1, 2) }
    }
    return try await Explorer(exploration, in: World(systems: [tables])).explore()
}

@Suite struct `The console report` {
    @Test func `says the verdict first, then each violation with its path and last exchange`() async throws {
        let report = ConsoleReport(try await explore(answering: #"{"value":2}"#)).text
        let lines = report.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "VIOLATED  1 violation found.")
        #expect(lines[1] == "  3 states, 2 transitions, 4 invariant checks; depth 2, 0 steps left")
        #expect(lines[2] == "  It ended because every step from every reachable state was taken.")
        #expect(
            Array(lines[4...12]) == [
                "",
                "✗ [critical] at_most_one",
                "    It is 2.",
                "    Path: count(once) → count(once)",
                #"    > POST /count?token=[redacted]  {"password":"[redacted]"}"#,
                #"    < 200  {"value":2}"#,
                "    Changed in db: counter (1 row)",
                "    Confirmed: replayed from the root, it occurred again.",
                "",
            ])
    }

    @Test func `shows what was tried in which state`() async throws {
        let report = ConsoleReport(try await explore(answering: "")).text
        #expect(
            report.contains(
                """
                Coverage  ✓ accepted  · refused  ! against the diagram  – not tried
                          0         1         2
                  count   ✓1        ✓1        –
                """))
    }

    @Test func `lets no answer steer the terminal`() async throws {
        let report = ConsoleReport(try await explore(answering: "\u{1B}[2J\u{202E}\u{7}\r\n\u{0}")).text
        let controls = report.unicodeScalars.filter { $0 != "\n" && $0.properties.generalCategory == .control }
        #expect(controls.isEmpty)
        #expect(!report.contains("\u{202E}"))
    }

    @Test func `is colored only when asked to be`() async throws {
        let result = try await explore(answering: "")
        #expect(!ConsoleReport(result).text.contains("\u{1B}"))
        #expect(ConsoleReport(result, isColored: true).text.hasPrefix("\u{1B}[1;31mVIOLATED\u{1B}[0m"))
    }
}

@Suite struct `Both reports` {
    private struct Flag: ExplorationContext {
        var isSet = false
    }

    @Test(arguments: [1, 2]) func `say what each worker did when there are several`(count: Int) async throws {
        let exploration = Exploration(of: Flag.self) {
            Action("set") { run in
                run.context.isSet = true
                return .accepted
            }
        }
        let workers = await Worker.team(of: count) { _, _ in World() }
        defer { for worker in workers { worker.thread.stop() } }
        let result = try await Explorer(exploration, by: workers).explore()
        let lines = ConsoleReport(result).text.split(separator: "\n")
        let json = String(decoding: try ResultDocument(result).data(), as: UTF8.self)
        #expect(lines.contains { $0.hasPrefix("  2 workers took ") && $0.hasSuffix(" steps") } == (count == 2))
        #expect(json.contains("\"replacements\" : 0") == (count == 2))
    }
}

@Suite struct `The JSON report` {
    private struct Document: Decodable {
        struct Violation: Decodable {
            struct Step: Decodable {
                let action: String
                let argument: String?
                let outcome: String
                let changedRows: [String: Int]
            }

            let name: String
            let confirmed: Bool
            let path: [String]
            let steps: [Step]
        }

        let format: String
        let version: Int
        let verdict: String
        let violations: [Violation]
        let stateFingerprints: [String]
    }

    @Test func `has what docs and readers expect`() async throws {
        let data = try ResultDocument(try await explore(answering: "{}")).data()
        let document = try JSONDecoder().decode(Document.self, from: data)
        #expect((document.format, document.version, document.verdict) == ("rewind-result", 1, "violated"))
        #expect(document.violations.map(\.name) == ["at_most_one"])
        #expect(document.violations.first?.path == ["count(once)", "count(once)"])
        #expect(document.violations.first?.steps.last?.changedRows == ["db.counter": 1])
        #expect(document.violations.first?.confirmed == true)
        #expect(document.stateFingerprints.count == 3)
        #expect(document.stateFingerprints == document.stateFingerprints.sorted())
    }

    @Test func `has no secret`() async throws {
        let data = try ResultDocument(try await explore(answering: #"{"access_token":"sesame"}"#)).data()
        #expect(!String(decoding: data, as: UTF8.self).contains("sesame"))
    }
}
