import Rewind

/// The last exchange of a step and what it changed, as lines for a terminal.
struct StepText: Sendable {
    private let step: StepDocument?

    init(_ step: StepDocument?) { self.step = step }

    init(_ step: Counterexample.Step?, redaction: Redaction) {
        self.init(step.map { StepDocument($0, redaction) })
    }

    var lines: [String] { (step?.exchanges.last.map(lines) ?? []) + changes }

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

    private var changes: [String] {
        (step?.changes ?? []).map { system in
            let counts = system.tables.sorted { $0.key < $1.key }.map { "\($0.key) (\(counted($0.value, "row")))" }
            return "    Changed in \(system.system): " + counts.joined(separator: ", ")
        }
    }
}
