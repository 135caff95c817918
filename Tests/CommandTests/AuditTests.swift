import CommandSupport
import Foundation
import SQLiteDriver
import Testing

extension CommandTests {
    /// `rewind audit`: what of an exploration checks nothing.
    @Suite struct AuditTests {
        private struct Document: Decodable {
            let format, conclusion: String
            let version: Int
            let reasons: [String]
            let rules: [Rule]
            let arrowsNeverWalked: [String]

            struct Rule: Decodable {
                let kind, name, standing, sentence: String
                let mutantsJudged: Int
                let noticed: [String: Int]
            }
        }

        /// The result of `rewind audit` with these arguments, and how it ended.
        private func audited(
            _ arguments: [String], in scratch: Scratch, secrets: [String: String] = [:]
        ) async throws -> (document: Document, ending: Ending) {
            let path = scratch.path("audit.json")
            let ending = try await Tool(["audit"] + arguments + ["--json", path], in: scratch, secrets: secrets).end()
            let data = try #require(FileManager.default.contents(atPath: path), "\(ending.errors)")
            return (try JSONDecoder().decode(Document.self, from: data), ending)
        }

        /// The payments file, with more in it, and what it needs to be audited.
        private func paymentsFile(
            adding invariants: String = "", bug: String? = nil, in scratch: Scratch
        ) throws -> (path: String, secrets: [String: String]) {
            var text = try String(contentsOfFile: PaymentsFile.path, encoding: .utf8)
            text = text.replacing("invariants:\n", with: "invariants:\n" + invariants, maxReplacements: 1)
            try scratch.write(text, to: "payments.yaml")
            let options = bug.map { " --bug \($0)" } ?? ""
            try scratch.write("#!/bin/sh\nexec '\(Tool.executable.path)' \"$@\"\(options)\n", to: "service")
            let service = scratch.path("service")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: service)
            let secrets = ["REWIND": service, "ORDERS_DATABASE": scratch.path("orders-test.sqlite")]
            return (scratch.path("payments.yaml"), secrets)
        }

        @Test(arguments: [
            "payments", "idempotency-keys", "provider-faults", "payouts", "subscriptions", "webhook-security",
        ])
        func `every rule of a shipped exploration can fire`(name: String) async throws {
            let scratch = try Scratch()
            let (document, ending) = try await audited(["--demo", name], in: scratch)
            #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
            #expect(document.conclusion == "alive")
            #expect(document.rules.filter { $0.standing == "dead" }.map(\.name) == [])
            #expect(document.rules.filter { $0.kind == "invariant" }.allSatisfy { $0.standing == "can-fire" })
            #expect(try scratch.leftovers() == [])
        }

