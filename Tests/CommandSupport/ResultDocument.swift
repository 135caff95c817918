import Foundation

/// What another program reads of a result, by `docs/result-format.md`.
package struct ResultDocument: Decodable, Sendable {
    package let format: String
    package let version: Int
    package let verdict: String
    package let extent: String?
    package let reasons: [String]
    package let stopReason, strategy: String
    package let seed: UInt64
    package let statistics: Statistics
    package let violations: [Violation]
    package let coverage: [Coverage]
    package let checks: [Check]
    package let races: [Race]?
    package let warnings, learnedVolatile: [String]
    package let stateFingerprints: [String]

    package struct Statistics: Decodable, Sendable {
        package let states, transitions, invariantsChecked, frontier, depth, repetitions, moves: Int
        package let requests, lawRequests: Int
        package let elapsedMilliseconds, requestMilliseconds, moveMilliseconds, captureMilliseconds: Double
        package let verificationMilliseconds, lawRequestMilliseconds: Double
    }

    package struct Violation: Decodable, Sendable {
        package let id, kind, name, severity, statement, message: String
        package let confirmed: Bool
        package let notReproduced: String?
        package let path: [String]
        package let steps: [Step]
    }

    package struct Step: Decodable, Sendable {
        package let action, outcome: String
        package let argument: String?
        package let exchanges: [Exchange]
        package let changedRows: [String: Int]
        package let lawTrials: [Trial]?
    }

    package struct Trial: Decodable, Sendable {
        package let from: String
        package let exchanges: [Exchange]
        package let changedRows: [String: Int]
    }

    package struct Exchange: Decodable, Sendable {
        package let method, path, requestBody, responseBody: String
        package let status: Int?
        package let lost: String?
    }

    package struct Race: Decodable, Sendable {
        package let name: String
        package let places, placesLeftOut, rounds, roundsTogether, orders, anomalies: Int
    }

    package struct Coverage: Decodable, Sendable, Hashable {
        package let state, action, expected: String
        package let accepted, refused, skipped, failed: Int
        package let targets: [String]
    }

    package struct Check: Decodable, Sendable, Hashable {
        package let name, severity, description: String
        package let timesChecked: Int
    }

    package init(contentsOf path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        self = try JSONDecoder().decode(ResultDocument.self, from: data)
    }

    /// Of the violations that a replay confirmed, the shortest path.
    package var shortestPath: [String]? { violations.filter(\.confirmed).map(\.path).min { $0.count < $1.count } }
}

/// Runs `rewind demo` with `--json`.
package func explored(
    _ arguments: String..., in scratch: Scratch, databaseURL: String? = nil
) async throws -> ResultDocument {
    let path = scratch.path("result-\(UUID().uuidString).json")
    _ = try await Tool(
        ["demo", "--exploration", "payments", "--json", path] + arguments, in: scratch, databaseURL: databaseURL
    ).end()
    return try ResultDocument(contentsOf: path)
}
