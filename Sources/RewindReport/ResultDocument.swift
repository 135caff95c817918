import Foundation
import Rewind

/// A result as it is written and kept: `docs/result-format.md` describes it. Secrets are left out when it is made.
///
/// All reports are made of it, so that what is printed at the end of a run can be printed again from what is kept of it.
public struct ResultDocument: Codable, Sendable {
    /// The version of the format, which grows when a field changes its meaning or goes, not when one is added.
    public static let version = 1

    public let format: String
    public let version: Int
    public let verdict: Verdict
    let extent: String?
    let reasons: [String]
    public let endedBy: Ending
    let stopReason: String
    let strategy: String
    let seed: UInt64
    let statistics: StatisticsDocument
    let violations: [ViolationDocument]
    let coverage: [CoverageDocument]
    let checks: [CheckDocument]
    /// Only when something was to be sent at the same time.
    let races: [RaceDocument]?
    let warnings: [String]
    let learnedVolatile: [String]
    let stateFingerprints: [Fingerprint]

    /// The answer in three values.
    public enum Verdict: String, Codable, Sendable {
        case held, violated, notDecided = "not-decided"
    }

    /// What ended the walk.
    public enum Ending: String, Codable, Sendable {
        /// Every step from every state was taken, or every step within the limit of depth.
        case everything, depth
        /// A limit.
        case steps, time, violations
        case interrupted
        /// It could not go on.
        case failure
    }

    /// - Parameter exploration: its name, which is part of what the violations' ids are made of.
    public init(_ result: ExplorationResult, exploration: String = "", redaction: Redaction = .standard) {
        (format, version) = ("rewind-result", Self.version)
        switch result.verdict {
        case .held(.everything): (verdict, extent, reasons) = (.held, "everything", [])
        case .held(.within(let limit)): (verdict, extent, reasons) = (.held, limit, [])
        case .violated: (verdict, extent, reasons) = (.violated, nil, [])
        case .notDecided(let why): (verdict, extent, reasons) = (.notDecided, nil, why.map(redaction.sentence))
        }
        endedBy = Ending(result.stopReason)
        stopReason = redaction.sentence(result.stopReason.description)
        strategy = result.strategy.rawValue
        seed = result.seed
        statistics = StatisticsDocument(result)
        violations = result.violations.map { ViolationDocument($0, in: exploration, redaction) }
        coverage = CoverageDocument.all(of: result.coverage, redaction)
        checks = (result.invariants + result.laws).map { CheckDocument($0, redaction) }
        races = result.races.isEmpty ? nil : result.races.map { RaceDocument($0, redaction) }
        warnings = result.warnings.map(redaction.sentence)
        learnedVolatile = result.learnedVolatile.map(redaction.sentence)
        stateFingerprints = result.states
    }

    /// The document as JSON, with sorted keys and a line break at its end.
    /// - Throws: `EncodingError`, if a number can't be written as JSON.
    public func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}

extension ResultDocument.Ending {
    public init(_ reason: StopReason) {
        self =
            switch reason {
            case .frontierEmpty(nil): .everything
            case .frontierEmpty: .depth
            case .stepLimit: .steps
            case .timeLimit: .time
            case .violationLimit: .violations
            case .interrupted: .interrupted
            case .failed: .failure
            }
    }
}

struct StatisticsDocument: Codable, Sendable {
    let states, transitions, invariantsChecked, frontier, depth, repetitions, requests, lawRequests, moves: Int
    let elapsedMilliseconds, requestMilliseconds, moveMilliseconds, captureMilliseconds: Double
    let verificationMilliseconds, lawRequestMilliseconds: Double
    /// Of the transitions, only when the walk went on from an earlier one.
    let knownTransitions: Int?
    /// Only when there were several.
    let workers: [WorkerDocument]?

    struct WorkerDocument: Codable, Sendable {
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
        knownTransitions = from.knownTransitions > 0 ? from.knownTransitions : nil
        workers =
            from.workers.count < 2
            ? nil
            : from.workers.map { WorkerDocument(transitions: $0.transitions, replacements: $0.replacements) }
    }
}

struct ViolationDocument: Codable, Sendable {
    let id, kind, name, severity, statement, message: String
    let confirmed: Bool
    let notReproduced: String?
    let path: [String]
    let steps: [StepDocument]

