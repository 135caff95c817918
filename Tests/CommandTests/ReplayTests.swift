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
            try await withService(options) { url, _ in try await run(script, at: url) }
        }

        /// The service on a fresh database.
        private func withService<R>(
            _ options: [String], _ body: (_ url: String, _ database: String) async throws -> R
        ) async throws -> R {
            let database = scratch.path("orders-\(UUID().uuidString)-test.sqlite")
            let service = try Tool(
                ["serve", "--database", database, "--port", "0", "--test-clock"] + options, in: scratch)
            let result = try await body(try await service.firstLine(), database)
            service.signal(SIGTERM)
            _ = try await service.end()
            return result
        }

        private func run(_ script: String, at url: String) async throws -> Int32 {
            try await run("/bin/sh", [script], ["BASE_URL": url])
        }

        private func run(
            _ program: String, _ arguments: [String], _ environment: [String: String]
        ) async throws -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            try await eventually("the end of \(program)") { !process.isRunning }
            return process.terminationStatus
        }

        /// The generated test is one of ours: `Reproduced/DoubleRefund.swift`.
        @Test func `a Swift test fails as long as the bug is there, and not without it`() async throws {
            let found = try await rewind("demo", "--exploration", "payments", "--bug", "double-refund", "--keep")
            let id = try #require(ids(of: found).first)
            let written = try await rewind("reproduce", id, "--as", "swift")
            let kept = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Reproduced/DoubleRefund.swift")
            #expect(written.output == (try String(contentsOf: kept, encoding: .utf8)))
            #expect(try await statusOfGeneratedTest(id, against: ["--bug", "double-refund"]) != 0)
            #expect(try await statusOfGeneratedTest(id, against: []) == 0)
        }

        /// Runs it in a process of its own: what it is to do is fail.
        private func statusOfGeneratedTest(_ id: String, against options: [String]) async throws -> Int32 {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return try await withService(options) { url, database in
                try await run(
                    tests, ["--testing-library", "swift-testing", "--filter", "Counterexample \(id)"],
                    ["BASE_URL": url, "DATABASE": database])
            }
        }

        /// The example's file, with an API that has the bug or not.
        private func write(_ name: String, withBug bug: Bool) throws {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let example = try String(
                contentsOf: root.appendingPathComponent("Examples/yaml/payments.yaml"), encoding: .utf8)
            let options = bug ? "--test-clock, --bug, double-refund]" : "--test-clock]"
            let text = example.replacingOccurrences(of: "--test-clock]", with: options)
                .replacingOccurrences(of: "${REWIND:-rewind}", with: Tool.executable.path)
            try FileManager.default.createDirectory(
                atPath: scratch.path("project"), withIntermediateDirectories: true)
            try scratch.write(text, to: "project/" + name)
        }

        @Test func `what an exploration file finds is replayed by id and by a file, until it is fixed`() async throws {
            try write("payments.yaml", withBug: true)
            let found = try await rewind("explore", "payments.yaml", "--max-violations", "1")
            #expect(found.status == 1)
            let id = try #require(ids(of: found).first)
            #expect(try await rewind("reproduce", id, "--as", "yaml", "--output", "again.yaml").status == 0)
            #expect(try await rewind("replay", id).status == 1)
            #expect(try await rewind("explore", "again.yaml").status == 1)
            try write("payments.yaml", withBug: false)
            let fixed = try await rewind("replay", id)
            #expect(fixed.status == 0)
            #expect(fixed.errors.contains("payments.yaml has changed since that run."))
            let again = try await rewind("explore", "again.yaml")
            #expect(again.status == 0)
            #expect(again.lines.first == "FIXED  no_over_refund")
        }

        @Test func `a watched replay goes on when the API is restarted, until it is fixed`() async throws {
            try write("payments.yaml", withBug: true)
            let found = try await rewind("explore", "payments.yaml", "--max-violations", "1")
            let id = try #require(ids(of: found).first)
            let project = scratch.folder.appendingPathComponent("project")
            func serve(_ port: String, _ options: [String]) throws -> Tool {
                try Tool(
                    ["serve", "--database", "orders-test.sqlite", "--port", port, "--test-clock"] + options,
                    in: scratch,
                    directory: project)
            }
            let buggy = try serve("0", ["--bug", "double-refund"])
            let url = try await buggy.firstLine()
            let replay = try Tool(["replay", id, "--watch", "--url", url], in: scratch, directory: project)
            try await eventually("the first answer") { replay.standardError.contains("Waiting until the API") }
            #expect(replay.standardOutput.hasPrefix("STILL FAILS"))
            buggy.signal(SIGTERM)
            _ = try await buggy.end()
            let port = try #require(url.split(separator: ":").last.map(String.init))
            let correct = try serve(port, [])
            #expect(try await replay.end().status == 0)
            #expect(replay.standardOutput.contains("\nFIXED  \(id) no_over_refund\n"))
            correct.signal(SIGTERM)
            _ = try await correct.end()
        }

        @Test func `a bug report has requests, changes and how to replay it`() async throws {
            let found = try await rewind("demo", "--exploration", "payments", "--bug", "double-refund", "--keep")
            let id = try #require(ids(of: found).first)
            let report = try await rewind("reproduce", id, "--as", "markdown")
            #expect(report.lines.first == "# 200.00 USD were refunded of an order of 100.00 USD.")
            #expect(report.lines.contains("POST /orders/<id of answer 1>/refund"))
            #expect(report.lines.contains("| orders | refunded_minor | 10000 | 20000 |"))
            #expect(report.lines.contains("rewind replay \(id)"))
        }

        @Test func `depth-first paths to the zoo's bugs shrink to what breadth-first order finds`() async throws {
            let bugs = Bug.found(by: .payments)
            var shortened = 0
            try await withThrowingTaskGroup(of: Int.self) { group in
                for (number, bug) in bugs.enumerated() {
                    // Two at a time.
                    if number > 1 { shortened += try await group.next() ?? 0 }
                    group.addTask { try await stepsLeftOut(of: bug.rawValue) }
                }
                for try await steps in group { shortened += steps }
            }
            #expect(shortened > bugs.count)
        }

        /// Finds a bug by a long path, shrinks that and compares it with the shortest.
        private func stepsLeftOut(of bug: String) async throws -> Int {
            _ = try await rewind(
                "demo", "--exploration", "payments", "--bug", bug, "--keep", "--strategy", "depth-first",
                "--max-violations", "1", "--json", "deep.json", in: bug)
            let deep = try ResultDocument(contentsOf: scratch.path("\(bug)/deep.json"))
            let found = try #require(deep.violations.first, "\(bug)")
            let shrunk = try await rewind("shrink", found.id, in: bug)
            let nearest = try await explored("--bug", bug, "--max-depth", "5", in: scratch)
            let shortest = try #require(
                nearest.violations.filter { $0.name == found.name }.map(\.path.count).min(), "\(bug)")
            let line = try #require(shrunk.lines.first { $0.hasPrefix("    Shrunk: ") }, "\(bug): \(shrunk)")
            #expect(line.hasPrefix("    Shrunk: \(found.path.count) → \(shortest) steps by "), "\(bug)")
            #expect(line.hasSuffix(" replays; nothing more can be left out."), "\(bug)")
            return found.path.count - shortest
        }
    }
}
