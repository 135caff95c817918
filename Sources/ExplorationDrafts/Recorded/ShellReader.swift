import ExplorationFiles

/// A word of a command line, its quotes taken away.
struct ShellWord {
    /// Environment variables stand in it between ``EnvironmentMark``s.
    var text: String
    var position: SourcePosition
    /// Whether some of it would be what another command prints, which nobody knows here.
    var hasCommand = false
}

struct ShellCommand {
    var words: [ShellWord]
}

/// Private characters around the name of an environment variable, until the text becomes a template.
enum EnvironmentMark {
    static let open: Character = "\u{F8F0}"
    static let close: Character = "\u{F8F1}"

    static func marked(_ name: String) -> String { "\(open)\(name)\(close)" }
}

extension String {
    /// Without the private characters that would be taken for ours.
    var withoutMarks: String {
        replacing(String(EnvironmentMark.open), with: "\u{FFFD}").replacing(
            String(EnvironmentMark.close), with: "\u{FFFD}")
    }
}

/// Takes a shell script apart into commands and words: quotes, line continuations, comments, `;`, `&&` and pipes.
struct ShellReader {
    private let characters: [Character]
    private var index = 0
    private var line = 1
    private var column = 1
    private var file = ""

    init(_ text: String) { characters = text.map { $0 == "\r\n" ? "\n" : $0 } }

    /// - Throws: ``FileError`` at a quote that is not closed.
    mutating func commands(file: String) throws(FileError) -> [ShellCommand] {
        self.file = file
        var commands: [ShellCommand] = []
        var words: [ShellWord] = []
        while let next = peek {
            switch next {
            case "\n", ";", "&", "|":
                advance()
                if !words.isEmpty { commands.append(ShellCommand(words: words)) }
                words = []
            case "#": skipLine()
            case " ", "\t", "\r": advance()
            case "\\" where peek(1) == "\n":
                advance()
                advance()
            default: words.append(try word())
            }
        }
        if !words.isEmpty { commands.append(ShellCommand(words: words)) }
        return commands
    }

    private var place: SourcePosition { SourcePosition(file: file, line: line, column: column) }
    private var peek: Character? { peek(0) }

    private func peek(_ distance: Int) -> Character? {
        index + distance < characters.count ? characters[index + distance] : nil
    }

    private mutating func advance() {
        if peek == "\n" {
            line += 1
            column = 1
        } else {
            column += 1
        }
        index += 1
    }

    private mutating func skipLine() {
        while let next = peek, next != "\n" { advance() }
    }

    private mutating func word() throws(FileError) -> ShellWord {
        var word = ShellWord(text: "", position: place)
        while let next = peek {
            switch next {
            case " ", "\t", "\r", "\n", ";", "&", "|": return word
            case "'": word.text += try singleQuoted()
            case "\"": try readDoubleQuoted(into: &word)
            case "$" where peek(1) == "'":
                advance()
                word.text += try ansiQuoted()
            case "$": try readDollar(into: &word)
            case "\\":
                advance()
                if let escaped = peek {
                    if escaped != "\n" { word.text.append(escaped) }
                    advance()
                }
            default:
                word.text.append(next)
                advance()
            }
        }
        return word
    }

    private mutating func singleQuoted() throws(FileError) -> String {
        let start = place
        var text = ""
        advance()
        while let next = peek {
            advance()
            if next == "'" { return text }
            text.append(next)
        }
        throw FileError("This quote is not closed.", at: start)
    }

    private mutating func readDoubleQuoted(into word: inout ShellWord) throws(FileError) {
        let start = place
        advance()
        while let next = peek {
            switch next {
            case "\"":
                advance()
                return
            case "$": try readDollar(into: &word)
            case "\\":
                advance()
                guard let escaped = peek else { break }
                if !"\"\\$`\n".contains(escaped) { word.text.append("\\") }
                if escaped != "\n" { word.text.append(escaped) }
                advance()
            default:
                word.text.append(next)
                advance()
            }
        }
        throw FileError("This quote is not closed.", at: start)
    }

    /// `$'…'`, in which a backslash means what it means in C.
    private mutating func ansiQuoted() throws(FileError) -> String {
        let start = place
        let escapes: [Character: Character] = ["n": "\n", "t": "\t", "r": "\r"]
        var text = ""
        advance()
        while let next = peek {
            advance()
            if next == "'" { return text }
            guard next == "\\", let escaped = peek else {
                text.append(next)
                continue
            }
            advance()
            if escaped == "u" || escaped == "x" {
                text += codePoint(digits: escaped == "u" ? 4 : 2)
            } else {
                text.append(escapes[escaped] ?? escaped)
            }
        }
        throw FileError("This quote is not closed.", at: start)
    }

    private mutating func codePoint(digits most: Int) -> String {
        var digits = ""
        while digits.count < most, let next = peek, next.isHexDigit {
            digits.append(next)
            advance()
        }
        return UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init).map { String($0) } ?? ""
    }

    /// `$NAME`, `${NAME}`, `${NAME:-default}` and `$(command)`.
    private mutating func readDollar(into word: inout ShellWord) throws(FileError) {
        let start = place
        advance()
        switch peek {
        case "(":
            var depth = 0
            repeat {
                guard let next = peek else { throw FileError("This $( is not closed.", at: start) }
                if next == "(" { depth += 1 }
                if next == ")" { depth -= 1 }
                advance()
            } while depth > 0
            word.hasCommand = true
        case "{":
            advance()
            var name = ""
            while let next = peek, next != "}" {
                name.append(next)
                advance()
            }
            guard peek != nil else { throw FileError("This ${ is not closed.", at: start) }
            advance()
            guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*(:-[^{}]*)?/) != nil else {
                word.hasCommand = true
                return
            }
            word.text += EnvironmentMark.marked(name)
        case let next? where next.isASCII && (next.isLetter || next == "_"):
            var name = ""
            while let next = peek, next.isASCII, next.isLetter || next.isNumber || next == "_" {
                name.append(next)
                advance()
            }
            word.text += EnvironmentMark.marked(name)
        default: word.text.append("$")
        }
    }
}
