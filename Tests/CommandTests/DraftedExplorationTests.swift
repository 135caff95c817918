import CommandSupport
import Foundation
import Testing

extension CommandTests {
    /// What a new user does: a fresh directory, `rewind init`, nothing edited, `rewind explore`.
    @Suite(.enabled(if: Python.isThere, "Install python3."))
    struct DraftedExplorationTests {
        /// Counted by hand. Before any order there is one state. One of the 4 orders that are made (100.00 or 0.01, in two
        /// currencies) is pending, paid, captured or canceled. Of a captured one of 100.00 at most two refunds are made, of
        /// 25.00, 100.00 and 0.01: after one there are 3 states, and after a second one, whose order counts, 4 more; one
        /// of 0.01 can be refunded in one way.
        private static let states = 1 + 4 * 4 + 2 * (3 + 4) + 2 * 1

        @Test func `the draft reaches every state of the correct API, and holds`() async throws {
            let result = try await explored(bug: nil)
            #expect(result.verdict == "held", "\(result.reasons) \(result.violations)")
            #expect(result.statistics.states == Self.states)
            #expect(result.statistics.frontier == 0)
            #expect(result.warnings == [])
        }

        @Test(arguments: [
            (
                "crash-on-second-refund", "no_server_error",
                [
                    "create_order(100.00, USD)", "move_order(paid)", "move_order(captured)", "refund_order(25.00, USD)",
                    "refund_order(25.00, USD)",
                ]
            ),
            (
                "refused-refund-is-kept", "refusal_changes_nothing",
                [
                    "create_order(100.00, USD)", "move_order(paid)", "move_order(captured)",
                    "refund_order(100.01, USD)",
                ]
            ),
            ("negative-amount", "create_order_wrong_amount_is_refused", ["create_order_wrong_amount(-25.00)"]),
        ])
        func `the draft finds, with nothing edited,`(bug: String, name: String, path: [String]) async throws {
            let result = try await explored(bug: bug)
            #expect(result.verdict == "violated")
            let found = try #require(result.violations.first { $0.name == name }, "\(result.violations)")
            #expect(found.confirmed)
            #expect(found.path == path)
        }

        @Test func `a suggested invariant finds what no law forbids`() async throws {
            let scratch = try await drafted(bug: "over-refund")
            #expect(try await explored(in: scratch).verdict == "held")
            try edit(scratch) { Self.unmarked($0, from: "# invariants:") }
            let result = try await explored(in: scratch)
            let found = try #require(result.violations.first { $0.name == "order_refunded_is_within_total" })
            #expect(
                found.confirmed && found.path.suffix(2) == ["refund_order(25.00, USD)", "refund_order(100.00, USD)"])
        }

        @Test func `the suggested diagram, filled in, finds what must be refused`() async throws {
            for (bug, verdict) in [(nil, "held"), ("refund-after-cancel", "violated")] {
                let scratch = try await drafted(bug: bug)
                try edit(scratch) { text in
                    Self.unmarked(text, from: "# states:")
                        .replacing("create_order: none -> ?", with: "create_order: none -> pending")
                        .replacing(
                            "    - move_order: ? -> ?",
                            with: """
                                    - move_order: pending -> paid, canceled
                                    - move_order: paid -> captured, canceled
                                """
                        ).replacing("refund_order: ? -> ?", with: "refund_order: captured -> captured, refunded")
                }
                let result = try await explored(in: scratch)
                #expect(result.verdict == verdict, "\(bug ?? "correct"): \(result.violations) \(result.reasons)")
                guard bug != nil else { continue }
                let path = try #require(result.shortestPath)
                #expect(path.suffix(2).first == "move_order(canceled)" && path.last?.hasPrefix("refund_order") == true)
            }
        }

        private func explored(bug: String?) async throws -> ResultDocument {
            try await explored(in: try await drafted(bug: bug))
        }

        /// A directory with the API in it and a draft.
        private func drafted(bug: String?) async throws -> Scratch {
            let scratch = try Scratch()
            for name in ["server.py", "openapi.yaml"] {
                try FileManager.default.copyItem(
                    at: Repository.folder.appendingPathComponent("Examples/APIs/orders/\(name)"),
                    to: scratch.folder.appendingPathComponent(name))
            }
            let start = "python3 server.py --port {port} --database {database}" + (bug.map { " --bug \($0)" } ?? "")
            let ending = try await run(
                ["init", "--openapi", "openapi.yaml", "--database", "orders-test.sqlite", "--start", start], in: scratch
            )
            #expect(ending.status == 0, "\(ending.errors)")
            return scratch
        }

        private func explored(in scratch: Scratch) async throws -> ResultDocument {
            let ending = try await run(["explore", "exploration.yaml", "--json", "result.json"], in: scratch)
            try #require(FileManager.default.fileExists(atPath: scratch.path("result.json")), "\(ending.errors)")
            return try ResultDocument(contentsOf: scratch.path("result.json"))
        }

        private func run(_ arguments: [String], in scratch: Scratch) async throws -> Ending {
            try await Tool(arguments, in: scratch, through: ["/usr/bin/env", "-C", scratch.folder.path]).end()
        }

        private func edit(_ scratch: Scratch, _ change: (String) -> String) throws {
            let text = try String(contentsOfFile: scratch.path("exploration.yaml"), encoding: .utf8)
            try scratch.write(change(text), to: "exploration.yaml")
        }

        /// With the marks of a block of comments taken away; without the query whose table is only an example.
        private static func unmarked(_ text: String, from start: String) -> String {
            var isInside = false
            return text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
                isInside = line == start || isInside && line.hasPrefix("# ")
                guard isInside else { return String(line) }
                let isExample = line.contains("no_negative_amount") || line.contains("sql:")
                return isExample ? nil : String(line.dropFirst(2))
            }.joined(separator: "\n")
        }
    }
}
