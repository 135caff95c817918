import Foundation
import Rewind

/// The result as JUnit XML: a test case for each thing that was checked, in one suite.
///
/// A violation is a failure; what was seen and not again, and a run that was not decided, are errors; what was switched
/// off or never looked at is skipped. The elements, attributes and their order are those that both the schema of
/// Jenkins' xUnit plugin (`junit-10.xsd`) and that of Maven Surefire allow.
public struct JUnitReport: Sendable {
    private let summary: RunSummary

    public init(_ summary: RunSummary) { self.summary = summary }

    /// The document in UTF-8, with a line break at its end.
    public var data: Data { Data(text.utf8) }

    private var text: String {
        let cases = summary.checks.map(TestCase.init)
        let name = "rewind.\(summary.title)"
        func count(_ element: String) -> String { "\(cases.filter { $0.element == element }.count)" }
        let counts: [XML.Attribute] = [
            ("time", fixed(summary.seconds, digits: 3)), ("tests", "\(cases.count)"), ("failures", count("failure")),
            ("errors", count("error")),
        ]
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        lines.append(XML.start("testsuites", [("name", "rewind")] + counts))
        lines.append("  " + XML.start("testsuite", [("name", name)] + counts + [("skipped", count("skipped"))]))
        lines.append("    <properties>")
        lines += properties.map { "      " + XML.empty("property", [("name", $0.name), ("value", $0.value)]) }
        lines.append("    </properties>")
        for testCase in cases { lines += self.lines(of: testCase, suite: name) }
        lines += ["  </testsuite>", "</testsuites>", ""]
        return lines.joined(separator: "\n")
    }

    private var properties: [XML.Attribute] {
        let warnings: [XML.Attribute] = summary.warnings.map { ("warning", $0) }
        return [
            ("verdict", summary.headline), ("strategy", summary.strategy), ("seed", "\(summary.seed)"),
            ("states", "\(summary.states)"), ("transitions", "\(summary.transitions)"),
            ("ended because", summary.stopReason),
        ] + warnings
    }

    private func lines(of testCase: TestCase, suite: String) -> [String] {
        let check = testCase.check
        let attributes: [XML.Attribute] = [
            ("name", check.name), ("classname", "\(suite).\(check.kind?.rawValue ?? "run")"),
            ("time", check.kind == nil ? fixed(summary.seconds, digits: 3) : "0.000"),
        ]
        guard let element = testCase.element else { return ["    " + XML.empty("testcase", attributes)] }
        var head: [XML.Attribute] = [("message", testCase.message)]
        if element != "skipped" { head.append(("type", testCase.type)) }
        var details = testCase.details
        if summary.isKept { details += testCase.findings.map { "Again: \($0.replay)" } }
        let body = XML.text(details.joined(separator: "\n"))
        let content = details.isEmpty ? XML.empty(element, head) : XML.start(element, head) + body + "</\(element)>"
        return ["    " + XML.start("testcase", attributes), "      " + content, "    </testcase>"]
    }
}

/// What a check is in JUnit's words.
private struct TestCase {
    let check: RunSummary.Check
    /// The element in it, or `nil` when it has passed.
    let element: String?
    let message: String
    var type = ""
    var details: [String] = []
    var findings: [Finding] = []

    init(_ check: RunSummary.Check) {
        self.check = check
        switch check.outcome {
        case .passed: (element, message) = (nil, "")
        case .skipped(let why): (element, message) = ("skipped", why)
        case .violated(let found), .unconfirmed(let found):
            element = found.contains(where: \.isConfirmed) ? "failure" : "error"
            message = found.first?.message ?? check.statement
            type = element == "failure" ? check.severity.rawValue : "not-reproduced"
            details = [check.statement] + found.flatMap { [""] + $0.whole }
            findings = found
        case .undecided(let reasons):
            (element, message, type) = ("error", reasons.first ?? check.statement, "not-decided")
            details = reasons + [check.remark]
        }
    }
}

/// XML 1.0, of which nothing but elements, attributes and text is used.
enum XML {
    typealias Attribute = (name: String, value: String)

    static func start(_ name: String, _ attributes: [Attribute]) -> String { "<\(name)\(list(attributes))>" }
    static func empty(_ name: String, _ attributes: [Attribute]) -> String { "<\(name)\(list(attributes))/>" }

    private static func list(_ attributes: [Attribute]) -> String {
        attributes.map { " \($0.name)=\"\(escaped($0.value, inAttribute: true))\"" }.joined()
    }

    /// Text of an element.
    static func text(_ text: String) -> String { escaped(text, inAttribute: false) }

    /// What XML can't have in any spelling (2.2 of its recommendation: most control characters, U+FFFE, U+FFFF) becomes
    /// U+FFFD. A carriage return, and in attributes any line break and tab, is written as a reference, or parsers would
    /// make something else of it.
    private static func escaped(_ text: String, inAttribute: Bool) -> String {
        text.escaping { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"" where inAttribute: "&quot;"
            case "\r": "&#13;"
            case "\n" where inAttribute: "&#10;"
            case "\t" where inAttribute: "&#9;"
            case "\n", "\t": nil
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": "\u{FFFD}"
            default: nil
            }
        }
    }
}
