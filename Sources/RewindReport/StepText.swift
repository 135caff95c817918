import Rewind

/// The last exchange of a step and what it changed, as lines for a terminal.
struct StepText: Sendable {
    private let step: StepDocument?

    init(_ step: StepDocument?) { self.step = step }

    init(_ step: Counterexample.Step?, redaction: Redaction) {
        self.init(step.map { StepDocument($0, redaction) })
    }

    var lines: [String] {
        exchanges.flatMap(lines) + lines(of: step?.changes ?? []) + (step?.lawTrials ?? []).flatMap(lines)
    }

    /// The last, or all that were sent at the same time.
    private var exchanges: [ExchangeDocument] {
        guard let step else { return [] }
        return step.isConcurrent ? step.exchanges : Array(step.exchanges.suffix(1))
    }

    /// What a law sent of its own.
    private func lines(of trial: TrialDocument) -> [String] {
        let place = trial.from == .before ? "From the state before it" : "From there"
        let manner = trial.exchanges.count > 1 ? ", at the same time" : ""
        return ["    \(place)\(manner):"] + trial.exchanges.flatMap(lines) + lines(of: trial.changes)
    }

    private func lines(of exchange: ExchangeDocument) -> [String] {
        var lines = ["    > \(exchange.method) \(exchange.path)\(excerpt(exchange.requestBody))"]
        if let status = exchange.status {
            lines.append("    < \(status)\(excerpt(exchange.responseBody))")
        } else {
            lines.append("    < no answer: \(exchange.lost ?? "")")
        }
        return lines
    }

    private func excerpt(_ body: String) -> String {
        if body.isEmpty { return "" }
        let text = String(decoding: body.utf8.prefix(400), as: UTF8.self)
        return "  " + printable(text) + (body.utf8.count > 400 ? " …" : "")
    }

    private func lines(of changes: [ChangesDocument]) -> [String] {
        changes.map { system in
            let counts = system.tables.sorted { $0.key < $1.key }.map { "\($0.key) (\(counted($0.value, "row")))" }
            return "    Changed in \(system.system): " + counts.joined(separator: ", ")
        }
    }
}
