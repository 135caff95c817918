import CommandSupport
import Foundation
import Testing

extension CommandTests {
    /// `rewind report`
    @Suite struct ReportTests {
        @Test(arguments: [[], ["--bug", "double-refund"], ["--max-steps", "3"], ["--workers", "2"]])
        func `prints what was printed at the end of the run`(options: [String]) async throws {
            let scratch = try Scratch()
            func rewind(_ arguments: [String]) async throws -> Ending {
                try await Tool(arguments, in: scratch, directory: scratch.folder).end()
            }
            let demo = ["demo", "--exploration", "payments", "--keep", "--json", "first.json"]
            let first = try await rewind(demo + options)
            let again = try await rewind(["report", "--json", "again.json"])
            #expect(again.output == first.output)
            #expect(again.status == first.status)
            #expect(again.errors == "")
            let documents = try ["first.json", "again.json"].map {
                try Data(contentsOf: scratch.folder.appendingPathComponent($0))
            }
            #expect(documents[0] == documents[1])

            let id = try #require(
                try FileManager.default.contentsOfDirectory(atPath: scratch.path(".rewind/runs")).first)
            #expect(try await rewind(["report", id]).output == first.output)
            #expect(try await rewind(["report", String(id.prefix(4))]).output == first.output)
        }

        @Test func `what is not there is said, and a counterexample is told from a run`() async throws {
            let scratch = try Scratch()
            func rewind(_ arguments: String...) async throws -> Ending {
                try await Tool(arguments, in: scratch, directory: scratch.folder).end()
            }
            let none = try await rewind("report")
            #expect(none.status == 2)
            #expect(
                none.errors == "No run is kept here. `rewind explore FILE` keeps one, `rewind demo --keep` another.\n")
            let found = try await rewind("demo", "--exploration", "payments", "--bug", "stale-total", "--keep")
            let id = try #require(
                found.lines.first { $0.hasPrefix("    Again: ") }?.split(separator: " ").last.map(String.init))
            let run = try #require(
                try FileManager.default.contentsOfDirectory(atPath: scratch.path(".rewind/runs")).first)
            #expect(
                try await rewind("report", id).errors
                    == "\(id) is a counterexample of run \(run): rewind report \(run), or of it alone: rewind reproduce "
                    + "\(id) --as markdown\n")
            #expect(try await rewind("report", "1").errors == "No run 1 is kept here. `rewind runs` lists them.\n")
        }

        @Test func `a secret is not kept, and so not printed again`() async throws {
            let scratch = try Scratch()
            _ = try await PaymentsFile.explored(
                ["--max-steps", "20"], bug: nil, in: scratch, directory: scratch.folder
            ).end()
            let report = try await Tool(["report"], in: scratch, directory: scratch.folder).end()
            #expect(report.output.hasPrefix("HELD  Nothing is wrong within 20 steps"))
            let files = try #require(FileManager.default.enumerator(atPath: scratch.path(".rewind")))
            for case let name as String in files {
                guard let text = try? String(contentsOfFile: scratch.path(".rewind/\(name)"), encoding: .utf8) else {
                    continue
                }
                // The path of the database came from the environment.
                #expect(!text.contains(scratch.path("orders-test.sqlite")), "\(name)")
            }
        }
    }
}
