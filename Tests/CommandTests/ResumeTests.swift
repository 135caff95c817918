import CommandSupport
import Foundation
import Testing

extension CommandTests {
    /// `rewind explore --resume`
    @Suite struct ResumeTests {
        @Test(arguments: [nil, "double-refund"])
        func `a run that limits ended again and again comes to the same`(bug: String?) async throws {
            let whole = Gist(try await InterruptedRun(bug: bug).end().result)
            for steps in [bug == nil ? 700 : 1] {
                let run = try InterruptedRun(bug: bug)
                let first = try await run.end("--max-steps", "\(steps)")
                #expect(first.result.statistics.transitions == steps)
                #expect(
                    first.ending.output.hasSuffix("\nAgain from here: rewind explore \(PaymentsFile.path) --resume\n"))
                let second = try await run.end("--resume", "--max-steps", "\(steps + 150)")
                #expect(second.result.statistics.transitions == steps + 150)
                #expect(second.ending.errors.contains(": \(steps) steps are known.\n"))
                let (ending, result) = try await run.end("--resume")
                #expect(ending.status == (bug == nil ? 0 : 1), "\(ending.output)\(ending.errors)")
                #expect(Gist(result) == whole, "\(steps) steps")
                #expect(!ending.output.contains("Again from here"))
                let requests = try #require(ending.lines.first { $0.hasPrefix("  It went on from an earlier walk: ") })
                #expect(requests.hasSuffix(" of the transitions were known and not taken again."))
                let nothing = try await run.start("--resume").end()
                #expect(nothing.status == 2)
                #expect(nothing.errors.hasPrefix("There is nothing to resume: the run "))
                #expect(nothing.errors.hasSuffix(" took every step.\n"))
                #expect(try run.scratch.leftovers() == [])
            }
        }

        @Test(arguments: ["1", "2"])
        func `Ctrl-C and sudden death lose nothing`(workers: String) async throws {
            for bug in [nil, "double-refund"] {
                let depth = ["--max-depth", "5"]
                let whole = try await InterruptedRun(bug: bug, depth).end().result
                let run = try InterruptedRun(bug: bug, depth + ["--workers", workers])
                let interrupted = try await run.interrupt(after: 100, by: SIGINT)
                #expect(interrupted.output.hasSuffix("--resume\n"))
                _ = try await run.interrupt(after: 200, by: SIGKILL, "--resume")
                // In the middle of reaching the known states again.
                _ = try await run.interrupt(after: 1, by: SIGKILL, "--resume")
                let (ending, result) = try await run.end("--resume")
                #expect(result.stateFingerprints == whole.stateFingerprints, "\(ending.output)\(ending.errors)")
                #expect(result.statistics.transitions == whole.statistics.transitions)
                #expect(result.violations.map(\.id).sorted() == whole.violations.map(\.id).sorted())
                #expect(result.violations.allSatisfy { $0.confirmed })
                #expect(Set(result.coverage) == Set(whole.coverage))
                if workers == "1" { #expect(Gist(result) == Gist(whole)) }
                let known = try #require(ending.errors.split(separator: " ").compactMap { Int($0) }.first)
                #expect(known >= 100)
            }
        }

        @Test func `a killed run is listed, and what was torn off its end is left out`() async throws {
            let run = try InterruptedRun()
            _ = try await run.interrupt(after: 60, by: SIGKILL)
            #expect(try run.scratch.leftovers().count == 1)
            let listed = try await Tool(["runs"], in: run.scratch, directory: run.folder).end()
            let id = try #require(listed.lines.first?.split(separator: " ").first.map(String.init))
            #expect(
                Array(listed.lines.prefix(2)) == [
                    "\(id)  killed  payments (payments.yaml), breadth-first, seed 1",
                    "  go on: rewind explore \(PaymentsFile.path) --resume --run \(id)",
                ])
            let walk = run.folder.appendingPathComponent(".rewind/runs/\(id)/walk.jsonl")
            #expect(try FileManager.default.attributesOfItem(atPath: walk.path)[.posixPermissions] as? Int == 0o600)
            let lines = try Data(contentsOf: walk).split(separator: UInt8(ascii: "\n"))
            let torn = lines.dropLast().map { $0 + Data("\n".utf8) }.joined() + (lines.last ?? Data()).dropLast(5)
            try Data(torn).write(to: walk)
            let (ending, result) = try await run.end("--resume", "--run", id)
            #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
            #expect(result.statistics.states == 133)
            // Those of the run that was killed as well.
            #expect(try run.scratch.leftovers() == [])
        }

