import CommandSupport
import Foundation
import TestServices
import Testing

extension CommandTests {
    /// Requests at the same time, against the service as a process of its own.
    @Suite struct ConcurrencyTests {
        /// Rounds in each of 18 places; `REWIND_RACES=112` makes 2,016.
        private static let rounds = ProcessInfo.processInfo.environment["REWIND_RACES"].flatMap { Int($0) } ?? 5
        private static let patience = Duration.seconds(600)

        private func demo(_ arguments: String..., in scratch: Scratch) async throws -> (Ending, ResultDocument) {
            let path = scratch.path("\(UUID().uuidString).json")
            let ending = try await Tool(["demo", "--json", path] + arguments, in: scratch).end(within: Self.patience)
            return (ending, try ResultDocument(contentsOf: path))
        }

        @Test func `a check without a lock is found by requests at once, and by nothing else`() async throws {
            let scratch = try Scratch()
            let (serial, alone) = try await demo(
                "--bug", "refund-without-lock", "--exploration", "provider-faults", "--max-depth", "5", in: scratch)
            #expect(serial.status == 0 && alone.verdict == "held" && alone.races == nil, "\(serial.output)")
            let (racing, together) = try await demo("--bug", "refund-without-lock", in: scratch)
            #expect(racing.status == 1, "\(racing.output)")
            let found = together.violations.filter { $0.confirmed && $0.name == "linearizable" }
            #expect(!found.isEmpty && found.allSatisfy { $0.kind == "concurrency" })
            #expect(found.allSatisfy { $0.path.last?.hasPrefix("concurrently(") == true })
        }

        @Test func `what was found is replayed, and fixed without the bug`() async throws {
            let scratch = try Scratch()
            let (_, result) = try await demo("--bug", "refund-without-lock", "--keep", in: scratch)
            let found = try #require(result.violations.first { $0.confirmed })
            let again = try await Tool(["replay", found.id], in: scratch).end(within: Self.patience)
            #expect(again.status == 1 && again.output.contains("STILL FAILS"), "\(again.output)")
            let correct = try await Tool(["replay", found.id, "--without-bug"], in: scratch).end(within: Self.patience)
            #expect(correct.status == 0 && correct.output.contains("in each of 200 rounds, which is no proof"))
            let script = try await Tool(["reproduce", found.id, "--as", "curl"], in: scratch).end(within: Self.patience)
            #expect(script.output.contains("# At the same time:\nsend ") && script.output.contains(" &\nwait\n"))
        }

        @Test(arguments: ["sqlite", "postgres"])
        func `the correct service survives them`(database: String) async throws {
            if database == "postgres" && !TestService.postgres.isToBeTested { return }
            let (ending, result) = try await demo(
                "--exploration", "concurrency", "--database", database, "--rounds", "\(Self.rounds)",
                in: try Scratch())
            #expect(ending.status == 0, "\(ending.output)")
            let races = try #require(result.races)
            #expect(races.count == 6 && races.allSatisfy { $0.rounds == $0.places * Self.rounds && $0.anomalies == 0 })
            #expect(races.allSatisfy { $0.rounds > 0 && $0.roundsTogether == $0.rounds })
        }
    }
}
