/// The lines of a YAML file, as the parser counts them.
final class SourceLines: Sendable {
    let lines: [[Unicode.Scalar]]
    /// Of each line, what stands before the white space at its end.
    private let inkCounts: [Int]

    init(_ text: String) {
        var lines: [[Unicode.Scalar]] = [[]]
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r": break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append([])
            default: lines[lines.count - 1].append(scalar)
            }
            previous = scalar
        }
        self.lines = lines
        inkCounts = lines.map { line in (line.lastIndex { $0 != " " && $0 != "\t" } ?? -1) + 1 }
    }

    /// Whether only white space is left of a line from a column on, both from 0.
    func isBlank(_ line: Int, from column: Int) -> Bool { line >= lines.count || column >= inkCounts[line] }

    /// What is left of a line from a column on, both from 0.
    func rest(_ line: Int, from column: Int) -> ArraySlice<Unicode.Scalar> {
        guard line < lines.count, column <= lines[line].count else { return [] }
        return lines[line][column...]
    }
}

/// Finds each character of a scalar's value in the file again. The parser says only where the scalar begins.
///
/// It walks the value and the source side by side. Where they do not fit (a folded text with an odd shape), the characters
/// that are left stand at the scalar's beginning.
struct ScalarPlaces {
    enum Style { case plain, singleQuoted, doubleQuoted, literal, folded }

    private let source: SourceLines
    private let style: Style
    /// Both from 0.
    private var line: Int
    private var column: Int
    private let start: (line: Int, column: Int)

    /// - Parameters:
    ///   - line: where the scalar begins, from 1.
    ///   - column: from 1.
    init(in source: SourceLines, style: Style, line: Int, column: Int) {
        self.source = source
        self.style = style
        self.line = max(0, line - 1)
        self.column = max(0, column - 1)
        start = (max(1, line), max(1, column))
        skipProperties()
        switch style {
        case .singleQuoted, .doubleQuoted: self.column += 1
        case .folded: startNextLine()
        case .plain, .literal: break
        }
    }

    mutating func characters(of value: String) -> [SourceText.Character] {
        style == .literal ? literalCharacters(of: value) : flowCharacters(of: value)
    }

    private func place(_ scalar: Unicode.Scalar, _ line: Int, _ column: Int) -> SourceText.Character {
        SourceText.Character(scalar: scalar, line: Int32(clamping: line), column: Int32(clamping: column))
    }

    /// Line by line: a line of the value is the end of a line of the file.
    private func literalCharacters(of value: String) -> [SourceText.Character] {
        var characters: [SourceText.Character] = []
        var fits = true
        var sourceLine = line + 1
        for part in value.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            if !characters.isEmpty || sourceLine > line + 1 {
                let place = fits ? (sourceLine, source.rest(sourceLine - 1, from: 0).count + 1) : start
                characters.append(self.place("\n", place.0, place.1))
            }
            let text = source.rest(sourceLine, from: 0)
            fits = fits && text.count >= part.count && text.suffix(part.count).elementsEqual(part)
            for (index, scalar) in part.enumerated() {
                characters.append(
                    fits
                        ? place(scalar, sourceLine + 1, text.count - part.count + index + 1)
                        : place(scalar, start.line, start.column))
            }
            sourceLine += 1
        }
        return characters
    }

    private mutating func flowCharacters(of value: String) -> [SourceText.Character] {
        var characters: [SourceText.Character] = []
        var fits = true
        for scalar in value.unicodeScalars {
            if fits, let found = next(scalar) {
                characters.append(place(scalar, found.line + 1, found.column + 1))
            } else {
                fits = false
                characters.append(place(scalar, start.line, start.column))
            }
        }
        return characters
    }

    private mutating func next(_ scalar: Unicode.Scalar) -> (line: Int, column: Int)? {
        while isAtEndOfLine {
            let here = (line, column)
            guard line + 1 < source.lines.count else { return nil }
            if scalar == " " || scalar == "\n" {
                startNextLine()
                return here
            }
            startNextLine()
        }
        guard let found = source.rest(line, from: column).first else { return nil }
        let here = (line, column)
        if style == .doubleQuoted && found == "\\" {
            guard skipEscape() else { return next(scalar) }
            return here
        }
        guard found == scalar else { return nil }
        column += style == .singleQuoted && found == "'" ? 2 : 1
        return here
    }

    /// Whether only white space is left of the line.
    private var isAtEndOfLine: Bool {
        source.isBlank(line, from: column)
    }

    private mutating func startNextLine() {
        line += 1
        column = source.rest(line, from: 0).prefix { $0 == " " || $0 == "\t" }.count
    }

    /// Goes past an escape; false when it is a line's end that stands for nothing.
    private mutating func skipEscape() -> Bool {
        guard let kind = source.rest(line, from: column + 1).first else {
            startNextLine()
            return false
        }
        let digits: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
        column += 2 + (digits[kind] ?? 0)
        return true
    }

    /// An anchor or a tag before the scalar.
    private mutating func skipProperties() {
        while let first = source.rest(line, from: column).first, first == "&" || first == "!" {
            column += source.rest(line, from: column).prefix { $0 != " " && $0 != "\t" }.count
            column += source.rest(line, from: column).prefix { $0 == " " || $0 == "\t" }.count
        }
    }
}