    init(_ violation: Violation, in exploration: String, _ redaction: Redaction) {
        id = violation.id(in: exploration)
        kind = violation.rule.kind.rawValue
        name = redaction.sentence(violation.rule.name)
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

struct StepDocument: Codable, Sendable {
    let action: String
    let argument: String?
    let outcome: String
    let exchanges: [ExchangeDocument]
    /// Rows changed, by `system.table`.
    let changedRows: [String: Int]
    /// The same, by system in its order.
    let changes: [ChangesDocument]
    /// What a law sent of its own afterwards; only where that shows the violation.
    let lawTrials: [TrialDocument]?

    /// Whether the exchanges took place at the same time; left out where they did not.
    private let concurrent: Bool?

    var isConcurrent: Bool { concurrent ?? false }

    init(_ step: Counterexample.Step, _ redaction: Redaction) {
        concurrent = step.isConcurrent ? true : nil
        action = redaction.sentence(step.action)
        argument = step.argument.map(redaction.sentence)
        outcome =
            switch step.outcome {
            case .accepted: "accepted"
            case .refused: "refused"
            case .skipped: "skipped"
            case .failed: "failed"
            }
        exchanges = step.exchanges.map { ExchangeDocument($0.redacted(by: redaction)) }
        changes = ChangesDocument.all(of: step.changes, redaction)
        changedRows = changes.rowCounts
        lawTrials = step.trials.isEmpty ? nil : step.trials.map { TrialDocument($0, redaction) }
    }
}

/// Rows changed in a system, by table.
struct ChangesDocument: Codable, Sendable {
    let system: String
    let tables: [String: Int]

    static func all(of changes: [SystemChanges], _ redaction: Redaction) -> [ChangesDocument] {
        changes.filter(\.changes.changesContent).map { system in
            ChangesDocument(
                system: redaction.sentence(system.system),
                tables: Dictionary(system.changes.rows.map { (redaction.sentence($0.table), 1) }, uniquingKeysWith: +))
        }
    }
}

extension [ChangesDocument] {
    /// By `system.table`.
    fileprivate var rowCounts: [String: Int] {
        Dictionary(
            flatMap { system in system.tables.map { ("\(system.system).\($0.key)", $0.value) } }, uniquingKeysWith: +)
    }
}

/// What a law sent of its own.
struct TrialDocument: Codable, Sendable {
    enum Start: String, Codable, Sendable {
        case before, after
    }

    /// From the state before the step, or after it.
    let from: Start
    /// Those of several were sent at the same time.
    let exchanges: [ExchangeDocument]
    let changedRows: [String: Int]
    let changes: [ChangesDocument]

    init(_ trial: LawTrial, _ redaction: Redaction) {
        from = trial.isFromBefore ? .before : .after
        exchanges = trial.exchanges.map { ExchangeDocument($0.redacted(by: redaction)) }
        changes = ChangesDocument.all(of: trial.changes, redaction)
        changedRows = changes.rowCounts
    }
}

struct ExchangeDocument: Codable, Sendable {
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

struct CoverageDocument: Codable, Sendable {
    let state, action, expected: String
    /// Where the diagram has it lead, when it is to be accepted.
    let expectedTargets: [String]?
    let accepted, refused, skipped, failed: Int
    let targets: [String]

    static func all(of coverage: Coverage, _ redaction: Redaction) -> [CoverageDocument] {
        coverage.states.indices.flatMap { state in
            coverage.actions.indices.map { CoverageDocument(coverage, state: state, action: $0, redaction) }
        }
    }

    private init(_ coverage: Coverage, state: Int, action: Int, _ redaction: Redaction) {
        let seen = coverage.observed(state: state, action: action)
        self.state = redaction.sentence(coverage.states[state])
        self.action = redaction.sentence(coverage.actions[action])
        switch coverage.expected(state: state, action: action) {
        case .accepted(let targets):
            expectedTargets = targets.map(redaction.sentence)
            expected = "accepted → \(targets.map(redaction.sentence).joined(separator: ", "))"
        case .refused: (expectedTargets, expected) = (nil, "refused")
        case .open: (expectedTargets, expected) = (nil, "open")
        }
        (accepted, refused, skipped, failed) = (seen.accepted, seen.refused, seen.skipped, seen.failed)
        targets = seen.targets.sorted().map(redaction.sentence)
    }

    /// How often the action was sent.
    var attempts: Int { accepted + refused + failed }

    /// Whether the diagram has it otherwise.
    var isAgainstDiagram: Bool {
        if let expectedTargets { return !Set(targets).isSubset(of: expectedTargets) || accepted == 0 }
        return expected == "refused" && accepted > 0
    }
}

struct CheckDocument: Codable, Sendable {
    let name, severity, description: String
    let timesChecked: Int

    init(_ check: CheckCount, _ redaction: Redaction) {
        name = redaction.sentence(check.name)
        severity = check.severity.rawValue
        description = redaction.sentence(check.description)
        timesChecked = check.timesChecked
    }
}

struct RaceDocument: Codable, Sendable {
    let name: String
    let places, placesLeftOut, rounds, roundsTogether, orders, anomalies: Int

    init(_ count: RaceCount, _ redaction: Redaction) {
        name = redaction.sentence(count.name)
        (places, placesLeftOut) = (count.places, count.placesLeftOut)
        (rounds, roundsTogether, orders) = (count.rounds, count.roundsTogether, count.orders)
        anomalies = count.anomalies
    }
}
