import CommandSupport
import SQLiteDriver
import Testing

extension CommandTests {
    /// Cost follows what the API changes, not what the database holds.
    @Suite struct LargeDatabaseTests {
        @Test func `100,000 unrelated rows change neither the result nor much of the speed`() async throws {
            let scratch = try Scratch()
            let small = try await filledDatabase(in: scratch, name: "small.sqlite")
            let large = try await filledDatabase(in: scratch, name: "large.sqlite")
            try SQLiteConnection(path: large).execute(
                """
                CREATE TABLE archive (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT, amount INTEGER);
                WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 100000)
                INSERT INTO archive (note, amount) SELECT 'note ' || n, n * 7 FROM number;
                """)
            let before = try dump(large)
            var ratios: [Double] = []
            for _ in 1...3 {
                let without = try await explored("--database", small, "--bug", "double-refund", in: scratch)
                let with = try await explored("--database", large, "--bug", "double-refund", in: scratch)
                #expect(with.stateFingerprints == without.stateFingerprints)
                #expect(with.statistics.transitions == without.statistics.transitions)
                #expect(with.violations.map(\.name) == without.violations.map(\.name))
                #expect(with.violations.map(\.path) == without.violations.map(\.path))
                #expect(with.violations.map(\.message) == without.violations.map(\.message))
                ratios.append(timeOfSteps(with) / timeOfSteps(without))
            }
            #expect(ratios.sorted()[1] < 3, "\(ratios)")
            #expect(try dump(large) == before)
        }

        /// Milliseconds for all steps. Reading everything once, at the beginning and the end, is beside the point: that
        /// does follow the content.
        private func timeOfSteps(_ result: ResultDocument) -> Double {
            let statistics = result.statistics
            return statistics.requestMilliseconds + statistics.moveMilliseconds + statistics.captureMilliseconds
        }
    }
}
