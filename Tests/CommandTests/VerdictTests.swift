import CommandSupport
import Rewind
import Testing

extension CommandTests {
    /// What the demo says of the correct service and of each bug.
    @Suite struct VerdictTests {
        @Test func `the correct service holds, with nothing left to explore`() async throws {
            let scratch = try Scratch()
            let ending = try await Tool.run("demo", "--exploration", "payments", in: scratch)
            #expect(ending.status == 0)
            #expect(ending.lines.first == "HELD  Nothing is wrong in any reachable state.")
            #expect(ending.lines[1].hasSuffix(" 0 steps left"))
            #expect(ending.lines[2] == "  It ended because every step from every reachable state was taken.")
            #expect(try scratch.leftovers() == [])
        }

        @Test func `a double refund is found by the shortest path`() async throws {
            let scratch = try Scratch()
            let ending = try await Tool.run("demo", "--exploration", "payments", "--bug", "double-refund", in: scratch)
            #expect(ending.status == 1)
            #expect(ending.lines.first == "VIOLATED  3 violations found.")
            #expect(
                ending.output.contains(
                    "✗ [critical] no_over_refund\n    200.00 USD were refunded of an order of 100.00 USD."))
            #expect(ending.output.contains("    Path: create_order → pay_order → refund_order → refund_order\n"))
            #expect(ending.output.contains("    Confirmed: replayed from the root, it occurred again."))
        }

        @Test func `every bug on the list is found and confirmed`() async throws {
            let scratch = try Scratch()
            let listed = try await Tool.run("demo", "--list-bugs", in: scratch)
            // Those that another exploration finds say so.
            let bugs = listed.lines.filter { !$0.isEmpty && !$0.hasPrefix(" ") && !$0.hasSuffix("]") }
            #expect(bugs.count >= 8)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, bug) in bugs.enumerated() {
                    // Two at a time.
                    if number > 1 { try await group.next() }
                    group.addTask { try await requireFound(bug, in: scratch) }
                }
                try await group.waitForAll()
            }
        }

        private func requireFound(_ bug: String, in scratch: Scratch) async throws {
            let result = try await explored("--bug", bug, in: scratch)
            #expect(result.verdict == "violated", "\(bug)")
            #expect(result.violations.filter { !$0.confirmed }.isEmpty, "\(bug)")
            let path = try #require(result.shortestPath, "\(bug)")
            #expect(path.first == "create_order" && path.count <= 4, "\(bug): \(path)")
        }

        @Test func `the whole zoo is one command`() async throws {
            let ending = try await Tool.run("demo", "--all-bugs", "--exploration", "payments", in: try Scratch())
            #expect(ending.status == 0)
            #expect(ending.lines.first == "HELD  Nothing is wrong in any reachable state.")
            #expect(ending.output.hasSuffix("15 of 15 bugs found, each by a path that was replayed from the root.\n"))
        }

        @Test(arguments: [[], ["--bug", "double-refund"]])
        func `the counts in the document add up`(arguments: [String]) async throws {
            let scratch = try Scratch()
            let path = scratch.path("result.json")
            _ = try await Tool(["demo", "--exploration", "payments", "--json", path] + arguments, in: scratch).end()
            let result = try ResultDocument(contentsOf: path)
            #expect(result.format == "rewind-result")
            #expect(result.version == 1)
            #expect(result.verdict == (arguments.isEmpty ? "held" : "violated"))
            #expect(result.extent == (arguments.isEmpty ? "everything" : nil))
            let outcomes = result.coverage.map { $0.accepted + $0.refused + $0.skipped + $0.failed }
            #expect(outcomes.reduce(0, +) == result.statistics.transitions)
            #expect(result.stateFingerprints.count == result.statistics.states)
            #expect(Set(result.stateFingerprints).count == result.statistics.states)
            #expect(result.stateFingerprints == result.stateFingerprints.sorted())
            let laws = Set(Law.standard.map(\.name))
            let invariants = result.checks.filter { !laws.contains($0.name) }
            #expect(invariants.map(\.timesChecked).reduce(0, +) == result.statistics.invariantsChecked)
            #expect(result.violations.map(\.path.count) == result.violations.map(\.steps.count))
            #expect(result.violations.flatMap(\.steps).filter { $0.exchanges.count != 1 }.isEmpty)
            let found = ["no_over_refund", "refunded_means_all", "state_machine"]
            #expect(result.violations.map(\.name) == (arguments.isEmpty ? [] : found))
        }

        @Test func `a document that can't be written is said so`() async throws {
            let scratch = try Scratch()
            let path = scratch.path("missing/result.json")
            let ending = try await Tool.run(
                "demo", "--exploration", "payments", "--max-depth", "2", "--json", path, in: scratch)
            #expect(ending.status == 2)
            #expect(ending.errors.hasPrefix("The result could not be written to \(path): "))
        }
    }
}
