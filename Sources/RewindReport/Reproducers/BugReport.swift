import Rewind

/// A counterexample as Markdown for a bug report.
public struct BugReport: Sendable {
    private let counterexample: RecordedCounterexample
    private let remarks: [String]

    /// - Parameter remarks: what else is to be said of how it was found, such as versions; a line each.
    public init(_ counterexample: RecordedCounterexample, remarks: [String] = []) {
        self.counterexample = counterexample
        self.remarks = remarks
    }

    public var text: String {
        let head = [
            "# \(plain(counterexample.message))", "",
            "**\(plain(counterexample.rule))** (\(counterexample.severity.rawValue)): \(plain(counterexample.statement))",
            "",
            counterexample.confirmed
                ? "Replayed from the start, it occurred again." : "It was seen once, and not again.",
            "", "## Path", "",
        ]
        let path = counterexample.steps.enumerated().map {
            "\($0.offset + 1). `\(code($0.element.label))` – \($0.element.outcome.rawValue)"
        }
        let steps = counterexample.steps.enumerated().flatMap { section($0.element, number: $0.offset + 1) }
        let end = [
            "", "## Again", "", "```sh", "rewind replay \(counterexample.id)",
            "rewind reproduce \(counterexample.id) --as curl", "```", "",
        ]
        return (head + path + steps + end + remarks.map { "- \(plain($0))" }).joined(separator: "\n") + "\n"
    }

    private func section(_ step: RecordedStep, number: Int) -> [String] {
        var lines = ["", "## \(number). `\(code(step.label))`"]
        for exchange in step.exchanges { lines += block(exchange) }
        if !step.changes.isEmpty { lines += table(of: step.changes) }
        for trial in step.trials ?? [] {
            let place = trial.isFromBefore ? "from the state before this step" : "from there"
            lines += ["", "Sent by the law, \(place)\(trial.exchanges.count > 1 ? ", at the same time" : ""):"]
            lines += trial.exchanges.flatMap(block)
            if !trial.changes.isEmpty { lines += table(of: trial.changes) }
        }
        return lines
    }

    private func block(_ exchange: RecordedExchange) -> [String] {
        var lines = ["", "```http", "\(exchange.method) \(shown(exchange.path))"]
        lines += exchange.headers.map { "\($0.name): \(shown($0.value))" }
        if let body = exchange.body, !body.isEmpty { lines += ["", shown(body)] }
        lines += [
            "", exchange.reply.status.map { "HTTP \($0)" } ?? "no answer: \(printable(exchange.reply.lost ?? ""))",
        ]
        if !exchange.reply.body.isEmpty { lines += ["", excerpt(exchange.reply.body)] }
        return lines + ["```"]
    }

    private func table(of changes: [RecordedChange]) -> [String] {
        var lines = ["", "| table | column | before | after |", "|---|---|---|---|"]
        for change in changes {
            let cells = change.cells.filter { $0.before != $0.after }
            lines += cells.map {
                "| \(cell(change.table)) | \(cell($0.column)) | \(cell($0.before ?? "–")) | \(cell($0.after ?? "–")) |"
            }
        }
        return lines
    }

    /// What comes from earlier answers and what is secret stand in angle brackets.
    private func shown(_ text: RecordedText) -> String {
        let parts = text.parts.map { part in
            switch part {
            case .text(let text): text
            case .answered(let place): "<\(place.keys.joined(separator: ".")) of answer \(place.request)>"
            case .secret(let name): "<secret \(name)>"
            }
        }
        return fenced(printable(parts.joined()))
    }

    private func excerpt(_ body: String) -> String {
        let text = printable(String(body.prefix(2000)))
        return fenced(text) + (body.count > 2000 ? " …" : "")
    }

    /// What could end a block of code is kept from doing so.
    private func fenced(_ text: String) -> String { text.replacing("```", with: "`\u{200B}``") }
    private func code(_ text: String) -> String { printable(text).replacing("`", with: "'") }
    private func cell(_ text: String) -> String { plain(text).replacing("|", with: "\\|") }

    /// Without what Markdown or HTML would take for its own.
    private func plain(_ text: String) -> String {
        printable(text).replacing("<", with: "&lt;").replacing("[", with: "\\[").replacing("`", with: "'")
    }
}
