import ExplorationFiles
import Foundation
import Testing

/// Each file in `Malformed` begins with the errors that it must give, word by word.
@Suite struct `A malformed file` {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Malformed")

    static let names: [String] = {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return all.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test(arguments: names)
    func `gives exactly these errors`(name: String) throws {
        let path = Self.folder.appendingPathComponent(name).path
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let expected = lines.prefix { $0.hasPrefix("#! ") }.map { $0.dropFirst(3) }.joined(separator: "\n")
        let errors = #expect(throws: FileErrors.self) {
            _ = try ExplorationFile(contentsOf: path, environment: [:])
        }
        let found = errors?.description.replacingOccurrences(of: Self.folder.path + "/", with: "")
        #expect(found == expected)
        if let learnt = ProcessInfo.processInfo.environment["REWIND_LEARN_ERRORS"] {
            try "\(found ?? "")\n".write(toFile: "\(learnt)/\(name)", atomically: true, encoding: .utf8)
        }
    }

    @Test func `is one of at least forty`() {
        #expect(Self.names.count >= 40)
    }
}
