import CommandSupport
import Foundation
import HTTPServer
import Orders
import SQLiteDriver
import Synchronization
import Testing

extension CommandTests {
    /// `rewind explore`: an exploration without Swift.
    @Suite struct ExploreTests {
        private static let bugs = [nil] + Bug.allCases.filter { $0.exploration == .payments }.map(\.rawValue)

        @Test(arguments: bugs)
        func `the payments file finds what the Swift exploration finds`(bug: String?) async throws {
            let scratch = try Scratch()
            let path = scratch.path("file.json")
            let ending = try await PaymentsFile.explored(["--json", path], bug: bug, in: scratch).end()
            let file = try ResultDocument(contentsOf: path)
            let swift =
                if let bug { try await explored("--bug", bug, in: scratch) } else { try await explored(in: scratch) }
            #expect(ending.status == (bug == nil ? 0 : 1))
            #expect(file.verdict == swift.verdict)
            #expect(file.extent == swift.extent)
            #expect(file.statistics.states == swift.statistics.states)
            #expect(file.statistics.transitions == swift.statistics.transitions)
            #expect(file.statistics.invariantsChecked == swift.statistics.invariantsChecked)
            #expect(file.coverage == swift.coverage)
            #expect(file.violations.map(Found.init) == swift.violations.map(Found.init))
            #expect(try scratch.leftovers() == [])
        }

        private struct Found: Equatable {
            let kind, name, severity: String
            let confirmed: Bool
            let path: [String]

            init(_ violation: ResultDocument.Violation) {
                (kind, name, severity) = (violation.kind, violation.name, violation.severity)
                (confirmed, path) = (violation.confirmed, violation.path)
            }
        }

        @Test func `several workers have an API and a copy of the database each`() async throws {
            let scratch = try Scratch()
            let path = scratch.path("file.json")
            let ending = try await PaymentsFile.explored(["--json", path, "--workers", "2"], in: scratch).end()
            #expect(ending.status == 0, "\(ending.errors)")
            let result = try ResultDocument(contentsOf: path)
            #expect(result.statistics.states == 133)
            #expect(try scratch.leftovers() == [])
        }

        @Test func `an API is stopped and its database put back after a signal, and after sudden death`() async throws {
            for number in [SIGINT, SIGKILL] {
                let scratch = try Scratch()
                let database = scratch.path("orders-test.sqlite")
                let tool = try PaymentsFile.explored(["--strategy", "random-walk"], in: scratch)
                try await eventually("some refunds") {
                    if !tool.isRunning { return true }
                    let connection = try? SQLiteConnection(path: database, flags: .readOnly)
                    let count = try? connection?.prepare("SELECT 1 FROM refunds")
                    return (try? count?.step()) == true
                }
                tool.signal(number)
                let ending = try await tool.end()
                #expect(ending.status == (number == SIGINT ? 2 : SIGKILL))
                try await eventually("the end of the API") { Processes.mentioning(database).isEmpty }
                if number == SIGKILL { _ = try await Tool.run("restore", database, in: scratch) }
                let connection = try SQLiteConnection(path: database, flags: .readOnly)
                let orders = try connection.prepare("SELECT 1 FROM orders")
                #expect(try !orders.step())
                if number == SIGINT { #expect(try scratch.leftovers() == []) }
            }
        }

        // MARK: What goes wrong

        /// The end of `rewind explore` on a file of that text.
        private func end(
            _ text: String, _ arguments: [String] = [], in scratch: Scratch, secrets: [String: String] = [:]
        ) async throws -> Ending {
            try scratch.write(text, to: "file.yaml")
            let ending = try await Tool(
                ["explore", scratch.path("file.yaml")] + arguments, in: scratch, secrets: secrets
            )
            .end()
            #expect(try scratch.leftovers() == [])
            return ending
        }

        private func start(_ lines: String) -> String {
            "api:\n  start:\n    command: \(lines)\n" + stubExploration
        }

        @Test func `an API that does not start is told with the end of its log`() async throws {
            let scratch = try Scratch()
            let file = scratch.path("file.yaml")
            let missing = try await end(start("[no-such-program]"), in: scratch)
            #expect(missing.status == 2)
            #expect(missing.errors.hasPrefix("\(file):3:5: The API did not start: it was not found (exit code 127)"))
            let ended = try await end(start("[sh, -c, 'echo broken; exit 3']"), in: scratch)
            #expect(ended.errors.hasPrefix("\(file):3:5: The API did not start: it exited with code 3 before"))
            #expect(ended.errors.hasSuffix(".\n    broken\n"))
            let silent = try await end(start("[sleep, '600']\n    within: 300ms\n    health: /up"), in: scratch)
            #expect(silent.errors.contains("/up within 300 ms: connection refused. Does its command use {port}?"))
            #expect(Processes.mentioning("sleep\u{0}600") == [])
            let prepared = try await end(
                start("[sleep, '600']\n    prepare: [sh, -c, 'echo no migrations; exit 1']"), in: scratch)
            #expect(
                prepared.errors
                    == "\(file):3:5: `prepare` failed: sh -c echo no migrations; exit 1 exited with code 1.\n    no migrations\n"
            )
        }

