import CommandSupport
import Foundation
import SQLiteDriver
import Testing

extension CommandTests {
    /// Ctrl-C and `kill`: what was found is told, and everything is put back.
    @Suite struct InterruptionTests {
        @Test(arguments: [SIGINT, SIGTERM])
        func `a signal ends the walk, tells what was found, and leaves nothing behind`(number: Int32) async throws {
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let before = try dump(database)
            let tool = try Tool(["demo", "--exploration", "payments", "--database", database], in: scratch)
            try await underWay(database)
            let service = Processes.children(of: tool.processID)
            #expect(service.count == 1)
            tool.signal(number)
            let ending = try await tool.end()
            #expect(ending.status == 2)
            #expect(
                ending.errors
                    == "\nInterrupted: ending the walk and restoring the database. Once more to give up.\n")
            #expect(ending.output.hasPrefix("NOT DECIDED\n  • It was interrupted.\n"))
            #expect(ending.output.contains("  It ended because it was interrupted.\n"))
            #expect(ending.output.contains("\nCoverage"))
            #expect(Processes.mentioning(database) == [])
            #expect(try dump(database) == before)
            #expect(try scratch.leftovers() == [])
        }

        @Test func `a violation that was confirmed stays one when the walk is interrupted`() async throws {
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let before = try dump(database)
            // Depth first, an overflow is met within the first steps.
            let arguments = ["--database", database, "--bug", "double-refund", "--strategy", "depth-first"]
            let tool = try Tool(["demo", "--exploration", "payments"] + arguments, in: scratch)
            try await underWay(database, rowsOf: "refunds", beyond: 3)
            tool.signal(SIGINT)
            let ending = try await tool.end()
            #expect([1, 2].contains(ending.status))
            let isViolated = ending.output.contains("Confirmed: replayed from the root, it occurred again.")
            #expect(ending.output.hasPrefix(isViolated ? "VIOLATED" : "NOT DECIDED"))
            #expect(ending.status == (isViolated ? 1 : 2))
            #expect(try dump(database) == before)
        }

        @Test func `a signal before the service is up leaves nothing behind either`() async throws {
            let scratch = try Scratch()
            let tool = try Tool(["demo", "--exploration", "payments"], in: scratch)
            try await eventually("its temporary folder") { try !scratch.leftovers().isEmpty }
            tool.signal(SIGINT)
            let ending = try await tool.end()
            #expect(ending.status == 2)
            #expect(!ending.wasKilled)
            #expect(Processes.mentioning(scratch.folder.path) == [])
            #expect(try scratch.leftovers() == [])
        }

        @Test func `an interrupted zoo does not go on to the next bug`() async throws {
            let scratch = try Scratch()
            let tool = try Tool(["demo", "--all-bugs", "--exploration", "payments"], in: scratch)
            try await eventually("the first verdict") { tool.standardOutput.hasPrefix("HELD") }
            tool.signal(SIGINT)
            let ending = try await tool.end()
            #expect(ending.status == 2)
            #expect(!ending.output.contains("bugs found"))
            #expect(Processes.mentioning(scratch.folder.path) == [])
            #expect(try scratch.leftovers() == [])
        }

        @Test func `a second signal ends it at once, and the database can be restored`() async throws {
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let before = try dump(database)
            let tool = try Tool(["demo", "--exploration", "payments", "--database", database], in: scratch)
            try await underWay(database)
            // A service that does not answer keeps the walk from ending: the first signal alone could take long.
            let service = try #require(Processes.children(of: tool.processID).first)
            kill(service, SIGSTOP)
            defer { kill(service, SIGCONT) }
            tool.signal(SIGINT)
            try await eventually("the note on the first signal") {
                tool.standardError.contains("Once more to give up.")
            }
            tool.signal(SIGINT)
            let ending = try await tool.end()
            #expect(ending.status == 128 + SIGINT)
            kill(service, SIGCONT)
            try await eventually("the end of the service") { Processes.mentioning(database).isEmpty }
            let restored = try await Tool.run("restore", database, in: scratch)
            #expect(restored.status == 0)
            #expect(restored.output.contains("the exploration of process \(tool.processID) is undone"))
            #expect(try dump(database) == before)
        }

        @Test func `a reader that goes away does not end it`() async throws {
            let scratch = try Scratch()
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            let command = "{ \"$0\" demo --bug stale-total 2>&1; echo $? > \"$1\"; } | true"
            process.arguments = ["-c", command, Tool.executable.path, scratch.path("status")]
            process.environment = ["TMPDIR": scratch.temporary.path, "PATH": "/usr/bin:/bin"]
            try process.run()
            try await eventually("the end of the pipe") { !process.isRunning }
            #expect(try String(contentsOfFile: scratch.path("status"), encoding: .utf8) == "1\n")
            #expect(try scratch.leftovers() == [])
        }

        /// Waits until the walk has changed something.
        private func underWay(_ database: String, rowsOf table: String = "orders", beyond count: Int = 6) async throws {
            let connection = try SQLiteConnection(path: database, flags: .readOnly)
            try await eventually("a change of \(table)") {
                try connection.number("SELECT count(*) FROM \(table)") > count
            }
        }
    }
}
