import ExplorationFiles
import Foundation
import Testing

@Suite struct `An import` {
    /// Writes files into a folder of their own and reads the first.
    private func read(_ files: [(name: String, text: String)]) throws -> ExplorationFile {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imports-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in files {
            let url = folder.appendingPathComponent(file.name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try file.text.write(to: url, atomically: true, encoding: .utf8)
        }
        return try ExplorationFile(contentsOf: folder.appendingPathComponent(files[0].name).path, environment: [:])
    }

    private let api = ("shared/api.yaml", "api: { url: 'http://a' }\nsystems: [{ sqlite: a-test.sqlite }]\n")

    @Test func `comes before the file's own parts`() throws {
        let file = try read([
            ("main.yaml", "import: shared/api.yaml\ncontext: { b: 1 }\nactions: { second: { GET: /b } }\n"),
            ("shared/api.yaml", api.1 + "context: { a: 1 }\nactions: { first: { GET: \"/{b}\" } }\n"),
        ])
        #expect(file.actions.map(\.name.value) == ["first", "second"])
        #expect(file.context.map(\.name.value) == ["a", "b"])
        #expect(file.actions[0].name.position.file.hasSuffix("/shared/api.yaml"))
    }

    @Test func `is relative to the file that names it, and read once`() throws {
        let file = try read([
            ("main.yaml", "import: [shared/a.yaml, shared/b.yaml]\n"),
            ("shared/a.yaml", "import: api.yaml\nactions: { a: { GET: /a } }\n"),
            ("shared/b.yaml", "import: ../shared/api.yaml\nactions: { b: { GET: /b } }\n"),
            api,
        ])
        #expect(file.actions.map(\.name.value) == ["a", "b"])
        #expect(file.systems.count == 1)
    }

    @Test func `joins diagrams of one variable, and is overruled in name and limits`() throws {
        let file = try read([
            (
                "main.yaml",
                "name: mine\nimport: shared/api.yaml\nlimits: { steps: 5 }\ncontext: { s: null }\nactions: { a: { GET: /a } }\n"
                    + "states: { of: s, arrows: [{ a: none -> x }] }\n"
            ),
            (
                "shared/api.yaml",
                api.1 + "name: theirs\nlimits: { steps: 9, depth: 3 }\nactions: { b: { GET: /b } }\n"
                    + "states: { of: s, mermaid: diagram.mmd }\n"
            ),
            ("shared/diagram.mmd", "stateDiagram-v2\r\n  x --> y : b\r\n"),
        ])
        #expect(file.name?.value == "mine")
        #expect(file.limits.steps?.value == 5)
        #expect(file.limits.depth?.value == 3)
        #expect(file.states?.arrows.map(\.action.value) == ["b", "a"])
        #expect(file.states?.arrows[0].action.position.description.hasSuffix("diagram.mmd:2:13") == true)
    }
}
