import Foundation
import Rewind

/// The result as JSON for other programs. `docs/result-format.md` describes it; `version` grows when a field changes its
/// meaning or goes, not when one is added.
public struct JSONReport: Sendable {
    /// The version of the format that this program writes.
    public static let version = 1

    private let document: Document

    /// - Parameter exploration: its name, which is part of what the violations' ids are made of.
    public init(_ result: ExplorationResult, exploration: String = "", redaction: Redaction = .standard) {
        document = Document(result, exploration: exploration, redaction: redaction)
    }

    /// The document, with sorted keys and a line break at its end.
    /// - Throws: `EncodingError`, if a number can't be written as JSON.
    public func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(document) + Data("\n".utf8)
    }
}

private struct Document: Encodable {
    let format = "rewind-result"
    let version = JSONReport.version
    let verdict: String
    let extent: String?
    let reasons: [String]
    let stopReason: String
    let strategy: String
    let seed: UInt64
    let statistics: StatisticsDocument
    let violations: [ViolationDocument]
    let coverage: [CoverageDocument]
    let checks: [CheckDocument]
    let warnings: [String]
    let learnedVolatile: [String]
    let stateFingerprints: [Fingerprint]

    init(_ result: ExplorationResult, exploration: String, redaction: Redaction) {
        switch result.verdict {
        case .held(.everything): (verdict, extent, reasons) = ("held", "everything", [])
        case .held(.within(let limit)): (verdict, extent, reasons) = ("held", limit, [])
        case .violated: (verdict, extent, reasons) = ("violated", nil, [])
        case .notDecided(let why): (verdict, extent, reasons) = ("not-decided", nil, why.map(redaction.sentence))
        }
        stopReason = redaction.sentence(result.stopReason.description)
        strategy = result.strategy.rawValue
        seed = result.seed
        statistics = StatisticsDocument(result)
        violations = result.violations.map { ViolationDocument($0, in: exploration, redaction) }
        coverage = CoverageDocument.all(of: result.coverage)
        checks = (result.invariants + result.laws).map { CheckDocument($0, redaction) }
        warnings = result.warnings.map(redaction.sentence)
        learnedVolatile = result.learnedVolatile
        stateFingerprints = result.states
    }
}

private struct StatisticsDocument: Encodable {
    let states, transitions, invariantsChecked, frontier, depth, repetitions, requests, lawRequests, moves: Int
    let elapsedMilliseconds, requestMilliseconds, moveMilliseconds, captureMilliseconds: Double
    let verificationMilliseconds, lawRequestMilliseconds: Double
    /// Only when there were several.
    let workers: [WorkerDocument]?

    struct WorkerDocument: Encodable {
        let transitions, replacements: Int
    }

    init(_ result: ExplorationResult) {
        let from = result.statistics
        (states, transitions, invariantsChecked) = (from.states, from.transitions, result.invariantsChecked)
        (frontier, depth, repetitions) = (from.frontier, from.depth, from.repetitions)
        (requests, lawRequests, moves) = (from.requests.count, from.lawRequests.count, from.moves.count)
        elapsedMilliseconds = from.elapsed.seconds * 1000
        requestMilliseconds = from.requests.total.seconds * 1000
        moveMilliseconds = from.moves.total.seconds * 1000
        captureMilliseconds = from.captures.total.seconds * 1000
        verificationMilliseconds = from.verifications.total.seconds * 1000
        lawRequestMilliseconds = from.lawRequests.total.seconds * 1000
        workers =
            from.workers.count < 2
            ? nil
            : from.workers.map { WorkerDocument(transitions: $0.transitions, replacements: $0.replacements) }
    }
}

private struct ViolationDocument: Encodable {
    let id, kind, name, severity, statement, message: String
    let confirmed: Bool
    let notReproduced: String?
    let path: [String]
    let steps: [StepDocument]

