import ExactJSON

extension Draft {
    /// The exploration file.
    var text: String {
        var blocks: [[String]] = [introduction.map(comment)]
        blocks.append(["name: \(YAMLText.scalar(name))"])
        blocks.append(api.lines(hasDatabase: database != nil))
        blocks.append(systemLines)
        if !variables.isEmpty { blocks.append(["context:"] + variables.map { "  " + $0.line }) }
        blocks.append(actionLines)
        if !invariants.isEmpty { blocks.append(invariantLines) }
        if actions.contains(where: { $0.idempotencyHeader != nil }) { blocks.append(Self.exemptLines) }
        if let states { blocks.append(states.lines) }
        blocks.append(["limits:", "  steps: 10000                 # an end, should there be more states than thought"])
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private var systemLines: [String] {
        guard let database else {
            return [
                "# What is rewound between branches: the API's test database. Without one nothing is, and the laws about",
                "# changes can't be checked.", "# systems:", "#   - sqlite: orders-test.sqlite",
                "#   - postgres: postgresql://127.0.0.1/orders_test",
            ]
        }
        let isPostgres = database.hasPrefix("postgres://") || database.hasPrefix("postgresql://")
        return [
            "systems:", "  - \(isPostgres ? "postgres" : "sqlite"): \(YAMLText.scalar(Templates.literal(database)))",
        ]
    }

    private var actionLines: [String] {
        var lines = ["actions:"]
        for (index, action) in actions.enumerated() {
            if index > 0 { lines.append("") }
            lines += action.lines.map { $0.isEmpty ? "" : "  " + $0 }
        }
        return lines
    }

    private static let exemptLines = [
        "# Where the API remembers the idempotency keys of refused requests too, their table has to be named:",
        "# exempt: [idempotency_keys]",
    ]

    private var invariantLines: [String] {
        var lines = ["# Suggestions. Take away the marks of those that your API promises.", "# invariants:"]
        for suggestion in invariants {
            lines.append("#   \(suggestion.name):")
            lines += suggestion.lines.map { "#     " + $0 }
        }
        return lines
    }
}

/// A line of a comment. What comes from the source must not end it.
private func comment(_ text: String) -> String {
    let line = String(text.map { $0.isNewline ? " " : $0 }.filter { $0 == "\u{9}" || !$0.isControl })
    return line.isEmpty ? "#" : "# " + line
}

extension Character {
    /// Not for a comment.
    fileprivate var isControl: Bool {
        unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0xFEFF }
    }
}

extension DraftAPI {
    fileprivate func lines(hasDatabase: Bool) -> [String] {
        var lines = ["api:"]
        lines += urlComment.map { "  " + comment($0) }
        if let url { lines.append("  url: \(YAMLText.scalar(url))") }
        if !headers.isEmpty { lines += indented(YAMLText.entry("headers", .texts(headers))) }
        switch authentication {
        case .bearer(let token): lines.append("  auth: { bearer: \(YAMLText.scalar(token, inFlow: true)) }")
        case .basic(let user, let password):
            lines += indented(
                YAMLText.entry("auth", ["basic": ["user": .string(user), "password": .string(password)]]))
        case .header(let name, let value):
            lines += indented(YAMLText.entry("auth", ["header": .texts([(name, value)])]))
        case nil: break
        }
        if start.isEmpty {
            lines += [
                "  # start:                      # without it, the API must be running",
                "  #   command: [python3, server.py, --port, \"{port}\"\(hasDatabase ? ", --database, \"{database}\"" : "")]",
            ]
            if let health { lines.append("  #   health: \(YAMLText.scalar(health))") }
        } else {
            lines.append("  start:")
            lines += indented(YAMLText.entry("command", .array(start.map { .string($0) }), widest: 100), by: 4)
            if let health { lines.append("    health: \(YAMLText.scalar(health))") }
        }
        return lines
    }

    private func indented(_ lines: [String], by count: Int = 2) -> [String] {
        lines.map { String(repeating: " ", count: count) + $0 }
    }
}

