import Rewind
import CommandSupport
import Foundation
import SQLiteDriver
import Testing

extension CommandTests {
    /// `kill -9`, which nothing can be done about but leaving notes.
    @Suite struct CrashTests {
        private static let kills = 50
        /// How many of them must have met a run midway; chance decides, so there may be more than were asked for.
        private static let killsMidway = 10

        @Test func `a run killed at any moment is undone, by restoring or by the next run`() async throws {
            let seed: UInt64 = 20
            var random = SeededRandom(seed: seed)
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let before = try dump(database)
            var longest = try await millisecondsOfOneRun(database, in: scratch)
            var interrupted = 0
            var number = 0
            while number < Self.kills || interrupted < Self.killsMidway && number < 6 * Self.kills {
                number += 1
                let delay = Int.random(in: 0...longest, using: &random)
                let tool = try Tool(
                    ["demo", "--exploration", "payments", "--database", database, "--bug", "stale-total"], in: scratch)
                await after(.milliseconds(delay))
                // The first run may have met a busier machine.
                if !tool.isRunning { longest = longest * 9 / 10 }
                tool.signal(SIGKILL)
                _ = try await tool.end()
                try await eventually("the end of the service") { Processes.mentioning(database).isEmpty }
                if try hasTraces(database) { interrupted += 1 }
                try await undo(number, database, in: scratch)
                #expect(try dump(database) == before, "seed \(seed), kill \(number), after \(delay) ms")
            }
            #expect(interrupted >= Self.killsMidway)
        }

        /// In turn, by the command made for it and by a run that comes to its end.
        private func undo(_ number: Int, _ database: String, in scratch: Scratch) async throws {
            let tool =
                number.isMultiple(of: 2)
                ? try Tool(["restore", database], in: scratch)
                : try Tool(
                    ["demo", "--exploration", "payments", "--database", database, "--max-depth", "2"], in: scratch)
            let ending = try await tool.end()
            #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
        }

        private func millisecondsOfOneRun(_ database: String, in scratch: Scratch) async throws -> Int {
            let start = ContinuousClock.now
            _ = try await Tool.run(
                "demo", "--exploration", "payments", "--database", database, "--bug", "stale-total", in: scratch)
            return Int((ContinuousClock.now - start) / .milliseconds(1))
        }

        private func hasTraces(_ database: String) throws -> Bool {
            try SQLiteConnection(path: database).number(
                "SELECT count(*) FROM sqlite_master WHERE name = '_rewind_owner'") > 0
        }
    }
}
