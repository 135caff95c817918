import CommandSupport
import Foundation
import Testing

extension CommandTests {
    /// The benchmark beside other tools: its own part of it, without the peers, and its report.
    @Suite(.enabled(if: Python.isThere)) struct PeersTests {
        private static let harness = Repository.folder.appendingPathComponent("Benchmarks/peers/run.py").path
        private static let json = Repository.folder.appendingPathComponent("docs/benchmarks.json").path

        /// What of the JSON is looked at here.
        private struct Measured: Decodable {
            let format: String
            let version: Int
            let runs: [Run]
            let speed: [Speed]
            let tutorial: [Find]

            struct Run: Decodable {
                let tool: String
                let bug: String?
                let requests: Int
                let reachedAfterRequests: Int?
                let reports: [Report]
            }
            struct Report: Decodable { let rule: String }
            struct Speed: Decodable {
                let transitions: Int
                let overhead: Double
            }
            struct Find: Decodable {
                let bug: String
                let isReported: Bool
            }
        }

        @Test func `Rewind's part reaches and reports each bug, and reports nothing of the correct service`()
            async throws
        {
            let scratch = try Scratch()
            let out = scratch.path("peers.json")
            let ending = try await run(["--only", "rewind", "--quick", "--json", out], in: scratch)
            try #require(ending.status == 0, "\(ending.errors)")
            let measured = try JSONDecoder().decode(Measured.self, from: Data(contentsOf: URL(fileURLWithPath: out)))
            #expect(measured.format == "rewind-peers" && measured.version == 1)
            let correct = try #require(measured.runs.first { $0.bug == nil })
            #expect(correct.reports.isEmpty && correct.reachedAfterRequests == nil && correct.requests > 1000)
            let withBugs = measured.runs.filter { $0.bug != nil }
            #expect(withBugs.map(\.bug) == ["double-refund", "refund-after-cancel", "key-is-only-a-lock"])
            for run in withBugs {
                let reached = try #require(run.reachedAfterRequests, "\(run)")
                #expect(reached <= 120 && reached < run.requests && !run.reports.isEmpty, "\(run)")
            }
            #expect(measured.speed.allSatisfy { $0.transitions > 1000 && (0..<1).contains($0.overhead) })
            #expect(measured.tutorial.count == 5 && measured.tutorial.allSatisfy(\.isReported))
        }

        @Test func `the tables of docs/benchmarks.md are what docs/benchmarks.json says`() async throws {
            let scratch = try Scratch()
            let document = try String(
                contentsOf: Repository.folder.appendingPathComponent("docs/benchmarks.md"), encoding: .utf8)
            let copy = scratch.path("benchmarks.md")
            try scratch.write(document, to: "benchmarks.md")
            let ending = try await run(["--render", Self.json, "--markdown", copy], in: scratch)
            try #require(ending.status == 0, "\(ending.errors)")
            #expect(try String(contentsOfFile: copy, encoding: .utf8) == document)
            #expect(document.contains("| Rewind |"))
        }

        @Test func `a document without the marks is left alone, and said so`() async throws {
            let scratch = try Scratch()
            try scratch.write("# Nothing\n", to: "page.md")
            let ending = try await run(["--render", Self.json, "--markdown", scratch.path("page.md")], in: scratch)
            #expect(ending.status == 2)
            #expect(ending.errors.contains("has no place for the tables"))
            #expect(try String(contentsOfFile: scratch.path("page.md"), encoding: .utf8) == "# Nothing\n")
        }

        private func run(_ arguments: [String], in scratch: Scratch) async throws -> Ending {
            try await Tool(
                arguments, in: scratch, through: ["/usr/bin/env", "python3", Self.harness, "--rewind"]
            ).end()
        }
    }
}
