import ArgumentParser
import CommandSupport
import Foundation
import Testing
import Yams

@testable import RewindCommand

extension CommandTests {
    /// `docs/ci.md`: what it shows is taken by this program.
    @Suite struct CIDocumentTests {
        /// The text of each block of that language.
        private func blocks(_ language: String) throws -> [String] {
            let file = Repository.folder.appendingPathComponent("docs/ci.md")
            let parts = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n```")
            return parts.filter { $0.hasPrefix(language + "\n") }.map { String($0.dropFirst(language.count + 1)) }
        }

        /// All texts in a YAML value. The key `on` is a truth value in YAML 1.1.
        private func texts(in value: Any) -> [String] {
            switch value {
            case let text as String: [text]
            case let list as [Any]: list.flatMap(texts)
            case let object as [AnyHashable: Any]: object.values.flatMap(texts)
            default: []
            }
        }

        /// The arguments of each line that runs `rewind`, up to what a shell makes of the rest.
        private func commands(in script: String) -> [[String]] {
            let lines = script.split(separator: "\n").map { $0.drop { $0 == " " } }
            return lines.filter { $0.hasPrefix("rewind ") }.map { line in
                let words = line.split(separator: " ").map { String($0).replacing("\"", with: "") }
                return Array(words.dropFirst().prefix { !["||", "&&", "|", ";"].contains($0) })
            }
        }

        @Test func `is YAML whose commands have options that there are`() throws {
            let examples = try blocks("yaml").map { try #require(try Yams.load(yaml: $0) as? [AnyHashable: Any]) }
            #expect(examples.map { $0["jobs"] == nil } == [false, true], "GitHub's first, then GitLab's")
            let found = examples.flatMap(texts).flatMap(commands) + (try blocks("sh")).flatMap(commands)
            #expect(found.count == 4)
            for arguments in found {
                #expect(throws: Never.self, "rewind \(arguments)") { try RewindProgram.parseAsRoot(arguments) }
            }
            for option in ["--junit", "--sarif", "--markdown", "--html"] {
                #expect(found.filter { $0.contains(option) }.count >= 2, "\(option)")
            }
        }

        @Test func `names each option of the reports`() throws {
            let file = Repository.folder.appendingPathComponent("docs/ci.md")
            let text = try String(contentsOf: file, encoding: .utf8)
            for option in ["--junit", "--sarif", "--markdown", "--github", "--html", "--json"] {
                #expect(text.contains("| `\(option)"), "\(option)")
            }
        }

        @Test(arguments: [
            ([:], "/w", "/w/a.yaml", "a.yaml"), ([:], "/w", "/v/a.yaml", "/v/a.yaml"),
            (["GITHUB_WORKSPACE": "/w"], "/w/sub", "/w/sub/a.yaml", "sub/a.yaml"),
            (["CI_PROJECT_DIR": "/w/"], "/w/sub", "/w/a.yaml", "a.yaml"),
            (["GITHUB_WORKSPACE": "/wo"], "/work", "/work/a.yaml", "a.yaml"),
            (["GITHUB_WORKSPACE": ""], "/work", "/work/../work/x/./a.yaml", "x/a.yaml"),
        ])
        func `files are named from the checkout, or else from the working directory`(
            environment: [String: String], directory: String, file: String, expected: String
        ) {
            let folder = ProjectFolder(environment: environment, workingDirectory: directory)
            #expect(folder.relative(file) == expected)
        }
    }
}
