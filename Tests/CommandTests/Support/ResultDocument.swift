import Foundation

/// What another program reads of a result, by `docs/result-format.md`.
struct ResultDocument: Decodable, Sendable {
    let format: String
    let version: Int
    let verdict: String
    let extent: String?
    let reasons: [String]
    let stopReason, strategy: String
    let seed: UInt64
    let statistics: Statistics
    let violations: [Violation]
    let coverage: [Coverage]
    let checks: [Check]
    let warnings, learnedVolatile: [String]
    let stateFingerprints: [String]

    struct Statistics: Decodable, Sendable {
        let states, transitions, invariantsChecked, frontier, depth, repetitions, requests, moves: Int
        let elapsedMilliseconds, requestMilliseconds, moveMilliseconds, captureMilliseconds: Double
        let verificationMilliseconds: Double
    }

    struct Violation: Decodable, Sendable {
        let kind, name, severity, statement, message: String
        let confirmed: Bool
        let notReproduced: String?
        let path: [String]
        let steps: [Step]
    }

    struct Step: Decodable, Sendable {
        let action, outcome: String
        let argument: String?
        let exchanges: [Exchange]
        let changedRows: [String: Int]
    }

    struct Exchange: Decodable, Sendable {
        let method, path, requestBody, responseBody: String
        let status: Int?
        let lost: String?
    }

    struct Coverage: Decodable, Sendable {
        let state, action, expected: String
        let accepted, refused, skipped, failed: Int
        let targets: [String]
    }

    struct Check: Decodable, Sendable {
        let name, severity, description: String
        let timesChecked: Int
    }

    init(contentsOf path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        self = try JSONDecoder().decode(ResultDocument.self, from: data)
    }

    /// Of the violations that a replay confirmed, the shortest path.
    var shortestPath: [String]? { violations.filter(\.confirmed).map(\.path).min { $0.count < $1.count } }
}

/// Runs `rewind demo` with `--json`.
func explored(_ arguments: String..., in scratch: Scratch) async throws -> ResultDocument {
    let path = scratch.path("result-\(UUID().uuidString).json")
    _ = try await Tool(["demo", "--json", path] + arguments, in: scratch).end()
    return try ResultDocument(contentsOf: path)
}
