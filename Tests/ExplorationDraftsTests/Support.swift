import ExplorationDrafts
import ExplorationFiles
import Foundation
import Testing

/// Files beside the tests, and of the repository.
enum Files {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let repository = tests.deletingLastPathComponent().deletingLastPathComponent()

    static func fixture(_ name: String) throws -> String {
        try String(contentsOf: tests.appendingPathComponent("Fixtures/\(name)"), encoding: .utf8)
    }

    static func ofRepository(_ path: String) throws -> String {
        try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
    }

    /// Compares with a file that is kept; `REWIND_WRITE_GOLDEN=1` writes it anew, to be read before it is committed.
    static func expect(_ text: String, isAsIn name: String) throws {
        let file = tests.appendingPathComponent("Golden/\(name)")
        if ProcessInfo.processInfo.environment["REWIND_WRITE_GOLDEN"] != nil {
            try Data(text.utf8).write(to: file)
        }
        #expect(text == (try String(contentsOf: file, encoding: .utf8)), "\(name)")
    }
}

/// A document with one path of `/orders` in it.
func minimal(_ version: String = "3.1.0", orders: String, components: String = "{}") -> String {
    """
    openapi: \(version)
    info: { title: Small, version: "1" }
    servers: [{ url: http://127.0.0.1:9000 }]
    paths:
      /orders:
        post:
          operationId: createOrder
          requestBody: { content: { application/json: { schema: \(orders) } } }
          responses: { '201': { description: Made., content: { application/json: { schema: { type: object, properties: { id: { type: integer } } } } } } }
    components: \(components)
    """
}

extension ExplorationDraft {
    init(_ text: String, settings: DraftSettings = DraftSettings()) throws {
        try self.init(openAPI: text, file: "api.yaml", settings: settings)
    }

    /// Reads it, with something in every environment variable that it needs.
    /// - Throws: what the reader of exploration files says of it.
    @discardableResult func read() throws -> ExplorationFile {
        let values = environment.map { ($0, "from the environment") }
        return try ExplorationFile(
            parsing: text, file: "draft.yaml", environment: Dictionary(uniqueKeysWithValues: values))
    }

    /// With the marks of its suggested invariants taken away.
    func readWithSuggestions() throws -> ExplorationFile {
        var isSuggestion = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            isSuggestion = line == "# invariants:" || isSuggestion && line.hasPrefix("# ")
            return isSuggestion ? line.dropFirst(2) : line
        }
        let values = environment.map { ($0, "from the environment") }
        return try ExplorationFile(
            parsing: lines.joined(separator: "\n"), file: "draft.yaml",
            environment: Dictionary(uniqueKeysWithValues: values))
    }

    /// The lines of an action.
    func action(_ name: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "  \(name):") else { return "" }
        return lines[start...].prefix { !$0.isEmpty }.joined(separator: "\n")
    }
}