extension DraftVariable {
    fileprivate var line: String {
        let entry = "\(name): \(YAMLText.flow(initial))"
        guard let text = self.comment else { return entry }
        return entry + String(repeating: " ", count: max(1, 29 - entry.count)) + ExplorationDrafts.comment(text)
    }
}

extension DraftAction {
    /// Below `actions`, not indented.
    fileprivate var lines: [String] {
        var lines = comments.map(comment)
        let body = ["\(name):"] + entries.map { "  " + $0 }
        guard let missing else { return lines + body }
        lines.append(comment("Left out: \(missing)"))
        return lines + body.map { "# " + $0 }
    }

    private var entries: [String] {
        var lines: [String] = []
        if !conditions.isEmpty { lines.append("when: \(YAMLText.scalar(conditions.joined(separator: " AND ")))") }
        if arguments.count == 1 {
            lines += YAMLText.entry("values", .array(arguments[0].values))
        } else if arguments.count > 1 {
            lines += YAMLText.entry("values", .object(arguments.map { JSON.Member($0.name, .array($0.values)) }))
        }
        lines.append("\(method): \(YAMLText.scalar(path))")
        if !query.isEmpty { lines += YAMLText.entry("query", .texts(query)) }
        if !headers.isEmpty { lines += YAMLText.entry("headers", .texts(headers)) }
        lines += body?.lines ?? []
        if let idempotencyHeader {
            let isUsual = idempotencyHeader.lowercased() == "idempotency-key"
            let entry = YAMLText.entry("idempotency_key", isUsual ? true : ["header": .string(idempotencyHeader)])
            lines += isKeyOptional ? entry.map(comment) : entry
        }
        if !accepted.isEmpty { lines.append("accepted: \(Self.statuses(accepted))") }
        if !refused.isEmpty { lines.append("refused: \(Self.statuses(refused))") }
        if !saved.isEmpty { lines += YAMLText.entry("save", .object(saved.map(\.member))) }
        if !assignments.isEmpty { lines += YAMLText.entry("set", .texts(assignments.map { ($0.name, $0.expression) })) }
        if isAlwaysRefused { lines.append("always_refused: true") }
        return lines
    }

    private static func statuses(_ statuses: [String]) -> String {
        statuses.count == 1 ? statuses[0] : "[" + statuses.joined(separator: ", ") + "]"
    }
}

extension DraftSave {
    fileprivate var member: JSON.Member {
        JSON.Member(variable, isOptional ? ["json": .string(path), "optional": true] : .string(path))
    }
}

extension DraftBody {
    fileprivate var lines: [String] {
        switch self {
        case .json(let value): return YAMLText.entry("json", value)
        case .form(let fields): return YAMLText.entry("form", .texts(fields))
        case .multipart(let fields):
            let members = fields.map { field in
                let file: JSON = [
                    "file": .string(Templates.literal("\(field.name).txt")), "content": .string(field.value),
                    "type": "text/plain",
                ]
                return JSON.Member(field.name, field.isFile ? file : .string(field.value))
            }
            return YAMLText.entry("multipart", .object(members))
        case .text(let text, let contentType):
            return YAMLText.entry("body", .string(text)) + YAMLText.entry("content_type", .string(contentType))
        }
    }
}

extension StatesSuggestion {
    fileprivate var lines: [String] {
        [
            comment("The states of \(variable) are \(states.joined(separator: ", "))."),
            comment("Could not tell which action leads from which to which: replace each ? and take away the marks."),
            comment("Then every arrow is walked, and every other step must be refused."),
            "# states:", "#   of: \(variable)", "#   arrows:",
        ] + arrows.map { comment("    " + $0) }
    }
}

extension JSON {
    fileprivate static func texts(_ pairs: [(name: String, value: String)]) -> JSON {
        .object(pairs.map { JSON.Member($0.name, .string($0.value)) })
    }
}
