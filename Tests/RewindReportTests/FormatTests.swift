import CommandSupport
import Foundation
import Rewind
import RewindReport
import Synchronization
import Testing

private struct Counter: ExplorationContext {
    var value = 0
}

/// What would break a format out of its own words.
private let hostile =
    "]]></failure> <b>&\"'\n::error::x\r%0A, a:b \u{1}\u{FFFE} `code` [a](javascript:1) @ann | *b* {0}"

/// A counter that must not pass one; an API that says what it is told to; a rule of each kind, and one that nothing is
/// seen of.
private func result(saying text: String = "It is more.", isOnceOnly: Bool = false, max: Int = 1) async throws
    -> ExplorationResult
{
    let tables = MemoryTables(name: "db")
    let seen = Mutex(false)
    let exploration = Exploration(of: Counter.self) {
        Action("count") { run in
            run.context.value += 1
            tables.set(table: "counter", key: 1, to: [.integer(Int64(run.context.value))])
            run.journal.append(
                Exchange(
                    method: "POST", path: "/count?token=sesame",
                    requestBody: Array(#"{"password":"sesame"}"#.utf8),
                    reply: .response(status: 200, headers: [], body: Array(#"{"said":"open treasure"}"#.utf8))))
            return .accepted
        }
        .atMost(2)
        Action("never") { _ in .refused }.alwaysRefused()
        Invariant("at_most_one", .critical, "It is never more than one") { run in
            if run.context.value <= max { return true }
            return isOnceOnly
                ? seen.withLock { seen in
                    defer { seen = true }; return seen
                } : false
        }
        .explained { _ in text }
        Invariant("unseen", .low, "Nothing is said of ten") { _ in true }.when { $0.value == 10 }
        StateMachine(\.value) { Arrow("count", from: 0, 1, to: 1, 2) }
    }
    return try await Explorer(exploration, in: World(systems: [tables])).explore()
}

private let declarations = {
    var declarations = Declarations(file: "a b/pay.yaml")
    declarations.invariants["at_most_one"] = .init(file: "a b/pay.yaml", line: 7, column: 3)
    declarations.actions["count"] = .init(file: "a b/pay.yaml", line: 2, column: 3)
    declarations.lawsSwitchedOff = [("no_such_law", "It is of another time.")]
    return declarations
}()

private func summary(_ result: ExplorationResult, isKept: Bool = false, _ comparison: RunComparison? = nil)
    -> RunSummary
{
    RunSummary(
        result, exploration: "pay", redaction: .standard.hiding(literals: ["open treasure"]),
        declarations: declarations, isKept: isKept, comparison: comparison)
}

@Suite struct `JUnit XML` {
    private func xml(_ result: ExplorationResult) -> String {
        String(decoding: JUnitReport(summary(result)).data, as: UTF8.self)
    }

    /// The attribute of the suite, and how many such elements there are.
    private func counts(_ xml: String) throws -> [String: [Int]] {
        let elements = ["tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"]
        let suite = try #require(xml.split(separator: "\n").first { $0.contains("<testsuite ") })
        return elements.reduce(into: [:]) { counts, pair in
            let said = suite.components(separatedBy: " \(pair.key)=\"").last?.prefix { $0 != "\"" }
            counts[pair.key] = [said.flatMap { Int($0) } ?? -1, xml.ranges(of: "<\(pair.value) ").count]
        }
    }

    @Test func `has a test case for all that was checked, and its counts add up`() async throws {
        let found = try await result()
        let xml = xml(found)
        let tests = 7 + found.laws.count
        let skipped = 3 + found.laws.filter { $0.timesChecked == 0 }.count
        #expect(
            try counts(xml) == [
                "tests": [tests, tests], "failures": [1, 1], "errors": [0, 0], "skipped": [skipped, skipped],
            ])
        for name in [
            "decided", "at_most_one", "unseen", "no_server_error", "rewinding_is_faithful", "no_such_law",
            "state_machine",
            "arrow_never_walked", "never_is_refused",
        ] {
            #expect(xml.contains("<testcase name=\"\(name)\" classname=\"rewind.pay."), "\(name)")
        }
        #expect(xml.contains(#"<failure message="It is more." type="critical">It is never more than one"#))
        #expect(xml.contains("1. count: accepted\n   &gt; POST /count?token=[redacted]  {\"password\""))
        #expect(xml.contains(#"<skipped message="It was never checked: nothing it is about was seen."/>"#))
        #expect(xml.contains(#"<skipped message="It is of another time."/>"#))
    }

    @Test func `has an error for what was seen and not again, and nothing passed that was not decided`() async throws {
        let xml = xml(try await result(isOnceOnly: true))
        #expect(try counts(xml)["failures"] == [0, 0])
        #expect(try counts(xml)["errors"] == [2, 2])
        #expect(xml.contains(#"type="not-reproduced">"#))
        #expect(xml.contains(#"type="not-decided">"#))
        // A test case with nothing in it has passed.
        #expect(xml.ranges(of: "<testcase ").count == xml.ranges(of: "</testcase>").count)
        #expect(xml.contains("The run was not decided; until it ended nothing was seen against this."))
    }

    @Test func `has no failure when all held`() async throws {
        let xml = xml(try await result(max: 2))
        #expect(try counts(xml)["failures"] == [0, 0])
        #expect(try counts(xml)["errors"] == [0, 0])
        #expect(
            xml.contains(#"<testcase name="arrow_never_walked" classname="rewind.pay.state-machine" time="0.000"/>"#))
    }

    @Test func `is escaped`() async throws {
        let xml = xml(try await result(saying: hostile))
        #expect(
            xml.contains(
                "<failure message=\"]]&gt;&lt;/failure&gt; &lt;b&gt;&amp;&quot;'&#10;::error::x&#13;%0A, a:b "
                    + "\u{FFFD}\u{FFFD} `code` "))
    }

    @Test(.enabled(if: Schemas.canCheckXML, "Install libxml2-utils."), arguments: ["It is more.", hostile])
    func `is what its readers expect`(text: String) async throws {
        let scratch = try Scratch()
        for (isOnceOnly, max) in [(false, 1), (true, 1), (false, 2)] {
            let found = try await result(saying: text, isOnceOnly: isOnceOnly, max: max)
            try JUnitReport(summary(found, isKept: true)).data.write(to: scratch.folder.appendingPathComponent("j.xml"))
            #expect(try Schemas.complaints(aboutJUnit: scratch.path("j.xml")) == "")
        }
    }
}

@Suite struct `SARIF` {
    private struct Log: Decodable {
        struct Run: Decodable {
            let tool: Tool
            let results: [Result]
            let invocations: [Invocation]
        }
        struct Tool: Decodable { let driver: Driver }
        struct Driver: Decodable { let rules: [Rule] }
        struct Rule: Decodable { let id: String }
        struct Invocation: Decodable {
            let executionSuccessful: Bool
            let exitCode: Int
            let toolExecutionNotifications: [Note]
        }
        struct Note: Decodable { let level: String }
        struct Result: Decodable {
            let ruleId, kind, level: String
            let ruleIndex: Int
            let message: Message
            let fingerprints: [String: String]
            let locations: [Location]
            let codeFlows: [Flow]
        }
        struct Message: Decodable { let text: String }
        struct Location: Decodable { let physicalLocation: Place }
        struct Place: Decodable {
            struct Artifact: Decodable { let uri: String }
            struct Region: Decodable { let startLine, startColumn: Int }
            let artifactLocation: Artifact
            let region: Region?
        }
        struct Flow: Decodable { let threadFlows: [Thread] }
        struct Thread: Decodable { let locations: [Step] }
        struct Step: Decodable { let location: Location }

        let runs: [Run]
    }

    private func run(_ result: ExplorationResult) throws -> Log.Run {
        let log = try JSONDecoder().decode(Log.self, from: try SARIFReport(summary(result), version: "0.1.0").data())
        return try #require(log.runs.first)
    }

    @Test func `has a rule for each check and a result for each violation, at the line that declares it`() async throws
    {
        let found = try await result()
        let run = try run(found)
        #expect(
            run.tool.driver.rules.map(\.id).prefix(3) == [
                "invariant/at_most_one", "invariant/unseen", "law/no_server_error",
            ])
        let result = try #require(run.results.first)
        #expect(run.results.count == 1)
        #expect((result.ruleId, result.kind, result.level) == ("invariant/at_most_one", "fail", "error"))
        #expect(run.tool.driver.rules[result.ruleIndex].id == result.ruleId)
        #expect(result.message.text.hasPrefix("It is more.\nPath: count → count\nConfirmed: "))
        #expect(result.fingerprints == ["counterexample/v1": found.violations[0].id(in: "pay")])
        #expect(result.locations[0].physicalLocation.artifactLocation.uri == "a%20b/pay.yaml")
        #expect(result.locations[0].physicalLocation.region?.startLine == 7)
        #expect(
            result.codeFlows[0].threadFlows[0].locations.map(\.location.physicalLocation.region?.startLine) == [2, 2])
        #expect(run.invocations[0].executionSuccessful && run.invocations[0].exitCode == 1)
    }

    @Test func `tells what was seen and not again as open, and that nothing was decided`() async throws {
        let run = try run(try await result(isOnceOnly: true))
        #expect(run.results.map(\.kind) == ["open"])
        #expect(run.results.map(\.level) == ["none"])
        #expect(!run.invocations[0].executionSuccessful && run.invocations[0].exitCode == 2)
        #expect(run.invocations[0].toolExecutionNotifications.contains { $0.level == "error" })
    }

    @Test func `has no placeholder and no link of what an API said`() async throws {
        let text = try run(try await result(saying: hostile)).results[0].message.text
        #expect(text.contains("[a] (javascript:1) @ann | *b* {{0}}"))
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    }

    @Test(.enabled(if: Schemas.canCheckJSON, "Install python3-jsonschema."), arguments: ["It is more.", hostile])
    func `is what the standard allows`(text: String) async throws {
        let scratch = try Scratch()
        for (isOnceOnly, max) in [(false, 1), (true, 1), (false, 2)] {
            let found = try await result(saying: text, isOnceOnly: isOnceOnly, max: max)
            for summary in [
                summary(found, isKept: true), RunSummary(found, declarations: .init(file: "/else where.yaml")),
            ] {
                try SARIFReport(summary, version: "0.1.0").data().write(to: scratch.folder.appendingPathComponent("s"))
                #expect(try Schemas.complaints(aboutSARIF: scratch.path("s")) == "")
            }
        }
    }
}

@Suite struct `GitHub annotations` {
    private func lines(_ result: ExplorationResult, isKept: Bool = false) -> [String] {
        GitHubAnnotations(summary(result, isKept: isKept)).text.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    @Test func `are a line for each violation, at the line of its rule`() async throws {
        let found = try await result()
        let id = found.violations[0].id(in: "pay")
        let expected = [
            "::error file=a b/pay.yaml,line=7,col=3,title=at_most_one [critical]::It is more.",
            "Path: count → count",
            #"> POST /count?token=[redacted]  {"password":"[redacted]"}"#,
            #"< 200  {"said":"[redacted]"}"#,
            "Changed in db: counter (1 row)",
            "Confirmed: replayed from the root, it occurred again.",
            "Again: rewind replay \(id)",
        ]
        #expect(lines(found, isKept: true).first?.components(separatedBy: "%0A") == expected)
    }

    @Test func `say why nothing was decided`() async throws {
        let lines = lines(try await result(isOnceOnly: true))
        #expect(
            lines.first?.hasPrefix("::warning file=a b/pay.yaml,line=7,col=3,title=at_most_one [critical]::") == true)
        #expect(lines.contains { $0.hasPrefix("::error file=a b/pay.yaml,title=pay%3A not decided::") })
    }

    @Test func `are escaped, and no line of another's making is a command`() async throws {
        let lines = lines(try await result(saying: hostile))
        #expect(lines[0].contains("::]]></failure> <b>&\"'%0A::error::x\u{FFFD}%250A, a:b "))
        #expect(lines.dropFirst().allSatisfy { $0.isEmpty || $0.hasPrefix("::warning file=a b/pay.yaml") })
    }
}

@Suite struct `The Markdown report` {
    @Test func `has the verdict, each violation and all that was checked`() async throws {
        let found = try await result()
        let id = found.violations[0].id(in: "pay")
        let text = MarkdownReport(summary(found, isKept: true)).text
        #expect(text.hasPrefix("## ❌ Rewind: pay\n\n**Violated: 1 violation found.**\n\n3 states, "))
        #expect(text.contains("| critical | `at_most_one` | It is more. | `count → count` | `\(id)` |"))
        #expect(text.contains("It is never more than one (`a b/pay.yaml:7`)"))
        #expect(text.contains("Again: `rewind replay \(id)`"))
        #expect(text.contains("| skipped | `unseen` | Nothing is said of ten | It was never checked"))
        #expect(text.contains("| passed | `never_is_refused` |"))
    }

    @Test func `lets nobody write Markdown or HTML of their own`() async throws {
        let text = MarkdownReport(summary(try await result(saying: hostile))).text
        #expect(text.contains(#"\]\]&gt;&lt;/failure&gt; &lt;b&gt;&amp;"' ::error::x"#))
        #expect(text.contains("\\`code\\` \\[a\\](javascript:1) @\u{200B}ann \\| \\*b\\*"))
        #expect(text.ranges(of: "\n```").count == 2)
    }

    @Test func `says what is new against the run before`() async throws {
        let found = try await result()
        let id = found.violations[0].id(in: "pay")
        let comparison = RunComparison(
            [.init(id: id, rule: "at_most_one")], against: [.init(id: "00000000", rule: "old|rule")],
            of: "20261121-130410")
        #expect(
            comparison.line
                == "Against run 20261121-130410: 1 new (\(id) at_most_one); 0 still there; 1 not seen again (00000000 old|rule)"
        )
        let text = MarkdownReport(summary(found, comparison)).text
        #expect(
            text.contains(
                "| new | 1 | `\(id) at_most_one` |\n| still there | 0 |  |\n| not seen again | 1 | `00000000 old\\|rule` |"
            ))
    }
}

@Suite struct `Each report for CI` {
    @Test(arguments: [false, true]) func `has no secret`(isOnceOnly: Bool) async throws {
        let summary = summary(try await result(saying: "It says open treasure.", isOnceOnly: isOnceOnly))
        let texts = [
            String(decoding: JUnitReport(summary).data, as: UTF8.self),
            String(decoding: try SARIFReport(summary).data(), as: UTF8.self), GitHubAnnotations(summary).text,
            MarkdownReport(summary).text,
        ]
        for text in texts {
            #expect(text.contains("It says [redacted].") || text.contains("It says \\[redacted\\]."))
            #expect(!text.contains("treasure") && !text.contains("sesame"))
        }
    }
}
