import Foundation
import Rewind

/// A counterexample as it is kept: what leads to something wrong, so that it can be replayed, and written in other forms.
///
/// Secrets are left out when it is made. What a request took from an earlier answer is kept as the place it was taken from.
public struct RecordedCounterexample: Codable, Sendable {
    /// The version of the format, which grows when a field changes its meaning or goes.
    public static let version = 1

    public let format: String
    public let version: Int
    /// The same in every run: a hash of the exploration's name, the rule and the path.
    public let id: String
    public let exploration: String
    public let kind: Violation.Rule.Kind
    public let rule: String
    public let severity: Severity
    public let statement: String
    public let message: String
    public let confirmed: Bool
    public let steps: [RecordedStep]

    public init(_ violation: Violation, exploration: String, redaction: Redaction = .standard) {
        format = "rewind-counterexample"
        version = Self.version
        id = violation.id(in: exploration)
        self.exploration = exploration
        (kind, rule, severity) = (violation.rule.kind, violation.rule.name, violation.rule.severity)
        statement = redaction.prose(violation.rule.statement)
        message = redaction.prose(violation.message)
        confirmed = violation.isConfirmed
        var recorder = Recorder(redaction: redaction)
        steps = violation.counterexample.steps.map { RecordedStep($0, by: &recorder, redaction) }
    }

    /// The path, to replay it by.
    public var path: [PathStep] {
        steps.map { PathStep($0.action, argument: $0.argument, wasAccepted: $0.outcome == .accepted) }
    }

    /// What the last step changed, for someone to look at in the database.
    var changeToLookFor: String {
        let trial = steps.last?.trials?.last
        let changes = trial?.changes ?? steps.last?.changes ?? []
        if changes.isEmpty { return "\(trial == nil ? "the last step" : "what the law sent") changed nothing." }
        return changes.map(\.description).joined(separator: "; ") + "."
    }

    /// The document, with sorted keys and a line break at its end.
    public func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}

/// A step of a path as it is kept.
public struct RecordedStep: Codable, Sendable {
    enum Outcome: String, Codable {
        case accepted, refused, skipped, failed
    }

    let action: String
    let argument: String?
    let outcome: Outcome
    let exchanges: [RecordedExchange]
    let changes: [RecordedChange]
    /// What a law sent of its own after it.
    let trials: [RecordedTrial]?

    fileprivate init(_ step: Counterexample.Step, by recorder: inout Recorder, _ redaction: Redaction) {
        (action, argument) = (step.action, step.argument.map(redaction.sentence))
        outcome =
            switch step.outcome {
            case .accepted: .accepted
            case .refused: .refused
            case .skipped: .skipped
            case .failed: .failed
            }
        exchanges = step.exchanges.map { recorder.record($0) }
        changes = RecordedChange.all(in: step.changes, redaction)
        trials =
            step.trials.isEmpty
            ? nil
            : step.trials.map { trial in
                RecordedTrial(
                    isFromBefore: trial.isFromBefore, exchanges: trial.exchanges.map { recorder.record($0) },
                    changes: RecordedChange.all(in: trial.changes, redaction))
            }
    }

    /// Those of its trials that a script can make: one request after another, from where the step led.
    var repeatableTrials: [RecordedExchange] {
        (trials ?? []).filter { !$0.isFromBefore && $0.exchanges.count == 1 }.flatMap(\.exchanges)
    }

    /// Whether its requests were sent at the same time.
    var isConcurrent: Bool { action == "concurrently" && argument != nil }

    var label: String { PathStep(action, argument: argument).description }
}

/// Requests that a law sent of its own, as they are kept.
struct RecordedTrial: Codable, Sendable {
    let isFromBefore: Bool
    /// Those of several were sent at the same time.
    let exchanges: [RecordedExchange]
    let changes: [RecordedChange]
}

/// A request and its answer as they are kept.
struct RecordedExchange: Codable, Sendable {
    let method: String
    let path: RecordedText
    let headers: [RecordedHeader]
    /// `nil` when it is no text.
    let body: RecordedText?
    let reply: Reply

    struct Reply: Codable, Sendable {
        /// `nil` when no answer came.
        let status: Int?
        let lost: String?
        let body: String

        init(_ reply: Exchange.Reply) {
            switch reply {
            case .response(let status, _, let body):
                (self.status, lost, self.body) = (status, nil, String(decoding: body, as: UTF8.self))
            case .lost(let reason): (status, lost, body) = (nil, reason, "")
            }
        }
    }
}

struct RecordedHeader: Codable, Sendable {
    let name: String
    let value: RecordedText
}

/// What became of a row, as it is kept: the cells as texts, by the names of their columns.
struct RecordedChange: Codable, Sendable {
    struct Cell: Codable, Sendable {
        let column: String
        /// `nil` when there was no such row.
        let before: String?
        let after: String?
    }

    let system: String
    let table: String
    let cells: [Cell]

    fileprivate static func all(in systems: [SystemChanges], _ redaction: Redaction) -> [RecordedChange] {
        systems.flatMap { system in system.changes.rows.map { RecordedChange($0, in: system, redaction) } }
    }

    fileprivate init(_ change: RowChange, in system: SystemChanges, _ redaction: Redaction) {
        self.system = system.system
        table = change.table
        let (before, after) = (change.before?.cells, change.after?.cells)
        let columns = system.columns[change.table] ?? []
        cells = (0..<max(before?.count ?? 0, after?.count ?? 0)).map { index in
            let column = index < columns.count ? columns[index] : "column \(index + 1)"
            func text(_ cells: [Value]?) -> String? {
                guard let cells, index < cells.count else { return nil }
                return redaction.prose(redaction.value(cells[index].text, named: column))
            }
            return Cell(column: column, before: text(before), after: text(after))
        }
    }

    var isInsert: Bool { cells.allSatisfy { $0.before == nil } }
    var isDelete: Bool { cells.allSatisfy { $0.after == nil } }

    /// `orders: status paid → refunded`
    var description: String {
        if isInsert { return "\(table): a new row (\(list { $0.after }))" }
        if isDelete { return "\(table): a row is gone (\(list { $0.before }))" }
        let changed = cells.filter { $0.before != $0.after }.map { cell in
            "\(cell.column) \(printable(cell.before ?? "")) → \(printable(cell.after ?? ""))"
        }
        return "\(table): " + changed.joined(separator: ", ")
    }

    private func list(_ value: (Cell) -> String?) -> String {
        cells.map { "\($0.column) \(printable(value($0) ?? ""))" }.joined(separator: ", ")
    }
}

extension Value {
    /// As a person reads it.
    fileprivate var text: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): "\(bytes.count) bytes"
        }
    }
}
