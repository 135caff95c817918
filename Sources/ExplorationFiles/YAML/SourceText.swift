/// A scalar's text with the place of each of its characters, so that a message can point into the middle of it.
struct SourceText: Sendable {
    /// A Unicode scalar and where it stands; small, since a file has many.
    struct Character: Sendable {
        let scalar: Unicode.Scalar
        let line: Int32
        let column: Int32
        /// Whether an environment variable brought it: then it is no syntax.
        var isFromEnvironment = false

        /// Whether the file itself has this character here.
        func spells(_ scalar: Unicode.Scalar) -> Bool { self.scalar == scalar && !isFromEnvironment }
    }

    /// Where the scalar begins, its quotes or its `|` included.
    let start: SourcePosition
    var characters: [Character]
    /// Whether an environment variable could not be put in: that was reported, and what is left says nothing.
    var isBroken = false

    var string: String {
        var text = String.UnicodeScalarView()
        for character in characters { text.append(character.scalar) }
        return String(text)
    }

    /// The place of a character; after the last one it is the place of the last, and without any that of the scalar.
    func position(at index: Int) -> SourcePosition {
        guard let character = index < characters.count ? characters[index] : characters.last else { return start }
        return SourcePosition(file: start.file, line: Int(character.line), column: Int(character.column))
    }

    subscript(range: Range<Int>) -> SourceText {
        SourceText(
            start: range.isEmpty ? start : position(at: range.lowerBound), characters: Array(characters[range]))
    }

    /// Without white space at both ends.
    var trimmed: SourceText {
        let isInk = { (character: Character) in !character.scalar.properties.isWhitespace }
        guard let first = characters.firstIndex(where: isInk), let last = characters.lastIndex(where: isInk) else {
            return SourceText(start: start, characters: [])
        }
        return self[first..<(last + 1)]
    }

    /// The parts between one separator and the next: one more than there are separators.
    func split(by separator: Unicode.Scalar) -> [SourceText] {
        var parts: [SourceText] = []
        var begin = 0
        for index in characters.indices where characters[index].scalar == separator {
            parts.append(self[begin..<index])
            begin = index + 1
        }
        parts.append(self[begin..<characters.count])
        return parts
    }

    /// Where the separator first stands.
    func firstIndex(of separator: String) -> Int? {
        let wanted = Array(separator.unicodeScalars)
        guard characters.count >= wanted.count else { return nil }
        return (0...(characters.count - wanted.count)).first { start in
            wanted.indices.allSatisfy { characters[start + $0].scalar == wanted[$0] }
        }
    }
}

extension SourceText {
    /// A text that is a file of its own, from its beginning.
    init(whole text: String, file: String) {
        var line: Int32 = 1
        var column: Int32 = 1
        characters = []
        for scalar in text.unicodeScalars {
            characters.append(Character(scalar: scalar, line: line, column: column))
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        start = SourcePosition(file: file, line: 1, column: 1)
    }
}
