import CommandSupport
import Testing

extension CommandTests {
    /// Limits make the verdict smaller, and say so.
    @Suite struct LimitTests {
        @Test(arguments: [
            (["--max-steps", "300"], "300 steps", "the limit of 300 steps was reached"),
            (["--max-steps", "5"], "5 steps", "the limit of 5 steps was reached"),
            (["--max-depth", "3"], "depth 3", "every step within depth 3 was taken"),
            (["--max-depth", "3", "--strategy", "depth-first"], "depth 3", "every step within depth 3 was taken"),
        ])
        func `a limit that was reached is part of the verdict`(
            arguments: [String], extent: String, reason: String
        ) async throws {
            let ending = try await Tool(["demo", "--exploration", "payments"] + arguments, in: try Scratch()).end()
            #expect(ending.status == 0)
            #expect(ending.lines.first == "HELD  Nothing is wrong within \(extent); more was left to explore.")
            #expect(ending.output.contains("\n  It ended because \(reason).\n"))
        }

        /// How far a machine comes in a time is not known: the first limit that is long enough for anything is the one
        /// looked at.
        @Test func `a time limit that was reached is part of the verdict`() async throws {
            for limit in ["0.05", "0.1", "0.2", "0.4", "0.8", "1.6"] {
                let ending = try await Tool.run(
                    "demo", "--exploration", "payments", "--max-seconds", limit, in: try Scratch())
                guard ending.status == 0 else { continue }
                #expect(
                    ending.lines.first
                        == "HELD  Nothing is wrong within \(limit) seconds; more was left to explore.")
                #expect(
                    ending.output.contains("\n  It ended because the time limit of \(limit) seconds was reached.\n"))
                return
            }
            Issue.record("Nothing was decided within any of the limits.")
        }

        @Test(arguments: ["--max-steps", "--max-depth", "--max-seconds"])
        func `a limit that was not reached takes nothing from the verdict`(option: String) async throws {
            let ending = try await Tool.run("demo", "--exploration", "payments", option, "100000", in: try Scratch())
            #expect(ending.status == 0)
            #expect(ending.lines.first == "HELD  Nothing is wrong in any reachable state.")
        }

        @Test func `a limit that leaves time for nothing decides nothing`() async throws {
            let ending = try await Tool.run(
                "demo", "--exploration", "payments", "--max-seconds", "0.0001", in: try Scratch())
            #expect(ending.status == 2)
            #expect(
                ending.output.hasPrefix(
                    "NOT DECIDED\n  • Nothing was tried: no action could be formed, or a limit came first.\n"))
        }

        @Test func `what a limit left out is warned about`() async throws {
            let ending = try await Tool.run("demo", "--exploration", "payments", "--max-depth", "2", in: try Scratch())
            #expect(ending.status == 0)
            #expect(
                ending.output.contains(
                    "Warning: capture_order was never accepted (1 try): what follows it was not explored.\n"))
            #expect(ending.output.contains("Warning: The arrow paid → captured (capture_order) was not walked.\n"))
        }

        @Test(arguments: [
            (["demo", "--max-steps", "0"], "Error: --max-steps must be at least 1; it is 0.\n"),
            (["demo", "--max-depth=-1"], "Error: --max-depth must be at least 1; it is -1.\n"),
            (["demo", "--max-seconds", "0"], "Error: --max-seconds must be more than 0; it is 0.0.\n"),
            (["demo", "--max-seconds", "nan"], "Error: --max-seconds must be more than 0; it is nan.\n"),
            (["demo", "--max-steps", "many"], "Error: The value 'many' is invalid for '--max-steps <count>'"),
            (["demo", "--seed=-1"], "Error: The value '-1' is invalid for '--seed <number>'"),
            (
                ["demo", "--strategy", "best"],
                "Please provide one of 'breadth-first', 'depth-first', 'random-walk' or 'novelty'."
            ),
            (["demo", "--bug", "duble-refund"], "Error: The value 'duble-refund' is invalid for '--bug <name>'."),
            (["demo", "--bug", "duble-refund"], "\n  - double-refund\n"),
            (["demo", "--max-step", "1"], "Error: Unknown option '--max-step'. Did you mean '--max-steps'?"),
            (["demo", "extra"], "Error: Unexpected argument 'extra'"),
            (["demo", "--bug", "late-cancel", "--all-bugs"], "Error: Give --bug or --all-bugs, not both.\n"),
            (
                ["demo", "--all-bugs", "--exploration", "payments", "--json", "x"],
                "Error: --json belongs to one exploration; --all-bugs makes many.\n"
            ),
            (["demo", "--workers", "0"], "Error: --workers must be from 1 to 64; it is 0.\n"),
            (["dmo"], "Error: Unexpected argument 'dmo'"),
            (["restore"], "Error: Missing expected argument '<file-or-url>'"),
            (
                ["serve"],
                "Error: Give --database with a SQLite file or a postgresql:// URL, or set DATABASE_URL to one.\n"
            ),
        ])
        func `a command that is not understood ends with 2 and says why`(
            arguments: [String], message: String
        ) async throws {
            let scratch = try Scratch()
            let ending = try await Tool(arguments, in: scratch).end()
            #expect(ending.status == 2)
            #expect(ending.errors.contains(message), "\(ending.errors)")
            #expect(ending.output == "")
            #expect(try scratch.leftovers() == [])
        }

        @Test(arguments: [["--help"], ["--version"], ["demo", "--help"], ["help", "restore"], []])
        func `help is no error`(arguments: [String]) async throws {
            let ending = try await Tool(arguments, in: try Scratch()).end()
            #expect(ending.status == 0)
            #expect(!ending.output.isEmpty)
            #expect(ending.errors == "")
        }
    }
}
