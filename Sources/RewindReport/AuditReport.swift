import Foundation
import Rewind

/// What an audit found out, as text for a terminal or a CI log, and as JSON.
public struct AuditReport: Sendable {
    /// The version of the JSON that this program writes.
    public static let version = 1

    private let result: AuditResult
    private let style: TextStyle
    private let redaction: Redaction

    public init(_ result: AuditResult, isColored: Bool = false, redaction: Redaction = .standard) {
        self.result = result
        self.redaction = redaction
        style = TextStyle(isColored: isColored)
    }

    /// The whole report, worst first, with a line break at its end. When the exploration itself was violated, it is
    /// that exploration's.
    public var text: String {
        if case .violated = result.conclusion {
            return redaction.sentence("Nothing was audited: the exploration itself finds what must not be.\n\n")
                + ConsoleReport(result.exploration, isColored: style.isColored, redaction: redaction).text
        }
        let sections = [headline, problems, rules, footnotes].filter { !$0.isEmpty }
        return redaction.sentence(sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n")
    }

    /// The same for other programs, with sorted keys and a line break at its end.
    /// - Throws: `EncodingError`, never for what an audit finds.
    public func json() throws -> Data { try sortedJSON(AuditDocument(result, redaction)) }

    // MARK: Text

    private var headline: [String] {
        var lines: [String]
        switch result.conclusion {
        case .everythingCanFire: lines = [style.good("ALIVE") + "  Everything that is checked can fire."]
        case .somethingIsDead: lines = [style.bad("DEAD") + "  " + counted(deadCount, "thing") + " checked nothing."]
        case .violated: lines = [style.bad("VIOLATED")]
        case .notDecided(let reasons): lines = [style.doubtful("NOT DECIDED")] + reasons.map { "  • " + $0 }
        }
        let explored = result.exploration.statistics
        lines.append(
            "  Explored: \(counted(explored.states, "state")), \(counted(explored.transitions, "transition")); "
                + "it ended because \(result.exploration.stopReason.description).")
        let kinds = MutantKind.allCases.compactMap { kind in
            result.mutants[kind].map { "\(grouped($0)) of \(kind.inWords)" }
        }
        let count = result.mutants.values.reduce(0, +)
        let refused =
            result.mutantsRefused > 0 ? "; \(grouped(result.mutantsRefused)) more that no system would hold" : ""
        lines.append(
            "  Judged: \(counted(count, "mutant"))\(kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))")\(refused)"
        )
        lines.append("  seed \(result.seed), \(fixed(result.elapsed.seconds, digits: 2)) s after the exploration")
        return lines
    }

    private var deadCount: Int {
        result.rules.count { $0.isDead } + result.actions.count { $0.problem != nil } + result.arrowsNeverWalked.count
    }

    private var problems: [String] {
        var lines: [String] = []
        for rule in result.rules {
            guard case .dead(let sentence) = rule.standing else { continue }
            lines.append("\(style.bad("✗")) [\(rule.rule.severity.rawValue)] \(style.strong(rule.rule.name)) is dead")
            if !rule.rule.statement.isEmpty { lines.append("    “\(rule.rule.statement)”") }
            lines.append("    \(sentence)")
        }
        for action in result.actions {
            guard let problem = action.problem else { continue }
            lines.append("\(style.bad("✗")) action \(style.strong(action.name))  \(problem)")
        }
        for arrow in result.arrowsNeverWalked {
            lines.append("\(style.bad("✗")) arrow \(style.strong(arrow))  It was never walked.")
        }
        return lines
    }

