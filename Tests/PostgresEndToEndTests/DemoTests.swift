import CommandSupport
import Foundation
import Testing

extension PostgresEndToEndTests {
    /// The demo on PostgreSQL finds what it finds on SQLite.
    @Suite struct DemoTests {
        @Test func `the correct service holds on a private server, with the result of SQLite`() async throws {
            let scratch = try Scratch()
            let path = scratch.path("result.json")
            let ending = try await Tool.run(
                "demo", "--exploration", "payments", "--database", "postgres", "--json", path, in: scratch)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.lines.first == "HELD  Nothing is wrong in any reachable state.")
            #expect(try scratch.leftovers() == [])
            try await requireSame(ResultDocument(contentsOf: path), explored(in: scratch))
        }

        @Test(arguments: ["double-refund", "stale-total", "get-touches"])
        func `a bug is found by the same path as on SQLite`(bug: String) async throws {
            let scratch = try Scratch()
            let database = try Database()
            let path = scratch.path("result.json")
            let ending = try await Tool.run(
                "demo", "--exploration", "payments", "--bug", bug, "--database", database.url, "--json", path,
                in: scratch)
            #expect(ending.status == 1, "\(ending.errors)")
            #expect(ending.lines.first?.hasPrefix("VIOLATED") == true)
            let found = try ResultDocument(contentsOf: path)
            let expected = try await explored("--bug", bug, in: scratch)
            try requireSame(found, expected)
            #expect(found.violations.count == expected.violations.count)
            #expect(found.violations.filter { !$0.confirmed }.isEmpty)
            #expect(found.violations.map(\.name) == expected.violations.map(\.name))
            #expect(found.violations.map(\.message) == expected.violations.map(\.message))
            #expect(found.violations.map(\.path) == expected.violations.map(\.path))
            #expect(try database.holdsAnythingOfRewind == false)
        }

        @Test func `every strategy and seed finds the same states`() async throws {
            let scratch = try Scratch()
            let database = try Database()
            func states(_ strategy: String, _ seed: String) async throws -> ResultDocument {
                try await explored(
                    "--database", "postgres", "--strategy", strategy, "--seed", seed, in: scratch,
                    databaseURL: database.url)
            }
            let expected = try await states("breadth-first", "1")
            #expect(expected.statistics.states > 100)
            for (strategy, seed) in [
                ("breadth-first", "2"), ("depth-first", "1"), ("random-walk", "1"), ("random-walk", "2"),
                ("novelty", "2"),
            ] {
                let found = try await states(strategy, seed)
                #expect(found.verdict == "held", "\(strategy), seed \(seed): \(found.reasons)")
                #expect(found.stateFingerprints == expected.stateFingerprints, "\(strategy), seed \(seed)")
                #expect(found.statistics.transitions == expected.statistics.transitions, "\(strategy), seed \(seed)")
            }
        }

        @Test func `two workers find what one finds, and leave no copy behind`() async throws {
            let scratch = try Scratch()
            let database = try Database()
            let alone = try await explored("--database", database.url, in: scratch)
            let together = try await explored("--database", database.url, "--workers", "2", in: scratch)
            try requireSame(together, alone)
            #expect(together.stateFingerprints == alone.stateFingerprints)
            let copies = "SELECT count(*) FROM pg_database WHERE datname LIKE current_database() || '\\_rewind%'"
            #expect(try database.query(copies) == "0")
        }

        /// The counts that time does not decide.
        private func requireSame(_ found: ResultDocument, _ expected: ResultDocument) throws {
            #expect(found.verdict == expected.verdict)
            #expect(found.extent == expected.extent)
            #expect(found.reasons == expected.reasons)
            #expect(found.statistics.states == expected.statistics.states)
            #expect(found.statistics.transitions == expected.statistics.transitions)
            #expect(found.statistics.invariantsChecked == expected.statistics.invariantsChecked)
            #expect(found.statistics.frontier == expected.statistics.frontier)
            #expect(found.statistics.depth == expected.statistics.depth)
            #expect(found.coverage == expected.coverage)
            #expect(found.warnings == expected.warnings)
            #expect(untimed(found.checks) == untimed(expected.checks))
        }

        private func untimed(_ checks: [ResultDocument.Check]) -> [ResultDocument.Check] {
            checks.filter { $0.name != "rewinding_is_faithful" }
        }
    }
}
