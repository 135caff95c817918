import CommandSupport
import Foundation
import Testing

extension PostgresEndToEndTests {
    /// `rewind explore --resume` on PostgreSQL.
    @Suite struct ResumeTests {
        @Test(arguments: ["1", "2"])
        func `Ctrl-C and sudden death lose nothing`(workers: String) async throws {
            let depth = ["--max-depth", "5"]
            let whole = try await InterruptedRun(bug: "double-refund", depth).end().result
            let database = try Database()
            let run = try InterruptedRun(bug: "double-refund", on: database.url, depth + ["--workers", workers])
            _ = try await run.interrupt(after: 100, by: SIGINT)
            _ = try await run.interrupt(after: 200, by: SIGKILL, "--resume")
            let (ending, result) = try await run.end("--resume")
            #expect(ending.status == 1, "\(ending.output)\(ending.errors)")
            #expect(result.statistics.states == whole.statistics.states)
            #expect(result.statistics.transitions == whole.statistics.transitions)
            #expect(result.violations.map(\.path).map(\.count).sorted() == whole.violations.map(\.path.count).sorted())
            #expect(Set(result.violations.map(\.id)) == Set(whole.violations.map(\.id)))
            #expect(Set(result.coverage) == Set(whole.coverage))
            #expect(try database.holdsAnythingOfRewind == false)
        }
    }
}