        @Test func `an API that is not running is told before anything is tried`() async throws {
            let scratch = try Scratch()
            let text = "api: { url: \"http://127.0.0.1:9\" }\n" + stubExploration
            let ending = try await end(text, in: scratch)
            #expect(ending.status == 2)
            #expect(
                ending.errors == """
                    Nobody answers at http://127.0.0.1:9: connection refused. Is the API running? Start it, correct \
                    `api.url` or --url, or let Rewind start it: `api.start` in \(scratch.path("file.yaml")) \
                    (docs/exploration-files.md).

                    """)
            let several = try await end(text, ["--workers", "2"], in: scratch)
            #expect(several.status == 2)
            #expect(several.errors.hasPrefix("Several workers need an API each: let the file say how to start it"))
        }

        @Test func `all that is wrong with a file is told, a line each`() async throws {
            let scratch = try Scratch()
            let file = scratch.path("file.yaml")
            let text =
                "api: { url: \"http://127.0.0.1:9\" }\n"
                + stubExploration
                .replacingOccurrences(of: "item IS NULL", with: "itm IS NULL")
                .replacingOccurrences(of: "\"true\"", with: "\"true AND\"")
            let ending = try await end(text, in: scratch)
            #expect(ending.status == 2)
            #expect(
                ending.errors == """
                    \(file):5:11: There is no variable “itm” here. Did you mean “item”?
                    \(file):11:26: The expression ends too early.

                    """)
        }

        @Test func `options come before the file's limits`() async throws {
            let scratch = try Scratch()
            let api = try StubAPI(database: scratch.path("stub-test.db"))
            defer { api.stop() }
            let text = """
                api: { url: "http://127.0.0.1:9" }
                systems: [{ sqlite: stub-test.db }]
                limits: { depth: 1, seed: 7, strategy: novelty }

                """ + stubExploration
            let path = scratch.path("result.json")
            _ = try await end(text, ["--url", api.url, "--json", path], in: scratch)
            var result = try ResultDocument(contentsOf: path)
            #expect((result.statistics.depth, result.seed, result.strategy) == (1, 7, "novelty"))
            _ = try await end(text, ["--url", api.url, "--json", path, "--max-depth", "9", "--seed", "8"], in: scratch)
            result = try ResultDocument(contentsOf: path)
            #expect((result.statistics.depth, result.seed, result.strategy) == (2, 8, "novelty"))
        }

        @Test func `what comes from the environment is sent, and never shown`() async throws {
            let scratch = try Scratch()
            let secret = "s3cr3t/with \"quotes\" & more"
            let seen = Mutex<[String]>([])
            let api = try StubAPI(database: scratch.path("stub-test.db")) { request, _ in
                seen.withLock { $0.append(request.headers["Authorization"] ?? "") }
                return try .json(
                    request.method == "GET" ? 500 : 201, ["id": 1, "echo": 1].mapValues { "\($0) \(secret)" })
            }
            defer { api.stop() }
            let text = """
                api: { url: "\(api.url)", auth: { bearer: "${API_TOKEN}" } }
                systems: [{ sqlite: stub-test.db }]
                context: { item: null, note: "${API_TOKEN}" }
                actions:
                  create:
                    when: item IS NULL
                    values: ["${API_TOKEN}"]
                    POST: /items/{note}
                    query: { q: "{value}" }
                    json: { note: "{note}", "${HOME:-x}": 1 }
                    save: { item: $.id }
                invariants:
                  shown: { check: "note = 'other'", description: "${API_TOKEN} is shown" }
                  asked: { GET: /items, expect: { json: { $.id: "{note}" } } }
                  failing: { check: "note > 1" }
                """
            let path = scratch.path("result.json")
            let ending = try await end(
                text, ["--json", path], in: scratch, secrets: ["API_TOKEN": secret])
            #expect(ending.status == 1, "\(ending.errors)")
            #expect(seen.withLock { Set($0) } == ["Bearer \(secret)"])
            let document = try String(contentsOfFile: path, encoding: .utf8)
            for text in [ending.output, ending.errors, document] {
                #expect(!text.contains("s3cr3t"), "\(text)")
            }
            #expect(ending.output.contains("“note = 'other'” is not true: note is “[redacted]”."))
        }
    }
}

/// An exploration of ``StubAPI``, without `api` and `systems`.
private let stubExploration = """
    context: { item: null, closed: false }
    actions:
      create:
        when: item IS NULL
        POST: /items
        save: { item: $.id }
      close:
        when: item IS NOT NULL
        POST: /items/{item}/close
        set: { closed: "true" }

    """
