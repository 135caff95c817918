import Rewind

/// A violation as reports for CI tell it: without secrets, and with the place to look at.
struct Finding: Sendable {
    /// Of its counterexample: the same in every run.
    let id: String
    let kind: Violation.Rule.Kind
    let name: String
    let severity: Severity
    let statement: String
    let message: String
    /// Why it counts as undecided; `nil` when a replay confirmed it.
    let notReproduced: String?
    let steps: [Step]
    let place: Declarations.Place?

    struct Step: Sendable {
        let label: String
        let outcome: String
        let requests: [Request]
        /// “orders (1 row), refunds (2 rows)” by system.
        let changes: [String]
        /// What a law sent of its own afterwards, with the answers, and what that changed.
        let trials: [String]
        let place: Declarations.Place?
    }

    struct Request: Sendable {
        let method, path, body: String
        /// The status and the beginning of the body, or that there was none.
        let answer: String

        /// Of a body; more of it helps nobody to understand, and reports have limits.
        static let longestExcerpt = 400

        init(_ exchange: Exchange) {
            (method, path) = (exchange.method, exchange.path)
            body = Self.excerpt(exchange.requestBody)
            switch exchange.reply {
            case .response(let status, _, let body): answer = "\(status)\(Self.excerpt(body))"
            case .lost(let reason): answer = "no answer: \(reason)"
            }
        }

        var lines: [String] { ["> \(method) \(path)\(body)", "< \(answer)"] }

        private static func excerpt(_ body: [UInt8]) -> String {
            if body.isEmpty { return "" }
            let text = String(decoding: body.prefix(longestExcerpt), as: UTF8.self)
            return "  " + printable(text) + (body.count > longestExcerpt ? " …" : "")
        }
    }

    init(_ violation: Violation, in exploration: String, _ declarations: Declarations, _ redaction: Redaction) {
        id = violation.id(in: exploration)
        (kind, severity) = (violation.rule.kind, violation.rule.severity)
        name = redaction.sentence(violation.rule.name)
        statement = redaction.sentence(violation.rule.statement)
        message = redaction.sentence(violation.message)
        if case .notReproduced(let why) = violation.confirmation {
            notReproduced = redaction.sentence(why)
        } else {
            notReproduced = nil
        }
        let steps = violation.counterexample.steps
        self.steps = steps.map { Step($0, declarations, redaction) }
        place = declarations.place(of: violation.rule, after: steps.last?.action)
    }

    var isConfirmed: Bool { notReproduced == nil }

    /// The labels of the steps; empty when the root itself is wrong.
    var path: String { steps.isEmpty ? "the beginning" : steps.map(\.label).joined(separator: " → ") }

    /// That it was replayed, and how that went.
    var confirmation: String {
        notReproduced.map { "Not reproduced. \($0)" } ?? "Confirmed: replayed from the root, it occurred again."
    }

    /// The message, the path, and the last request: what a list has room for.
    var summary: [String] { [message, "Path: \(path)"] + (steps.last?.lines ?? []) + [confirmation] }

    /// All of it, step by step.
    var whole: [String] {
        let numbered = steps.enumerated().flatMap { number, step in
            ["\(number + 1). \(step.label): \(step.outcome)"] + step.lines.map { "   " + $0 }
        }
        return [message, "Path: \(path)"] + numbered + [confirmation]
    }

    /// The command that takes the path again.
    var replay: String { "rewind replay \(id)" }
}

extension Finding.Step {
    fileprivate init(_ step: Counterexample.Step, _ declarations: Declarations, _ redaction: Redaction) {
        label = redaction.sentence(step.label)
        outcome =
            switch step.outcome {
            case .accepted: "accepted"
            case .refused: "refused"
            case .skipped(let why): redaction.sentence("skipped: \(why)")
            case .failed(let why): redaction.sentence("failed: \(why)")
            }
        requests = step.exchanges.map { Finding.Request($0.redacted(by: redaction)) }
        changes = Self.texts(of: step.changes, redaction)
        trials = step.trials.flatMap { trial in
            let requests = trial.exchanges.map { Finding.Request($0.redacted(by: redaction)) }
            return ["Then, sent by the law from the state \(trial.isFromBefore ? "before" : "after") the step:"]
                + requests.flatMap(\.lines) + Self.texts(of: trial.changes, redaction).map { "Changed in \($0)" }
        }
        place = declarations.actions[step.action] ?? declarations.whole
    }

    /// Its requests with their answers, what it changed, and what a law sent.
    var lines: [String] {
        requests.flatMap(\.lines) + changes.map { "Changed in \($0)" } + trials
    }

    /// Rows changed, a text for each system.
    private static func texts(of changes: [SystemChanges], _ redaction: Redaction) -> [String] {
        changes.filter(\.changes.changesContent).map { system in
            let tables = Dictionary(grouping: system.changes.rows, by: \.table).sorted { $0.key < $1.key }
            let counts = tables.map { "\($0.key) (\(counted($0.value.count, "row")))" }
            return redaction.sentence("\(system.system): " + counts.joined(separator: ", "))
        }
    }
}
