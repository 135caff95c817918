import CommandSupport
import Foundation
import Testing

extension CommandTests {
    /// The order of exploration decides how fast something is found, never what there is.
    @Suite struct StrategyTests {
        static let runs = [
            ["depth-first", "1"], ["random-walk", "1"], ["random-walk", "2"], ["random-walk", "3"], ["novelty", "1"],
            ["novelty", "2"], ["breadth-first", "2"],
        ]

        @Test(arguments: [[], ["--max-depth", "4"]])
        func `every strategy and seed finds the same states`(limits: [String]) async throws {
            let scratch = try Scratch()
            func states(_ strategy: String, _ seed: String) async throws -> ResultDocument {
                let path = scratch.path("\(strategy)-\(seed).json")
                let arguments =
                    ["demo", "--exploration", "payments", "--json", path, "--strategy", strategy, "--seed", seed]
                    + limits
                #expect(try await Tool(arguments, in: scratch).end().status == 0, "\(strategy), seed \(seed)")
                return try ResultDocument(contentsOf: path)
            }
            let expected = try await states("breadth-first", "1")
            #expect(expected.statistics.states > 20)
            for run in Self.runs {
                let found = try await states(run[0], run[1])
                #expect(found.stateFingerprints == expected.stateFingerprints, "\(run)")
                #expect(found.statistics.transitions == expected.statistics.transitions, "\(run)")
            }
        }

        @Test(arguments: ["breadth-first", "depth-first", "random-walk", "novelty"])
        func `one seed is one run`(strategy: String) async throws {
            let scratch = try Scratch()
            // One database, so that its clock stands at the same time in both.
            let database = try await filledDatabase(in: scratch)
            var documents: [String] = []
            for run in 1...2 {
                let path = scratch.path("\(run).json")
                let arguments = ["--database", database, "--bug", "stale-total", "--seed", "7", "--strategy", strategy]
                let ending = try await Tool(
                    ["demo", "--exploration", "payments", "--json", path] + arguments, in: scratch
                ).end()
                #expect(ending.status == 1)
                documents.append(try withoutTimes(path))
            }
            #expect(documents[0] == documents[1])
        }

        /// The document without durations, and without the count of verifications, of which there are as many as time
        /// allows.
        private func withoutTimes(_ path: String) throws -> String {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            let kept = try withoutTimes(JSONSerialization.jsonObject(with: data))
            return String(
                decoding: try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys), as: UTF8.self)
        }

        private func withoutTimes(_ value: Any) -> Any {
            if let list = value as? [Any] { return list.map(withoutTimes) }
            guard var object = value as? [String: Any] else { return value }
            if object["name"] as? String == "rewinding_is_faithful" { object["timesChecked"] = nil }
            return object.filter { !$0.key.lowercased().hasSuffix("milliseconds") }.mapValues(withoutTimes)
        }
    }
}
