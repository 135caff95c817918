import CommandSupport
import Foundation
import Orders
import Testing

extension CommandTests {
    /// What a run found is kept, and taken again.
    @Suite struct ReplayTests {
        private let scratch: Scratch

        init() throws { scratch = try Scratch() }

        /// In a directory of its own, where the runs are kept.
        private func rewind(_ arguments: String..., in directory: String = "project") async throws -> Ending {
            let folder = scratch.folder.appendingPathComponent(directory)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            return try await Tool(arguments, in: scratch, directory: folder).end()
        }

        private func ids(of ending: Ending) -> [String] {
            ending.lines.filter { $0.hasPrefix("    Again: ") }.compactMap {
                $0.split(separator: " ").last.map(String.init)
            }
        }

        @Test func `what the demo finds is kept, still fails, and is fixed without the bug`() async throws {
            let found = try await rewind("demo", "--exploration", "payments", "--bug", "double-refund", "--keep")
            #expect(found.status == 1)
            let ids = ids(of: found)
            #expect(ids.count == 3 && Set(ids).count == 3)

            let again = try await rewind("replay")
            #expect(again.status == 1)
            #expect(again.lines.filter { $0.hasPrefix("STILL FAILS") }.count == 3)
            #expect(again.output.contains("    200.00 USD were refunded of an order of 100.00 USD.\n"))

            let fixed = try await rewind("replay", String(ids[0].prefix(4)), "--without-bug")
            #expect(fixed.status == 0)
            #expect(
                fixed.lines.prefix(3) == [
                    "FIXED  \(ids[0]) no_over_refund", "    refund_order was accepted, and is refused now (409).",
                    "    Path: create_order → pay_order → refund_order → refund_order",
                ])

            let listed = try await rewind("runs")
            #expect(
                listed.lines.first?.hasSuffix(
                    "  violated  payments of the demo with double-refund, breadth-first, seed 1") == true)
            #expect(listed.lines.filter { line in ids.contains { line.hasPrefix("  \($0)  ") } }.count == 3)
            #expect(try String(contentsOfFile: scratch.path("project/.rewind/.gitignore"), encoding: .utf8) == "*\n")
        }

        @Test func `ids are the same in every run, and in the document`() async throws {
            let first = try await rewind(
                "demo", "--exploration", "payments", "--bug", "stale-total", "--keep", "--json", "result.json")
            let second = try await rewind(
                "demo", "--exploration", "payments", "--bug", "stale-total", "--keep", "--seed", "7", in: "other")
            #expect(ids(of: first) == ids(of: second))
            let document = try ResultDocument(contentsOf: scratch.path("project/result.json"))
            #expect(document.violations.map(\.id) == ids(of: first))
        }

        @Test(arguments: [
            (["replay"], "No run is kept here. `rewind explore FILE` keeps one, `rewind demo --keep` another."),
            (["replay", "0123abcd"], "No kept run has a counterexample 0123abcd. `rewind runs` lists them."),
            (["replay", "--run", "1"], "No run 1 is kept here. `rewind runs` lists them."),
            (["replay", "pay_order"], "There is no run yet whose exploration has these steps. Give --file."),
            (
                ["reproduce", "0123abcd", "--as", "curl"],
                "No kept run has a counterexample 0123abcd. `rewind runs` lists them."
            ),
        ]) func `what is not there is said`(arguments: [String], sentence: String) async throws {
            let ending = try await Tool(arguments, in: scratch, directory: scratch.folder).end()
            #expect(ending.status == 2)
            #expect(ending.errors == sentence + "\n")
        }

        @Test func `any path of the exploration is replayed, and one that it does not know is not`() async throws {
            _ = try await rewind("demo", "--exploration", "payments", "--bug", "double-refund", "--keep")
            let path = "create_order → get_order → pay_order → refund_order → refund_order"
            let fails = try await rewind("replay", path, "--rule", "no_over_refund")
            #expect(fails.status == 1)
            let unknown = try await rewind("replay", "create_order", "pay_ordr")
            #expect(unknown.status == 2)
            #expect(unknown.lines[1] == "    There is no action “pay_ordr”. Did you mean pay_order?")
        }

        @Test func `a curl script fails as long as the bug is there, and not without it`() async throws {
            let found = try await rewind("demo", "--exploration", "payments", "--bug", "double-refund", "--keep")
            let id = try #require(ids(of: found).first)
            #expect(try await rewind("reproduce", id, "--as", "curl", "--output", "again.sh").status == 0)
            let script = scratch.path("project/again.sh")
            #expect(try await status(of: script, against: ["--bug", "double-refund"]) == 1)
            #expect(try await status(of: script, against: []) == 0)
            #expect(try await run(script, at: "http://127.0.0.1:1") == 2)
        }

        /// Runs a script against the service on a fresh database.
        private func status(of script: String, against options: [String]) async throws -> Int32 {
            let database = scratch.path("orders-\(UUID().uuidString)-test.sqlite")
            let service = try Tool(
                ["serve", "--database", database, "--port", "0", "--test-clock"] + options, in: scratch)
            let status = try await run(script, at: try await service.firstLine())
            service.signal(SIGTERM)
            _ = try await service.end()
            return status
        }

        private func run(_ script: String, at url: String) async throws -> Int32 {
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = [script]
            shell.environment = ProcessInfo.processInfo.environment.merging(["BASE_URL": url]) { $1 }
            shell.standardOutput = FileHandle.nullDevice
            shell.standardError = FileHandle.nullDevice
            try shell.run()
            try await eventually("the end of the script") { !shell.isRunning }
            return shell.terminationStatus
        }

        @Test func `depth-first paths to the zoo's bugs shrink to what breadth-first order finds`() async throws {
            var shortened = 0
            for bug in Bug.found(by: .payments) {
                let nearest = try await explored("--bug", bug.rawValue, in: scratch)
                _ = try await rewind(
                    "demo", "--exploration", "payments", "--bug", bug.rawValue, "--keep", "--strategy", "depth-first",
                    "--max-violations", "1", "--json", "deep.json", in: bug.rawValue)
                let deep = try ResultDocument(contentsOf: scratch.path("\(bug.rawValue)/deep.json"))
                let found = try #require(deep.violations.first, "\(bug.rawValue)")
                let shrunk = try await rewind("shrink", found.id, in: bug.rawValue)
                let shortest = nearest.violations.filter { $0.name == found.name }.map(\.path.count).min()
                let line = try #require(
                    shrunk.lines.first { $0.hasPrefix("    Shrunk: ") }, "\(bug.rawValue): \(shrunk)")
                #expect(
                    line.hasPrefix("    Shrunk: \(found.path.count) → \(shortest ?? 0) steps by "), "\(bug.rawValue)")
                #expect(line.hasSuffix(" replays; nothing more can be left out."), "\(bug.rawValue)")
                if found.path.count > (shortest ?? 0) { shortened += 1 }
            }
            #expect(shortened > 5)
        }
    }
}