        @Test func `every rule of the payments file can fire, and the dead ones planted there are named`() async throws
        {
            let scratch = try Scratch()
            let planted = """
                  anything_goes: { check: "amount >= 0 OR 1 = 1", severity: low }
                  equal_to_itself: { check: refunded = refunded, severity: critical }
                  asks_for_nothing: { sql: SELECT id FROM refunds WHERE amount_minor <= 0 AND 1 = 0, severity: high }
                  never_applies: { when: "status = 'lost'", check: refunded = 0, severity: medium }

                """
            let (path, secrets) = try paymentsFile(adding: planted, in: scratch)
            let (document, ending) = try await audited([path, "--mutants", "600"], in: scratch, secrets: secrets)
            #expect(ending.status == 1, "\(ending.errors)")
            #expect(document.format == "rewind-audit" && document.version == 1)
            #expect(document.conclusion == "dead")
            #expect(
                document.rules.filter { $0.standing == "dead" }.map(\.name)
                    == ["equal_to_itself", "asks_for_nothing", "never_applies", "anything_goes"])
            #expect(document.rules.filter { $0.standing == "can-fire" }.count == 8 + 4 + 1)
            #expect(ending.output.hasPrefix("DEAD  4 things checked nothing.\n"))
            #expect(ending.output.contains("✗ [critical] equal_to_itself is dead\n    It noticed none of "))
            #expect(ending.output.contains("✗ [medium] never_applies is dead\n    It was never checked: "))
            let connection = try SQLiteConnection(path: scratch.path("orders-test.sqlite"), flags: .readOnly)
            #expect(try !connection.prepare("SELECT 1 FROM orders").step())
            #expect(try !connection.prepare("SELECT 1 FROM sqlite_schema WHERE name LIKE '%rewind%'").step())
            #expect(try scratch.leftovers() == [])
        }

        @Test func `every rule of the shop file can fire`() async throws {
            let scratch = try Scratch()
            let file = URL(fileURLWithPath: PaymentsFile.path).deletingLastPathComponent()
                .appendingPathComponent("shop.yaml").path
            let (document, ending) = try await audited(
                [file], in: scratch, secrets: ["SHOP_DATABASE": scratch.path("shop-test.sqlite")])
            #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
            // Its requests have no keys.
            #expect(document.rules.filter { $0.standing != "can-fire" }.map(\.name) == ["idempotent_replay"])
            #expect(document.rules.allSatisfy { $0.standing != "dead" })
        }

        @Test func `an API that is wrong is not audited`() async throws {
            let scratch = try Scratch()
            let (path, secrets) = try paymentsFile(bug: "double-refund", in: scratch)
            let (document, ending) = try await audited([path, "--max-violations", "1"], in: scratch, secrets: secrets)
            #expect(ending.status == 1)
            #expect(document.conclusion == "violated")
            #expect(ending.output.hasPrefix("Nothing was audited: the exploration itself finds what must not be.\n"))
            #expect(ending.output.contains("✗ [critical] no_over_refund"))
        }

        @Test(arguments: [SIGINT, SIGKILL])
        func `a mutant is never left in the database, not by a signal and not by sudden death`(
            number: Int32
        ) async throws {
            let scratch = try Scratch()
            let dead = "  dead: { check: 1 = 1 }\n"
            let (path, secrets) = try paymentsFile(adding: dead, in: scratch)
            let database = scratch.path("orders-test.sqlite")
            let tool = try Tool(
                ["audit", path, "--mutants", "1000000"], in: scratch, secrets: secrets)
            // A negative refund is there only as a mutant: the service accepts none.
            try await eventually("a mutant in the database") {
                if !tool.isRunning { return true }
                let connection = try? SQLiteConnection(path: database, flags: .readOnly)
                let mutant = try? connection?.prepare("SELECT 1 FROM refunds WHERE amount_minor < 0")
                return (try? mutant?.step()) == true
            }
            #expect(tool.isRunning)
            tool.signal(number)
            let ending = try await tool.end()
            #expect(ending.status == (number == SIGINT ? 2 : SIGKILL))
            try await eventually("the end of the API") { Processes.mentioning(database).isEmpty }
            if number == SIGKILL {
                #expect(try await Tool.run("restore", database, in: scratch).status == 0)
            } else {
                #expect(ending.output.contains("It was interrupted."))
            }
            let connection = try SQLiteConnection(path: database, flags: .readOnly)
            for table in ["orders", "refunds"] { #expect(try !connection.prepare("SELECT 1 FROM \(table)").step()) }
            #expect(try !connection.prepare("SELECT 1 FROM sqlite_schema WHERE name LIKE '%rewind%'").step())
        }

        @Test(arguments: [
            (["a.yaml", "--demo", "payments"], "Give a file or --demo, not both."),
            (["a.yaml", "--database", "postgres"], "--database belongs to --demo; a file names its own."),
            (["--demo", "payments", "--mutants=-1"], "--mutants must be 0 or more; it is -1."),
        ])
        func `options that contradict each other are refused`(arguments: [String], sentence: String) async throws {
            let scratch = try Scratch()
            let ending = try await Tool(["audit"] + arguments, in: scratch).end()
            #expect(ending.status == 2)
            #expect(ending.errors.contains(sentence))
        }
    }
}
