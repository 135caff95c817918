import Testing

@testable import ExplorationFiles

@Suite struct `The syntax of` {
    private func text(_ string: String) -> SourceText { SourceText(whole: string, file: "t") }

    @Test(
        arguments: [
            ("$", []), ("$.id", [.member("id")]),
            ("$.refunds[0].id", [.member("refunds"), .element(0), .member("id")]),
            ("$['odd name']", [.member("odd name")]), ("$[\"it's\"]", [.member("it's")]),
            ("$['it\\'s']", [.member("it's")]),
            ("$.items[-1]", [.member("items"), .element(-1)]),
            ("$['a']['b'][2][3]", [.member("a"), .member("b"), .element(2), .element(3)]),
            ("$.größe", [.member("größe")]), ("$['']", [.member("")]),
        ] as [(String, [JSONPath.Step])])
    func `JSON paths is understood`(path: String, steps: [JSONPath.Step]) throws {
        #expect(try JSONPath(parsing: text(path)).steps == steps)
        #expect(try JSONPath(parsing: text(path)).description == path)
    }

    @Test(arguments: [
        "", "id", "$id", "$.", "$..a", "$.a.", "$.1", "$[", "$[]", "$[1", "$[01]", "$[-0]", "$['a", "$['a'", "$[*]",
        "$.*",
        "$['\\n']", "$.a-b", "$[99999999999]", "$ .a", "$.a b",
    ])
    func `JSON paths is checked`(path: String) {
        #expect(throws: FileError.self) { try JSONPath(parsing: text(path)) }
    }

    @Test(
        arguments: [
            ("500ms", 500), ("10s", 10_000), ("2m", 120_000), ("0s", nil), ("1", nil), ("1.5s", nil), ("-1s", nil),
            ("1h", nil),
            ("9999999999s", nil), ("", nil), (" 1s", nil), ("٣s", nil),
        ] as [(String, Int?)])
    func `times is known`(text: String, milliseconds: Int?) {
        #expect(TimeSyntax.milliseconds(text) == milliseconds)
    }

    @Test(
        arguments: [
            ("201", .exactly(201)), ("4xx", .class(4)), ("2XX", .class(2)), ("099", nil), ("600", nil), ("6xx", nil),
            ("20", nil),
            ("2x", nil), ("", nil), ("٢٠١", nil),
        ] as [(String, StatusPattern?)])
    func `statuses is known`(text: String, pattern: StatusPattern?) {
        #expect(StatusPattern(parsing: text) == pattern)
    }

    @Test(
        arguments: [
            ("", []), ("a", [.text("a")]), ("{a}", [.variable("a", at(1))]), ("{{a}}", [.text("{a}")]),
            ("{{{a}}}", [.text("{"), .variable("a", at(3)), .text("}")]),
            ("{a}{b}", [.variable("a", at(1)), .variable("b", at(4))]),
            ("x{_1}y", [.text("x"), .variable("_1", at(2)), .text("y")]),
        ] as [(String, [Template.Segment])])
    func `templates is understood`(template: String, segments: [Template.Segment]) throws {
        #expect(try Template(parsing: text(template)).segments == segments)
    }

    @Test(arguments: ["{", "}", "{a", "a}", "{}", "{a b}", "{1}", "{a}}", "{{a}", "{é}", "{a.b}"])
    func `templates is checked`(template: String) {
        #expect(throws: FileError.self) { try Template(parsing: text(template)) }
    }

    @Test(
        arguments: [
            ("actoins", "actions"), ("context", "context"), ("Get", "GET"), ("x", nil), ("statuses", nil), ("", nil),
            ("methods", nil),
        ] as [(String, String?)])
    func `names leads to a suggestion`(name: String, suggestion: String?) {
        #expect(Suggestion.nearest(to: name, among: ["actions", "context", "GET", "api"]) == suggestion)
    }

    private static func at(_ column: Int) -> SourcePosition { SourcePosition(file: "t", line: 1, column: column) }
}
