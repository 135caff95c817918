import CommandSupport
import Foundation
import Testing

extension CommandTests {
    /// `rewind explore` with reports for CI.
    @Suite(.enabled(if: Schemas.canCheckXML && Schemas.canCheckJSON, "Install libxml2-utils and python3-jsonschema."))
    struct FormatTests {
        private static let files = [
            "--junit", "junit.xml", "--sarif", "rewind.sarif", "--markdown", "summary.md", "--json", "result.json",
        ]

        /// `rewind explore payments.yaml` in a folder that has it, as CI runs it.
        private func explore(
            _ arguments: [String] = FormatTests.files, bug: String? = nil, in scratch: Scratch,
            environment: [String: String] = [:], editing edit: (String) -> String = { $0 }
        ) async throws -> Ending {
            let options = bug.map { " --bug \($0)" } ?? ""
            try scratch.write("#!/bin/sh\nexec '\(Tool.executable.path)' \"$@\"\(options)\n", to: "service")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path("service"))
            try scratch.write(edit(try String(contentsOfFile: PaymentsFile.path, encoding: .utf8)), to: "payments.yaml")
            let variables = [
                "REWIND": scratch.path("service"), "ORDERS_DATABASE": scratch.path("orders-test.sqlite"),
            ].merging(environment) { _, new in new }
            return try await Tool(
                ["explore", "payments.yaml"] + arguments, in: scratch, secrets: variables, directory: scratch.folder
            ).end()
        }

        private func text(_ name: String, in scratch: Scratch) throws -> String {
            try String(contentsOfFile: scratch.path(name), encoding: .utf8)
        }

        private func expectValid(in scratch: Scratch) throws {
            #expect(try Schemas.complaints(aboutJUnit: scratch.path("junit.xml")) == "")
            #expect(try Schemas.complaints(aboutSARIF: scratch.path("rewind.sarif")) == "")
            #expect(try Schemas.complaints(aboutResult: scratch.path("result.json")) == "")
        }

        private func line(of text: String) throws -> Int {
            let lines = try String(contentsOfFile: PaymentsFile.path, encoding: .utf8).components(separatedBy: "\n")
            return try #require(lines.firstIndex(of: text)) + 1
        }

        @Test func `a bug is a failure at its line, and not seen again once it is mended`() async throws {
            let scratch = try Scratch()
            try scratch.write("# What ran before\n", to: "step.md")
            let found = try await explore(
                Self.files.map { $0 == "summary.md" ? scratch.path("step.md") : $0 }, bug: "double-refund", in: scratch,
                environment: [
                    "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": scratch.folder.deletingLastPathComponent().path,
                    "GITHUB_STEP_SUMMARY": scratch.path("step.md"),
                ])
            #expect(found.status == 1, "\(found.errors)")
            try expectValid(in: scratch)
            let file = scratch.folder.lastPathComponent + "/payments.yaml"
            let place = try line(of: "  no_over_refund:")
            #expect(
                found.output.contains("\n::error file=\(file),line=\(place),col=3,title=no_over_refund [critical]::"))
            #expect(found.lines.first?.hasPrefix("::stop-commands::") == true)
            #expect(
                found.lines.filter { $0 == "::\(found.lines[0].dropFirst("::stop-commands::".count))::" }.count == 1)
            #expect(try text("rewind.sarif", in: scratch).contains("\"startLine\" : \(place)"))
            #expect(try text("junit.xml", in: scratch).contains(#"failures="3" errors="0" skipped="#))
            #expect(try text("step.md", in: scratch).hasPrefix("# What ran before\n## ❌ Rewind: payments\n"))

            let mended = try await explore(in: scratch)
            #expect(mended.status == 0, "\(mended.errors)")
            try expectValid(in: scratch)
            #expect(!mended.output.contains("::"))
            #expect(mended.output.contains(": 0 new; 0 still there; 3 not seen again ("))
            #expect(try text("junit.xml", in: scratch).contains(#"failures="0" errors="0" skipped="#))
            #expect(try text("summary.md", in: scratch).contains("| not seen again | 3 | `"))
            #expect(try text("rewind.sarif", in: scratch).contains(#""executionSuccessful" : true"#))
        }

        @Test func `what was not decided is an error, and nothing has passed`() async throws {
            let scratch = try Scratch()
            let ending = try await explore(Self.files + ["--github"], in: scratch) { text in
                text.replacing("  expire_order: ", with: "  unknown_order:\n    GET: /orders/0\n\n  expire_order: ")
            }
            #expect(ending.status == 2, "\(ending.output)")
            try expectValid(in: scratch)
            let junit = try text("junit.xml", in: scratch)
            #expect(junit.contains(#"failures="0" errors="1" skipped=""#))
            #expect(junit.ranges(of: "<testcase ").count == junit.ranges(of: "</testcase>").count)
            #expect(
                ending.output.contains(
                    "::error file=payments.yaml,title=payments%3A not decided::unknown_order was never"))
            #expect(try text("rewind.sarif", in: scratch).contains(#""executionSuccessful" : false"#))
            #expect(
                try text("summary.md", in: scratch).hasPrefix("## ❔ Rewind: payments\n\n**Not decided.**\n\n- unknown"))
        }

        @Test func `a name that is empty is told, and a folder that is not there`() async throws {
            let scratch = try Scratch()
            let empty = try await explore(["--markdown", ""], in: scratch)
            #expect(empty.status == 2)
            #expect(
                empty.errors.contains(
                    "--markdown needs the name of a file, and was given an empty one. Is the variable that holds it set?"
                ))
            let nowhere = try await explore(["--max-depth", "1", "--junit", "no/junit.xml"], in: scratch)
            #expect(nowhere.status == 2)
            #expect(nowhere.errors.contains("The result could not be written to no/junit.xml: "))
        }
    }
}