        // MARK: What does not go together

        @Test func `another seed or strategy is another run, and so is less than was done`() async throws {
            let run = try InterruptedRun()
            let (_, result) = try await run.end("--max-steps", "40")
            for (options, sentence) in [
                (["--seed", "7"], " has seed 1, not 7. Leave out --seed, or --resume."),
                (
                    ["--strategy", "novelty"],
                    " is breadth-first, not novelty. Leave out --strategy, or --resume."
                ),
                (
                    ["--max-steps", "40"],
                    "--max-steps counts the steps of the whole run, which has taken 40 already: give more than that."
                ),
                (["--run", "1"], "No run 1 is kept here. `rewind runs` lists them."),
            ] {
                let ending = try await PaymentsFile.explored(
                    ["--resume"] + options, in: run.scratch, directory: run.folder
                ).end()
                #expect(ending.status == 2)
                #expect(ending.errors.hasSuffix(sentence + "\n"), "\(ending.errors)")
            }
            #expect(result.statistics.transitions == 40)
        }

        @Test func `a changed file and changed rows are said, and the run is kept`() async throws {
            let scratch = try Scratch()
            let folder = scratch.folder.appendingPathComponent("project")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let text = try String(contentsOfFile: PaymentsFile.path, encoding: .utf8)
            func explored(_ text: String, _ arguments: String...) async throws -> Ending {
                try scratch.write(text, to: "project/exploration.yaml")
                return try await Tool(
                    ["explore"] + arguments, in: scratch, secrets: ["REWIND": Tool.executable.path], directory: folder
                ).end()
            }
            let none = try await explored(text, "--resume")
            #expect(
                none.errors == "No run of exploration.yaml is kept here. Begin one: rewind explore exploration.yaml\n")
            let first = try await explored(text, "--max-steps", "40")
            #expect(first.output.hasSuffix("\nAgain from here: rewind explore --resume\n"))

            let changed = try await explored(text + "# more\n", "--resume")
            #expect(changed.status == 2)
            #expect(
                changed.errors.hasSuffix(
                    " can't be gone on with. exploration.yaml or a file that it imports has changed since. "
                        + "Begin a new one: rewind explore exploration.yaml\n"))

            let service = try Tool(
                ["serve", "--database", "orders-test.sqlite", "--port", "0"], in: scratch, directory: folder)
            let url = try await service.firstLine()
            let order = try await curl(url + "/orders", #"{"amount":"1.00","currency":"USD","customer_id":"c"}"#)
            #expect(order == 0)
            service.signal(SIGTERM)
            _ = try await service.end()
            let moved = try await explored(text, "--resume")
            #expect(moved.status == 2)
            #expect(moved.output == "")
            #expect(
                moved.errors.hasSuffix(
                    "The run can't be gone on with. db holds other rows than when that run began. Begin a new one.\n"))
            let report = try await Tool(["report"], in: scratch, directory: folder).end()
            #expect(report.output + "\nAgain from here: rewind explore --resume\n" == first.output)
        }

        private func curl(_ url: String, _ body: String) async throws -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["curl", "-sS", "--fail", "-o", "/dev/null", url, "-d", body]
            try process.run()
            try await eventually("the answer") { !process.isRunning }
            return process.terminationStatus
        }
    }
}
