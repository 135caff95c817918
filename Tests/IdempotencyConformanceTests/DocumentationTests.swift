import Foundation
import IdempotencyConformance
import Testing

@Suite struct `The table of idempotency checks` {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/idempotency-conformance.md").path
    private static let start = "<!-- checks -->\n"
    private static let end = "<!-- end of checks -->\n"

    @Test func `in the documentation is the one of the suite`() throws {
        let text = try String(contentsOfFile: Self.path, encoding: .utf8)
        let head = try #require(text.range(of: Self.start))
        let tail = try #require(text.range(of: Self.end))
        if ProcessInfo.processInfo.environment["REWIND_WRITE_CHECKS"] != nil {
            let written = text[..<head.upperBound] + Self.tables + text[tail.lowerBound...]
            try written.write(toFile: Self.path, atomically: true, encoding: .utf8)
        } else {
            #expect(
                text[head.upperBound..<tail.lowerBound] == Self.tables,
                "REWIND_WRITE_CHECKS=1 swift test --filter IdempotencyConformanceTests writes it anew")
        }
    }

    @Test func `has 28 checks, and each profile says something of each`() {
        #expect(IdempotencyCheck.all.map(\.number) == Array(1...28))
        for profile in IdempotencyProfile.all {
            #expect(profile.expectations.keys.sorted() == Array(1...28), "\(profile.name)")
            #expect(profile.expectations.values.allSatisfy { !$0.source.isEmpty })
        }
    }

    private static var tables: String {
        let checks = IdempotencyCheck.all
        let profiles = IdempotencyProfile.all
        let names = profiles.map(\.name)
        let what = checks.map { row([String($0.number), $0.name, $0.statement, $0.method]) }
        let expected = checks.map { check in
            row([String(check.number)] + profiles.map { expectation(check, $0) })
        }
        let sources = checks.map { check in
            row([String(check.number)] + profiles.map { $0.expectations[check.number]?.source ?? "" })
        }
        return table(["#", "check", "what must be so", "how it is done"], what) + "\n### What each profile expects\n"
            + table(["#"] + names, expected) + "\n### Who says so\n" + table(["#"] + names, sources)
    }

    private static func expectation(_ check: IdempotencyCheck, _ profile: IdempotencyProfile) -> String {
        switch profile.expectations[check.number]?.answer {
        case .notApplicable(let reason): "–: \(reason)"
        case .holds: "holds"
        case let answer?: check.expected(answer)
        case nil: ""
        }
    }

    private static func table(_ head: [String], _ rows: [String]) -> String {
        row(head) + row(head.map { _ in "---" }) + rows.joined()
    }

    private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
}