    private var rules: [String] {
        let alive = result.rules.filter { !$0.isDead }
        if alive.isEmpty { return [] }
        let width = alive.map(\.rule.name.count).max() ?? 0
        var lines = [style.strong("Can fire") + "  how many of the mutants judged it noticed, such as"]
        for rule in alive {
            let name = pad(rule.rule.name, to: width)
            switch rule.standing {
            case .canFire(let example):
                lines.append("  \(name)  \(grouped(rule.mutantsNoticed)) of \(grouped(rule.mutantsJudged))")
                lines.append("    \(example)")
            case .notApplicable(let reason): lines.append("  \(name)  \(style.doubtful("not applicable:")) \(reason)")
            case .dead: continue
            }
            if rule.rule.name == Law.rewindingIsFaithful.name {
                lines.append("    The explorer itself checked it at \(counted(rule.timesChecked, "moment")).")
            }
        }
        return lines
    }

    private var footnotes: [String] {
        var lines: [String] = []
        let neverRefused = result.actions.filter { $0.accepted > 0 && $0.refused == 0 }.map(\.name)
        if !neverRefused.isEmpty { lines.append("Never refused: \(neverRefused.joined(separator: ", "))") }
        if !result.tablesLeftAlone.isEmpty {
            lines.append(
                "Not altered, for a row can't be told there by a key of its own: "
                    + result.tablesLeftAlone.joined(separator: ", "))
        }
        return lines
    }
}

extension MutantKind {
    fileprivate var inWords: String {
        switch self {
        case .content: "rows"
        case .context: "what the tester knows"
        case .answer: "answers"
        case .record: "what was recorded"
        }
    }
}

private struct AuditDocument: Encodable {
    let format = "rewind-audit"
    let version = AuditReport.version
    let conclusion: String
    let reasons: [String]
    let seed: UInt64
    let states, transitions, mutantsRefused: Int
    let elapsedMilliseconds: Double
    let mutants: [String: Int]
    let rules: [RuleDocument]
    let actions: [ActionDocument]
    let arrowsNeverWalked, tablesLeftAlone: [String]

    struct RuleDocument: Encodable {
        let kind, name, severity, statement, standing, sentence: String
        let timesChecked, mutantsJudged: Int
        let noticed: [String: Int]
    }

    struct ActionDocument: Encodable {
        let name: String
        let accepted, refused: Int
        let problem: String?
    }

    init(_ result: AuditResult, _ redaction: Redaction) {
        switch result.conclusion {
        case .everythingCanFire: (conclusion, reasons) = ("alive", [])
        case .somethingIsDead: (conclusion, reasons) = ("dead", [])
        case .violated: (conclusion, reasons) = ("violated", [])
        case .notDecided(let why): (conclusion, reasons) = ("not-decided", why.map(redaction.sentence))
        }
        seed = result.seed
        (states, transitions) = (result.exploration.statesVisited, result.exploration.transitions)
        mutantsRefused = result.mutantsRefused
        elapsedMilliseconds = result.elapsed.seconds * 1000
        mutants = Self.byName(result.mutants)
        rules = result.rules.map { RuleDocument($0, redaction) }
        actions = result.actions.map {
            ActionDocument(name: $0.name, accepted: $0.accepted, refused: $0.refused, problem: $0.problem)
        }
        (arrowsNeverWalked, tablesLeftAlone) = (result.arrowsNeverWalked, result.tablesLeftAlone)
    }

    static func byName(_ counts: [MutantKind: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
    }
}

extension AuditDocument.RuleDocument {
    fileprivate init(_ rule: AuditedRule, _ redaction: Redaction) {
        switch rule.standing {
        case .canFire(let example): (standing, sentence) = ("can-fire", redaction.sentence(example))
        case .dead(let why): (standing, sentence) = ("dead", redaction.sentence(why))
        case .notApplicable(let why): (standing, sentence) = ("not-applicable", redaction.sentence(why))
        }
        (kind, name, severity) = (rule.rule.kind.rawValue, rule.rule.name, rule.rule.severity.rawValue)
        statement = redaction.sentence(rule.rule.statement)
        (timesChecked, mutantsJudged) = (rule.timesChecked, rule.mutantsJudged)
        noticed = AuditDocument.byName(rule.noticed)
    }
}
