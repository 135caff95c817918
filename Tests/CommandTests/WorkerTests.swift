import CommandSupport
import Foundation
import SQLiteDriver
import Testing

extension CommandTests {
    /// Several workers, each with a copy of the database and a service of its own.
    @Suite struct WorkerTests {
        private func explored(_ arguments: [String], in scratch: Scratch) async throws -> (ResultDocument, Ending) {
            let path = scratch.path("\(UUID().uuidString).json")
            let ending = try await Tool(["demo", "--exploration", "payments", "--json", path] + arguments, in: scratch)
                .end()
            return (try ResultDocument(contentsOf: path), ending)
        }

        /// Whether a database of that name is there and an exploration of it has begun.
        private func isExplored(_ name: String, in scratch: Scratch) throws -> Bool {
            let files = FileManager.default.enumerator(at: scratch.temporary, includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.lastPathComponent == name else { continue }
                let connection = try SQLiteConnection(path: file.path, flags: .readOnly)
                let owner = try? connection.prepare("SELECT 1 FROM _rewind_owner")
                return (try? owner?.step()) == true
            }
            return false
        }

        @Test func `find what one finds`() async throws {
            let scratch = try Scratch()
            let (alone, _) = try await explored([], in: scratch)
            for count in ["2", "3"] {
                let (together, ending) = try await explored(["--workers", count], in: scratch)
                #expect(ending.status == 0)
                #expect(together.stateFingerprints == alone.stateFingerprints)
                #expect(together.statistics.transitions == alone.statistics.transitions)
                #expect(together.coverage == alone.coverage)
            }
            #expect(try scratch.leftovers() == [])
        }

        @Test func `find a bug by the shortest path`() async throws {
            let scratch = try Scratch()
            let (found, ending) = try await explored(["--workers", "2", "--bug", "double-refund"], in: scratch)
            #expect(ending.status == 1)
            let refund = found.violations.first { $0.name == "no_over_refund" }
            #expect(refund?.path == ["create_order", "pay_order", "refund_order", "refund_order"])
            #expect(refund?.confirmed == true)
        }

        @Test func `a service that is killed is replaced, and its step is taken again`() async throws {
            let scratch = try Scratch()
            let (alone, _) = try await explored([], in: scratch)
            let path = scratch.path("result.json")
            let tool = try Tool(["demo", "--exploration", "payments", "--workers", "2", "--json", path], in: scratch)
            var services: [Int32] = []
            try await eventually("the second worker's exploration") {
                services = Processes.children(of: tool.processID)
                return try isExplored("copy-1-test.sqlite", in: scratch) || !tool.isRunning
            }
            if let service = services.last { kill(service, SIGKILL) }
            let ending = try await tool.end()
            // It may have died with a request in its hands: such an answer is not forgotten, and not blamed on the service.
            let endedInBetween = ending.status == 0
            let endedWhileAnswering = ending.status == 2 && ending.output.contains("no_server_error was violated once")
            #expect(endedInBetween || endedWhileAnswering, "\(ending.output)\(ending.errors)")
            #expect(try ResultDocument(contentsOf: path).stateFingerprints == alone.stateFingerprints)
            #expect(try scratch.leftovers() == [])
        }
    }
}
