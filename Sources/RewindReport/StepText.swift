import Rewind

/// The last exchange of a step and what it changed, as lines for a terminal.
struct StepText: Sendable {
    let redaction: Redaction

    func lines(of step: Counterexample.Step?) -> [String] {
        (step?.exchanges.last.map(lines) ?? []) + changes(in: step?.changes) + (step?.trials.flatMap(lines) ?? [])
    }

    /// What a law sent of its own.
    private func lines(of trial: LawTrial) -> [String] {
        let place = trial.isFromBefore ? "From the state before it" : "From there"
        let manner = trial.exchanges.count > 1 ? ", at the same time" : ""
        return ["    \(place)\(manner):"] + trial.exchanges.flatMap(lines) + changes(in: trial.changes)
    }

    private func lines(of exchange: Exchange) -> [String] {
        let exchange = exchange.redacted(by: redaction)
        var lines = ["    > \(exchange.method) \(exchange.path)\(excerpt(exchange.requestBody))"]
        switch exchange.reply {
        case .response(let status, _, let body): lines.append("    < \(status)\(excerpt(body))")
        case .lost(let reason): lines.append("    < no answer: \(reason)")
        }
        return lines
    }

    private func excerpt(_ body: [UInt8]) -> String {
        if body.isEmpty { return "" }
        let text = String(decoding: body.prefix(400), as: UTF8.self)
        return "  " + printable(text) + (body.count > 400 ? " …" : "")
    }

    private func changes(in systems: [SystemChanges]?) -> [String] {
        let systems = systems?.filter(\.changes.changesContent) ?? []
        return systems.map { system in
            let tables = Dictionary(grouping: system.changes.rows, by: \.table).sorted { $0.key < $1.key }
            let counts = tables.map { "\($0.key) (\(counted($0.value.count, "row")))" }
            return "    Changed in \(system.system): " + counts.joined(separator: ", ")
        }
    }
}
