import CommandSupport
import Foundation
import Testing

@testable import RewindCommand

extension CommandTests {
    /// Flags come before the environment.
    @Suite struct ConfigurationTests {
        @Test(arguments: [
            (["demo"], ["REWIND_SEED": "7"], ["demo", "--seed=7"]),
            (["demo", "--seed", "8"], ["REWIND_SEED": "7"], ["demo", "--seed=7", "--seed", "8"]),
            (
                ["demo"], ["REWIND_MAX_STEPS": "5", "REWIND_STRATEGY": "novelty"],
                ["demo", "--strategy=novelty", "--max-steps=5"]
            ),
            (["demo"], ["REWIND_SEED": ""], ["demo"]),
            (["demo"], ["REWIND_BUG": "double-refund", "SEED": "7"], ["demo"]),
            (["serve"], ["REWIND_SEED": "7"], ["serve"]),
            ([], ["REWIND_SEED": "7"], []),
        ])
        func `variables become options ahead of the command line's`(
            arguments: [String], environment: [String: String], expected: [String]
        ) {
            #expect(EnvironmentOptions(arguments, environment: environment).arguments == expected)
        }

        @Test func `every search option has a variable`() {
            #expect(
                Set(EnvironmentOptions.searchOptions).isSuperset(
                    of: ["strategy", "max-steps", "max-depth", "max-seconds", "max-violations", "workers", "seed"]))
            #expect(EnvironmentOptions.commandsThatSearch.contains("demo"))
            #expect(EnvironmentOptions.variable(for: "max-violations") == "REWIND_MAX_VIOLATIONS")
        }

        @Test func `the last to say it counts, and a mistake names the variable`() async throws {
            let scratch = try Scratch()
            let demo = ["demo", "--exploration", "payments"]
            let both = try await Tool(
                demo + ["--max-depth", "1", "--seed", "9"], in: scratch,
                secrets: ["REWIND_MAX_DEPTH": "2", "REWIND_SEED": "7"]
            ).end()
            #expect(both.output.contains("within depth 1") && both.output.contains("seed 9"), "\(both.output)")
            let one = try await Tool(demo + ["--max-depth", "1"], in: scratch, secrets: ["REWIND_SEED": "7"]).end()
            #expect(one.output.contains("seed 7"), "\(one.output)")
            let wrong = try await Tool(demo, in: scratch, secrets: ["REWIND_MAX_DEPTH": "0"]).end()
            #expect(wrong.status == 2)
            #expect(wrong.errors.contains("--max-depth must be at least 1; it is 0."))
            #expect(wrong.errors.hasSuffix("From the environment: REWIND_MAX_DEPTH=0\n"))
        }

        @Test func `every command's help has an example`() throws {
            let commands = RewindProgram.configuration.subcommands.compactMap { command in
                command.configuration.commandName ?? command._commandName
            }
            #expect(commands.count > 6)
            for (name, command) in zip(commands, RewindProgram.configuration.subcommands) {
                let examples = RewindProgram.helpMessage(for: command).split(separator: "\n").filter { line in
                    line.drop { $0 == " " }.hasPrefix("rewind \(name)")
                }
                #expect(!examples.isEmpty, "rewind \(name) --help has no example")
            }
        }

        @Test(arguments: ["bash", "zsh", "fish"])
        func `shells are told what can be completed`(shell: String) async throws {
            let ending = try await Tool.run("--generate-completion-script", shell, in: try Scratch())
            #expect(ending.status == 0)
            #expect(ending.output.contains("max-depth") && ending.output.contains("doctor"))
        }

        @Test func `the version names the commit, or says that it is unknown`() async throws {
            let ending = try await Tool.run("--version", in: try Scratch())
            #expect(ending.status == 0)
            let pattern = /rewind \d+\.\d+\.\d+ \((unknown commit|[0-9a-f]{7,}( with changes)?, \d{4}-\d\d-\d\d)\)\n/
            #expect(ending.output.wholeMatch(of: pattern) != nil, "\(ending.output)")
        }
    }
}
