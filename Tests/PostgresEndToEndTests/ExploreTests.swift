import CommandSupport
import Testing

extension PostgresEndToEndTests {
    /// `rewind explore` on PostgreSQL.
    @Suite struct ExploreTests {
        @Test(arguments: ["1", "2"])
        func `an exploration file finds what the Swift exploration finds`(workers: String) async throws {
            let scratch = try Scratch()
            let database = try Database()
            let path = scratch.path("result.json")
            let ending = try await PaymentsFile.explored(
                ["--json", path, "--workers", workers], bug: "double-refund", on: database.url, in: scratch
            ).end()
            #expect(ending.status == 1, "\(ending.errors)")
            let found = try ResultDocument(contentsOf: path)
            let expected = try await explored("--bug", "double-refund", in: scratch)
            #expect(found.statistics.states == expected.statistics.states)
            #expect(found.statistics.transitions == expected.statistics.transitions)
            #expect(found.violations.map(\.name) == expected.violations.map(\.name))
            #expect(found.violations.map(\.path) == expected.violations.map(\.path))
            #expect(try database.holdsAnythingOfRewind == false)
            #expect(try scratch.leftovers() == [])
        }
    }
}
