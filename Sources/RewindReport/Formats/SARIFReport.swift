import ExactJSON
import Foundation
import Rewind

/// The result as SARIF 2.1.0 (OASIS, with Errata 01): a rule for each thing that was checked, a result for each
/// violation.
///
/// The path is a code flow, and part of the message for viewers that show none. A result's fingerprint is the id of its
/// counterexample, so that a service that keeps results tells new ones from known ones.
public struct SARIFReport: Sendable {
    private let summary: RunSummary
    private let version: String?

    /// - Parameter version: of the program, such as `0.1.0`.
    public init(_ summary: RunSummary, version: String? = nil) {
        self.summary = summary
        self.version = version
    }

    /// The document, with sorted keys and a line break at its end.
    /// - Throws: `EncodingError`, never for what this makes.
    public func data() throws -> Data {
        try sortedJSON(
            JSON.object([
                .init("$schema", "https://json.schemastore.org/sarif-2.1.0.json"), .init("version", "2.1.0"),
                .init("runs", .array([run])),
            ]))
    }

    private var rules: [RunSummary.Check] { summary.checks.filter { $0.kind != nil } }

    private var run: JSON {
        let indices = Dictionary(rules.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { a, _ in a })
        var driver: [JSON.Member] = [
            .init("name", "Rewind"), .init("rules", .array(rules.map(rule))),
        ]
        if let version { driver.append(.init("semanticVersion", .string(version))) }
        return [
            "tool": ["driver": .object(driver)],
            "automationDetails": ["id": .string("rewind/\(summary.title)/")],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": ["%SRCROOT%": ["description": text("The checkout, or the working directory.")]],
            "invocations": [invocation],
            "results": .array(summary.findings.map { result($0, indices) }),
            "properties": [
                "verdict": .string(summary.headline), "strategy": .string(summary.strategy),
                "seed": .number("\(summary.seed)"), "states": number(summary.states),
                "transitions": number(summary.transitions),
            ],
        ]
    }

    private func rule(_ check: RunSummary.Check) -> JSON {
        var members: [JSON.Member] = [
            .init("id", .string(check.id)), .init("name", .string(check.name)),
            .init("shortDescription", text(check.statement.isEmpty ? check.name : check.statement)),
            .init("defaultConfiguration", ["level": .string(check.severity.level)]),
            .init(
                "properties",
                [
                    "severity": .string(check.severity.rawValue), "outcome": .string(check.outcome.word),
                    "tags": .array([.string(check.kind?.rawValue ?? "run"), .string(check.severity.rawValue)]),
                ]),
        ]
        if !check.remark.isEmpty {
            members.append(.init("fullDescription", text("\(check.statement) \(check.remark)")))
        }
        return .object(members)
    }

    // MARK: Results

    private func result(_ finding: Finding, _ indices: [String: Int]) -> JSON {
        let rule = "\(finding.kind.rawValue)/\(finding.name)"
        let sentences =
            [finding.message, "Path: \(finding.path)", finding.confirmation]
            + (summary.isKept ? ["Again: \(finding.replay)"] : [])
        var members: [JSON.Member] = [
            .init("ruleId", .string(rule)),
            // A result that is no failure has no level (3.27.10).
            .init("kind", .string(finding.isConfirmed ? "fail" : "open")),
            .init("level", .string(finding.isConfirmed ? finding.severity.level : "none")),
            .init("message", text(sentences.joined(separator: "\n"))),
            .init("fingerprints", ["counterexample/v1": .string(finding.id)]),
            // The one that GitHub's code scanning compares; without it, it takes a hash of the line.
            .init("partialFingerprints", ["primaryLocationLineHash": .string(finding.id)]),
            .init(
                "properties",
                ["path": .array(finding.steps.map { .string($0.label) }), "confirmed": .bool(finding.isConfirmed)]),
        ]
        if let index = indices[rule] { members.append(.init("ruleIndex", number(index))) }
        if let place = finding.place { members.append(.init("locations", .array([location(place)]))) }
        if !finding.steps.isEmpty { members.append(.init("codeFlows", .array([flow(finding)]))) }
        return .object(members)
    }

    private func flow(_ finding: Finding) -> JSON {
        let places: [JSON] = finding.steps.enumerated().map { number, step in
            let message = (["\(step.label): \(step.outcome)"] + step.lines).joined(separator: "\n")
            return [
                "location": location(step.place, message: message), "executionOrder": self.number(number + 1),
            ]
        }
        return ["threadFlows": .array([["locations": .array(places)]])]
    }

    // MARK: How it went

    private var invocation: JSON {
        var isDecided = true
        if case .notDecided = summary.verdict { isDecided = false }
        let notes =
            summary.reasons.map { notification($0, "error") } + summary.warnings.map { notification($0, "warning") }
        return [
            "executionSuccessful": .bool(isDecided),
            "exitCode": number(summary.exitCode),
            "exitCodeDescription": .string(summary.headline),
            "toolExecutionNotifications": .array(notes),
        ]
    }

    private func notification(_ sentence: String, _ level: String) -> JSON {
        ["level": .string(level), "message": text(sentence)]
    }

    // MARK: Parts

    private func location(_ place: Declarations.Place?, message: String? = nil) -> JSON {
        var members: [JSON.Member] = []
        if let message { members.append(.init("message", text(message))) }
        if let place {
            var parts: [JSON.Member] = [.init("artifactLocation", artifact(place.file))]
            if let line = place.line {
                var region: [JSON.Member] = [.init("startLine", number(line))]
                if let column = place.column { region.append(.init("startColumn", number(column))) }
                parts.append(.init("region", .object(region)))
            }
            members.append(.init("physicalLocation", .object(parts)))
        }
        return .object(members)
    }

    private func artifact(_ file: String) -> JSON {
        let path = file.addingPercentEncoding(withAllowedCharacters: Self.pathCharacters) ?? file
        if file.hasPrefix("/") { return ["uri": .string("file://\(path)")] }
        return ["uri": .string(path), "uriBaseId": "%SRCROOT%"]
    }

    /// What stands for itself in the path of a URI (RFC 3986, 3.3), but for the colon, which would make a scheme of
    /// what is before it.
    private static let pathCharacters = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=@/")

    /// Without what could steer a terminal. Braces are doubled, as they stand for arguments otherwise (3.11.5), and no
    /// link comes about from what an API said (3.11.6).
    private func text(_ text: String) -> JSON {
        let escaped = text.printableLines.joined(separator: "\n").replacing("](", with: "] (")
            .escaping { $0 == "{" ? "{{" : $0 == "}" ? "}}" : nil }
        return ["text": .string(escaped)]
    }

    private func number(_ number: Int) -> JSON { .number("\(number)") }
}

extension Severity {
    /// SARIF's and GitHub's levels are three.
    var level: String {
        switch self {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low: "note"
        }
    }
}

extension RunSummary {
    /// As the program ends.
    var exitCode: Int {
        switch verdict {
        case .held: 0
        case .violated: 1
        case .notDecided: 2
        }
    }
}

extension RunSummary.Outcome {
    /// One word for it.
    var word: String {
        switch self {
        case .passed: "passed"
        case .violated: "violated"
        case .unconfirmed: "not reproduced"
        case .undecided: "not decided"
        case .skipped: "skipped"
        }
    }
}
