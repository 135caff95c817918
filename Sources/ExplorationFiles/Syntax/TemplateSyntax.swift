extension Template {
    /// Reads `{name}`, `{{` and `}}`. What the environment brought is text.
    /// - Throws: ``FileError`` at a brace that is neither.
    init(parsing text: SourceText) throws(FileError) {
        var segments: [Segment] = []
        var plain = String.UnicodeScalarView()
        let characters = text.characters
        var index = 0
        while index < characters.count {
            let next = index + 1 < characters.count ? characters[index + 1] : nil
            if characters[index].spells("{"), next?.spells("{") != true {
                let name = try Self.name(in: text, after: index)
                if !plain.isEmpty { segments.append(.text(String(plain))) }
                plain = String.UnicodeScalarView()
                segments.append(.variable(name.text, text.position(at: index)))
                index = name.end + 1
            } else if characters[index].spells("}"), next?.spells("}") != true {
                throw FileError("A “}” stands alone: write }} for a brace.", at: text.position(at: index))
            } else {
                let isDoubled = characters[index].spells("{") || characters[index].spells("}")
                plain.append(characters[index].scalar)
                index += isDoubled ? 2 : 1
            }
        }
        if !plain.isEmpty { segments.append(.text(String(plain))) }
        self.init(segments: segments, position: text.position(at: 0))
    }

    private static func name(in text: SourceText, after start: Int) throws(FileError) -> (text: String, end: Int) {
        let characters = text.characters
        let end = characters[start...].firstIndex { $0.spells("}") } ?? characters.count
        let name = text[(start + 1)..<end].string
        guard end < characters.count, VariableName.isOne(name) else {
            throw FileError(
                "“{” begins a variable: write {name}, with a name of letters, digits and “_”, or {{ for a brace.",
                at: text.position(at: start))
        }
        return (name, end)
    }

    /// The names in it, with their places.
    var variables: [Located<String>] {
        segments.compactMap { segment in
            guard case .variable(let name, let position) = segment else { return nil }
            return Located(name, at: position)
        }
    }
}

/// Names of variables and arguments: what SQLite takes for a name without quotes.
enum VariableName {
    static let pattern = "^[A-Za-z_][A-Za-z0-9_]*$"
    /// Names that expressions and domains give to something else.
    static let reserved = ["value", "reply", "http_status"]

    static func isOne(_ name: String) -> Bool {
        guard let first = name.utf8.first, !name.utf8.isEmpty else { return false }
        let isLetter = { (byte: UInt8) in
            (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
        }
        return isLetter(first) && name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
    }
}
