import Yams

/// Keeps the parser from a trap: it compares the keys of a mapping with all that their aliases stand for, and a dozen nested
/// lists of aliases in a key would keep it busy for years.
///
/// A file with many aliases is parsed once with each alias made a plain word. Then its keys show what they are at no cost, and
/// the file itself is parsed only when all of them are texts. Values may be as nested as they like: `LocatedNode` counts them.
enum AliasGuard {
    /// With fewer, three to the power of a third of them are the most that a key can hold.
    private static let most = 24
    /// Stands for the `*` of an alias; one character, so that places stay as they are.
    private static let marker: Unicode.Scalar = "\u{E000}"

    /// - Throws: ``FileError`` at a key that is no text, if the file has many aliases.
    static func check(_ text: String, file: String, parse: (String) throws -> Node?) throws {
        let scalars = Array(text.unicodeScalars)
        let aliases = scalars.indices.filter { isAlias(at: $0, in: scalars) }
        guard aliases.count > most else { return }
        var defused = scalars
        for index in aliases {
            defused[index] = marker
            let end = scalars[(index + 1)...].firstIndex { !isNamePart($0) } ?? scalars.count
            // In a list in brackets, `*a:` is a key with no space behind it.
            if end < scalars.count, scalars[end] == ":" { throw aliasKey(at: position(of: index, in: scalars, file)) }
        }
        var string = String.UnicodeScalarView()
        string.append(contentsOf: defused)
        if let root = try parse(String(string)) { try checkKeys(of: root, file) }
    }

    private static func checkKeys(of node: Node, _ file: String) throws(FileError) {
        switch node {
        case .scalar, .alias: return
        case .sequence(let elements): for element in elements { try checkKeys(of: element, file) }
        case .mapping(let mapping):
            for (key, value) in mapping {
                let position = SourcePosition(file: file, line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
                guard case .scalar(let name) = key else {
                    throw FileError("A key must be a text; this one is a list or a mapping.", at: position)
                }
                if name.string.unicodeScalars.first == marker { throw aliasKey(at: position) }
                try checkKeys(of: value, file)
            }
        }
    }

    private static func aliasKey(at position: SourcePosition) -> FileError {
        FileError("A key must be a text; this one is an alias, in a file with more than \(most).", at: position)
    }

    /// Whether an alias may stand here. Stars in texts are taken for some too, which does no harm.
    private static func isAlias(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        guard scalars[index] == "*", index + 1 < scalars.count, isNamePart(scalars[index + 1]) else { return false }
        guard index > 0 else { return true }
        switch scalars[index - 1] {
        case " ", "\t", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "[", "{", ",", ":", "?", "-": return true
        default: return false
        }
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private static func position(of index: Int, in scalars: [Unicode.Scalar], _ file: String) -> SourcePosition {
        var before = String.UnicodeScalarView()
        before.append(contentsOf: scalars[..<index])
        let lines = SourceLines(String(before)).lines
        return SourcePosition(file: file, line: lines.count, column: (lines.last?.count ?? 0) + 1)
    }
}
