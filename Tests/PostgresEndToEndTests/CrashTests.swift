import CommandSupport
import Foundation
import TestServices
import Testing

extension PostgresEndToEndTests {
    /// `kill -9` of each of the three that an exploration consists of, at random moments. `REWIND_KILLS` says how often.
    @Suite struct CrashTests {
        @Test func `Rewind killed at any moment is undone, by restoring or by the next run`() async throws {
            var site = try await CrashSite(seed: 31)
            for number in 1...CrashSite.kills {
                let tool = try await site.startAndWait(number)
                // Stopped first, so that it starts no service after its children were looked up.
                tool.signal(SIGSTOP)
                let service = Processes.children(of: tool.processID)
                tool.signal(SIGKILL)
                let ending = try await tool.end()
                try await eventually("the end of the service") { !service.contains(where: Processes.isRunning) }
                site.note(wasKilled: ending.wasKilled, traces: try site.database.holdsAnythingOfRewind)
                try await site.undo(number)
                try await site.requireRoot()
            }
            site.requireSpread()
        }

        @Test func `Rewind says so when the API is killed, and restores by itself`() async throws {
            var site = try await CrashSite(seed: 32)
            for number in 1...CrashSite.kills {
                let tool = try await site.startAndWait(number)
                var service: [Int32] = []
                try await eventually("the service") {
                    service = Processes.children(of: tool.processID)
                    return !service.isEmpty || !tool.isRunning
                }
                let traces = try site.database.holdsAnythingOfRewind
                for process in service { kill(process, SIGKILL) }
                let ending = try await tool.end()
                site.note(wasKilled: ending.status != 0, traces: traces)
                requireUndecided(ending, site.moment)
                try await site.requireRoot()
            }
            site.requireSpread()
        }

        @Test func `a server killed at any moment is restored once it runs again`() async throws {
            let server = try PrivatePostgres.start()
            defer { server.stop() }
            var site = try await CrashSite(seed: 33, on: server)
            for number in 1...CrashSite.kills {
                let tool = try await site.startAndWait(number)
                server.kill()
                let ending = try await tool.end()
                requireUndecided(ending, site.moment)
                try server.restart()
                site.note(wasKilled: ending.status != 0, traces: try site.database.holdsAnythingOfRewind)
                try await site.undo(number)
                try await site.requireRoot()
            }
            site.requireSpread()
        }

        /// Unless it had come to its end before.
        private func requireUndecided(_ ending: Ending, _ moment: String) {
            if ending.status == 0 { return }
            #expect(ending.status == 2, "\(moment)")
            let isSaid =
                ending.output.hasPrefix("NOT DECIDED\n")
                || ending.output.isEmpty && ending.errors.hasPrefix("Error: The service did not start.")
            #expect(isSaid, "\(moment): \(ending.output)\(ending.errors)")
        }
    }
}
