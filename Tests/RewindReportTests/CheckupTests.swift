import Foundation
import Rewind
import RewindReport
import Testing

/// What the doctor and the survey say, word for word.
@Suite struct CheckupTests {
    private var checkup: Checkup {
        var checkup = Checkup()
        checkup.note("rewind", .ok, "0.1.0")
        checkup.note("leftovers", .problem, "Two\nlines.", remedies: ["Run: rewind restore a.sqlite", "Or wait."])
        checkup.note("API", .warning, "It steers \u{1B}[31mterminals.")
        return checkup
    }

    @Test func `each check is a line, and its remedies stand below`() {
        #expect(
            checkup.text(isColored: false) == """
                ok       rewind     0.1.0
                problem  leftovers  Two
                                    lines.
                                    → Run: rewind restore a.sqlite
                                    → Or wait.
                warning  API        It steers \u{FFFD}[31mterminals.

                """)
    }

    @Test func `what was found in one of several places is told by its name`() {
        var both = Checkup()
        both.note(checkup, of: "orders")
        both.note(checkup, of: nil)
        let subjects = ["rewind", "leftovers", "API"]
        #expect(both.checks.map(\.subject) == subjects.map { "orders \($0)" } + subjects)
        #expect(both.checks[1].remedies == checkup.checks[1].remedies)
    }

    @Test func `the worst counts`() {
        #expect(Checkup().state == .ok)
        #expect(checkup.state == .problem)
        var mild = Checkup()
        mild.note("API", .warning, "slow")
        mild.note("clock", .ok, "right")
        #expect(mild.state == .warning)
    }

    @Test func `JSON has the same`() throws {
        let document = try JSONDecoder().decode(Document.self, from: try checkup.json())
        #expect(
            document
                == Document(
                    format: "rewind-doctor", version: 1, state: "problem",
                    checks: [
                        .init(subject: "rewind", state: "ok", message: "0.1.0", remedies: []),
                        .init(
                            subject: "leftovers", state: "problem", message: "Two\nlines.",
                            remedies: ["Run: rewind restore a.sqlite", "Or wait."]),
                        .init(
                            subject: "API", state: "warning", message: "It steers \u{1B}[31mterminals.", remedies: []),
                    ]))
    }

    private struct Document: Decodable, Equatable {
        let format: String
        let version: Int
        let state: String
        let checks: [Check]

        struct Check: Decodable, Equatable {
            let subject, state, message: String
            let remedies: [String]
        }
    }
}