    init(_ violation: Violation, in exploration: String, _ redaction: Redaction) {
        id = violation.id(in: exploration)
        kind = violation.rule.kind.rawValue
        name = violation.rule.name
        severity = violation.rule.severity.rawValue
        statement = redaction.sentence(violation.rule.statement)
        message = redaction.sentence(violation.message)
        confirmed = violation.isConfirmed
        if case .notReproduced(let why) = violation.confirmation {
            notReproduced = redaction.sentence(why)
        } else {
            notReproduced = nil
        }
        path = violation.counterexample.path.map(redaction.sentence)
        steps = violation.counterexample.steps.map { StepDocument($0, redaction) }
    }
}

private struct StepDocument: Encodable {
    let action: String
    let argument: String?
    let outcome: String
    let exchanges: [ExchangeDocument]
    /// Rows changed, by `system.table`.
    let changedRows: [String: Int]
    /// What a law sent of its own afterwards; only where that shows the violation.
    let lawTrials: [TrialDocument]?

    init(_ step: Counterexample.Step, _ redaction: Redaction) {
        action = step.action
        argument = step.argument.map(redaction.sentence)
        outcome =
            switch step.outcome {
            case .accepted: "accepted"
            case .refused: "refused"
            case .skipped: "skipped"
            case .failed: "failed"
            }
        exchanges = step.exchanges.map { ExchangeDocument($0.redacted(by: redaction)) }
        changedRows = step.changes.rowCounts
        lawTrials = step.trials.isEmpty ? nil : step.trials.map { TrialDocument($0, redaction) }
    }
}

private struct TrialDocument: Encodable {
    /// `before` or `after` the step.
    let from: String
    /// Those of several were sent at the same time.
    let exchanges: [ExchangeDocument]
    let changedRows: [String: Int]

    init(_ trial: LawTrial, _ redaction: Redaction) {
        from = trial.isFromBefore ? "before" : "after"
        exchanges = trial.exchanges.map { ExchangeDocument($0.redacted(by: redaction)) }
        changedRows = trial.changes.rowCounts
    }
}

extension [SystemChanges] {
    fileprivate var rowCounts: [String: Int] {
        var counts: [String: Int] = [:]
        for system in self {
            for row in system.changes.rows { counts["\(system.system).\(row.table)", default: 0] += 1 }
        }
        return counts
    }
}

private struct ExchangeDocument: Encodable {
    let method, path, requestBody: String
    let status: Int?
    let lost: String?
    let responseBody: String
    let milliseconds: Double

    init(_ exchange: Exchange) {
        method = exchange.method
        path = exchange.path
        requestBody = String(decoding: exchange.requestBody, as: UTF8.self)
        switch exchange.reply {
        case .response(let code, _, let body):
            (status, lost, responseBody) = (code, nil, String(decoding: body, as: UTF8.self))
        case .lost(let reason): (status, lost, responseBody) = (nil, reason, "")
        }
        milliseconds = Double(exchange.durationNanoseconds) / 1e6
    }
}

private struct CoverageDocument: Encodable {
    let state, action, expected: String
    let accepted, refused, skipped, failed: Int
    let targets: [String]

    static func all(of coverage: Coverage) -> [CoverageDocument] {
        coverage.states.indices.flatMap { state in
            coverage.actions.indices.map { CoverageDocument(coverage, state: state, action: $0) }
        }
    }

    private init(_ coverage: Coverage, state: Int, action: Int) {
        let seen = coverage.observed(state: state, action: action)
        self.state = coverage.states[state]
        self.action = coverage.actions[action]
        expected =
            switch coverage.expected(state: state, action: action) {
            case .accepted(let targets): "accepted → \(targets.joined(separator: ", "))"
            case .refused: "refused"
            case .open: "open"
            }
        (accepted, refused, skipped, failed) = (seen.accepted, seen.refused, seen.skipped, seen.failed)
        targets = seen.targets.sorted()
    }
}

private struct CheckDocument: Encodable {
    let name, severity, description: String
    let timesChecked: Int

    init(_ check: CheckCount, _ redaction: Redaction) {
        name = check.name
        severity = check.severity.rawValue
        description = redaction.sentence(check.description)
        timesChecked = check.timesChecked
    }
}
