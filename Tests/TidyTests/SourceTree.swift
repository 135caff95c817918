import Foundation

/// The repository's own source files.
struct SourceTree {
    struct File {
        /// From the repository's root, such as `Sources/Rewind/Search/Walk.swift`.
        let path: String
        let lines: [Substring]
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// All Swift files below a folder of the repository.
    static func files(in folder: String) throws -> [File] {
        let start = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil) else { return [] }
        return try walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { url in
            let text = try String(contentsOf: url, encoding: .utf8)
            let path = url.path.replacingOccurrences(of: root.path + "/", with: "")
            return File(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}

extension SourceTree.File {
    /// The modules it imports.
    var imports: Set<String> {
        Set(
            lines.compactMap { line in
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index <= 1, index + 1 < words.count else {
                    return nil
                }
                return String(words[index + 1])
            })
    }

    /// Lines that are not comments.
    var code: [(number: Int, text: Substring)] {
        lines.enumerated().map { ($0.offset + 1, $0.element) }.filter { line in
            !line.1.drop { $0 == " " }.hasPrefix("//")
        }
    }

    /// Functions and initializers with the number of lines from their first to their closing brace.
    var functions: [(name: String, line: Int, length: Int)] {
        var found: [(String, Int, Int)] = []
        for (index, line) in lines.enumerated() {
            let indent = line.prefix { $0 == " " }
            let text = line.dropFirst(indent.count)
            let isDeclaration = text.contains("func ") || text.hasPrefix("init(") || text.contains(" init(")
            guard isDeclaration, !text.hasPrefix("//") else { continue }
            guard
                let end = lines[(index + 1)...].firstIndex(where: {
                    $0.hasPrefix(indent + "}") && $0.count <= indent.count + 2
                })
            else { continue }
            let isOneLine = text.hasSuffix("}") || !lines[index...end].contains { $0.hasSuffix("{") }
            if !isOneLine { found.append((String(text), index + 1, end - index + 1)) }
        }
        return found
    }
}
