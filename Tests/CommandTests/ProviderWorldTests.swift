import CommandSupport
import Foundation
import Orders
import TestServices
import Testing

extension CommandTests {
    /// The service, its database, its provider and the clock, explored together.
    @Suite struct ProviderWorldTests {
        /// The explorations with a provider, and a depth that a test has time for.
        static let explorations = [
            ("provider-faults", "4"), ("payouts", "6"), ("subscriptions", "20"), ("webhook-security", "6"),
        ]

        /// These worlds are larger than others, and a debug build on a busy machine is slow.
        private static let patience = Duration.seconds(600)

        @Test(arguments: explorations)
        func `the correct service holds, in every order and with every number of workers`(
            name: String, depth: String
        ) async throws {
            let scratch = try Scratch()
            // One database: the ids of what is at the provider are other ones in each.
            let database = scratch.path("orders-test.sqlite")
            var known: ResultDocument?
            for options in [["--workers", "1"], ["--workers", "2"], ["--strategy", "random-walk", "--seed", "3"]] {
                let path = scratch.path("\(UUID().uuidString).json")
                let arguments = ["--exploration", name, "--max-depth", depth, "--database", database, "--json", path]
                let ending = try await Tool(["demo"] + arguments + options, in: scratch).end(within: Self.patience)
                #expect(ending.status == 0, "\(options) \(ending.output)")
                let result = try ResultDocument(contentsOf: path)
                #expect(result.statistics.states > 20)
                #expect(result.stateFingerprints == known?.stateFingerprints ?? result.stateFingerprints, "\(options)")
                known = result
            }
        }

        @Test(
            .enabled(if: TestService.postgres.isToBeTested, "\(TestService.postgres.absence)"),
            arguments: [("provider-faults", "3"), ("payouts", "5"), ("webhook-security", "5")])
        func `PostgreSQL has as many states as SQLite`(name: String, depth: String) async throws {
            let scratch = try Scratch()
            var counts: [Int] = []
            for database in ["sqlite", "postgres"] {
                let path = scratch.path("\(database).json")
                let arguments = ["--exploration", name, "--max-depth", depth, "--database", database, "--json", path]
                let ending = try await Tool(["demo"] + arguments, in: scratch).end(within: Self.patience)
                #expect(ending.status == 0, "\(database) \(ending.output)")
                counts.append(try ResultDocument(contentsOf: path).statistics.states)
            }
            #expect(counts[0] == counts[1])
        }

        @Test func `every bug that needs a provider is found and confirmed`() async throws {
            let scratch = try Scratch()
            let bugs = Orders.Bug.allCases.filter { $0.exploration != .payments }
            #expect(bugs.count >= 10)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, bug) in bugs.enumerated() {
                    // Two at a time.
                    if number > 1 { try await group.next() }
                    group.addTask { try await requireFound(bug, in: scratch) }
                }
                try await group.waitForAll()
            }
        }

        private func requireFound(_ bug: Orders.Bug, in scratch: Scratch) async throws {
            let path = scratch.path("\(bug.rawValue).json")
            let arguments = ["demo", "--bug", bug.rawValue, "--max-violations", "1", "--json", path]
            let ending = try await Tool(arguments, in: scratch).end(within: Self.patience)
            #expect(ending.status == 1, "\(bug.rawValue): \(ending.output)")
            let result = try ResultDocument(contentsOf: path)
            #expect(!result.violations.isEmpty && result.violations.allSatisfy(\.confirmed), "\(bug.rawValue)")
        }

        @Test func `a bug of the provider's world is not looked for in a world without one`() async throws {
            let ending = try await Tool.run(
                "demo", "--bug", "over-capture", "--exploration", "payments", in: try Scratch())
            #expect(ending.status == 2)
            #expect(ending.errors.hasPrefix("Error: over-capture shows only with a provider, and payments has none.\n"))
        }
    }
}
