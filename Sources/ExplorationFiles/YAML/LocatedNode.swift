import Yams

/// A YAML value and where it stands.
///
/// Plain scalars are read by YAML 1.2's core schema, in which `no` and `on` are texts. Numbers keep their spelling, so that no
/// digit is lost.
public struct LocatedNode: Sendable {
    public indirect enum Content: Sendable {
        case null
        case bool(Bool)
        /// A number's text as JSON spells it: `12`, `-0.50`, `1e3`.
        case number(String)
        case string(String)
        case list([LocatedNode])
        /// In the order written; no two have one key.
        case mapping([Entry])
    }

    /// One entry of a mapping.
    public struct Entry: Sendable {
        public let key: Located<String>
        public let value: LocatedNode
        /// The key as it stands in the file.
        let spelling: SourceText
    }

    public let content: Content
    public let position: SourcePosition
    /// A scalar as it stands in the file, environment variables put in; `nil` for lists and mappings.
    let spelling: SourceText?

    /// Reads one document. An empty one is `null`.
    /// - Parameter file: names the file in errors.
    /// - Throws: ``FileError`` for what is no YAML, and for what is far too large or deep to be meant.
    public init(parsing text: String, file: String) throws(FileError) {
        try self.init(parsing: text, file: file) { $0 }
    }

    /// Reads one document, each scalar but keys passed through a function before it is known what kind of value it is.
    init(
        parsing text: String, file: String, substituting: (SourceText) -> SourceText
    ) throws(FileError) {
        let text = try TextGuard.text(of: Array(text.utf8), file: file)
        let start = SourcePosition(file: file, line: 1, column: 1)
        let root: Node?
        do {
            // What a scalar is, is decided here and not by the parser's rules, which are those of YAML 1.1.
            let parse = { (text: String) in try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() }
            try AliasGuard.check(text, file: file, parse: parse)
            root = try parse(text)
        } catch let error as FileError {
            throw error
        } catch let error as YamlError {
            throw error.asFileError(in: file, text)
        } catch {
            throw FileError("It can't be read as YAML: \(error).", at: start)
        }
        guard let root else {
            self.init(content: .null, position: start)
            return
        }
        self = try withoutActuallyEscaping(substituting) { (substituting) throws(FileError) in
            var reader = NodeReader(file: file, lines: SourceLines(text), substitute: substituting)
            return try reader.read(root, depth: 0, near: start)
        }
    }

    init(content: Content, position: SourcePosition, spelling: SourceText? = nil) {
        self.content = content
        self.position = position
        self.spelling = spelling
    }

    /// The value of that key; `nil` when there is none or this is no mapping.
    public subscript(key: String) -> LocatedNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key.value == key }?.value
    }

    /// What kind of value it is, with its article, for messages.
    public var kind: String {
        switch content {
        case .null: "nothing"
        case .bool(let value): value ? "true" : "false"
        case .number(let text): "the number \(text)"
        case .string(let text): text.count > 40 ? "a text" : "“\(text)”"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// Turns the parser's nodes into ours. Aliases are expanded, so it counts what it makes.
private struct NodeReader {
    let file: String
    let lines: SourceLines
    let substitute: (SourceText) -> SourceText
    private var count = 0
    private static let mostNodes = 50_000
    private static let deepest = 100

    init(file: String, lines: SourceLines, substitute: @escaping (SourceText) -> SourceText) {
        self.file = file
        self.lines = lines
        self.substitute = substitute
    }

    mutating func read(_ node: Node, depth: Int, near parent: SourcePosition) throws(FileError) -> LocatedNode {
        let position = position(of: node) ?? parent
        try add(1, at: position)
        if depth > Self.deepest {
            throw FileError("The file is nested deeper than \(Self.deepest) levels.", at: position)
        }
        switch node {
        case .scalar(let scalar):
            let text = substitute(spelling(of: scalar, at: position))
            // Aliases repeat long texts too.
            try add(text.characters.count / 16, at: position)
            return LocatedNode(
                content: content(of: text.string, in: scalar), position: position, spelling: text)
        case .sequence(let elements):
            var list: [LocatedNode] = []
            for element in elements { list.append(try read(element, depth: depth + 1, near: position)) }
            return LocatedNode(content: .list(list), position: position)
        case .mapping(let mapping):
            return LocatedNode(content: .mapping(try entries(of: mapping, depth, position)), position: position)
        case .alias:
            throw FileError("An alias names an anchor that is not there.", at: position)
        }
    }

    private mutating func add(_ more: Int, at position: SourcePosition) throws(FileError) {
        count += more
        guard count > Self.mostNodes else { return }
        throw FileError(
            "The file is too large with its aliases expanded: more than \(Self.mostNodes) values.", at: position)
    }

    private func position(of node: Node) -> SourcePosition? {
        node.mark.map { SourcePosition(file: file, line: max(1, $0.line), column: max(1, $0.column)) }
    }

    private func spelling(of scalar: Node.Scalar, at position: SourcePosition) -> SourceText {
        let style: ScalarPlaces.Style =
            switch scalar.style {
            case .singleQuoted: .singleQuoted
            case .doubleQuoted: .doubleQuoted
            case .literal: .literal
            case .folded: .folded
            case .plain, .any: .plain
            }
        var places = ScalarPlaces(in: lines, style: style, line: position.line, column: position.column)
        return SourceText(start: position, characters: places.characters(of: scalar.string))
    }

    private mutating func entries(
        of mapping: Node.Mapping, _ depth: Int, _ position: SourcePosition
    ) throws(FileError) -> [LocatedNode.Entry] {
        var entries: [LocatedNode.Entry] = []
        var names: Set<String> = []
        for (key, value) in mapping {
            let place = self.position(of: key) ?? position
            guard case .scalar(let name) = key else {
                throw FileError("A key must be a text; this one is a list or a mapping.", at: place)
            }
            // The parser takes `1` and `"1"` for two keys.
            guard names.insert(name.string).inserted else {
                throw FileError("The key “\(name.string)” stands twice in one mapping.", at: place)
            }
            guard name.string != "<<" || name.style != .plain else {
                throw FileError("Mappings are not merged with “<<” (YAML 1.2): write the keys out.", at: place)
            }
            try add(name.string.utf8.count / 16, at: place)
            entries.append(
                LocatedNode.Entry(
                    key: Located(name.string, at: place), value: try read(value, depth: depth + 1, near: place),
                    spelling: spelling(of: name, at: place)))
        }
        return entries
    }

    private func content(of text: String, in scalar: Node.Scalar) -> LocatedNode.Content {
        // A tag such as !!str is taken at its word; quotes make a text of everything.
        guard scalar.style == .plain || scalar.style == .any, scalar.tag.description != Tag.Name.str.rawValue else {
            return .string(text)
        }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return Self.number(text).map(LocatedNode.Content.number) ?? .string(text)
        }
    }

    /// The text as a JSON number; `nil` when it is none. Not a regular expression: this is asked of every scalar.
    private static func number(_ text: String) -> String? {
        var rest = text.utf8[...]
        func takeDigits() -> Int {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(digits.count)
            return digits.count
        }
        func take(_ first: Character, or second: Character) -> Bool {
            guard rest.first == first.asciiValue || rest.first == second.asciiValue else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = take("+", or: "-")
        // Leading zeros are spelled in codes and card numbers, not in amounts.
        let beginsWithZero = rest.first == UInt8(ascii: "0")
        let digits = takeDigits()
        if digits == 0 || digits > 1 && beginsWithZero { return nil }
        if take(".", or: "."), takeDigits() == 0 { return nil }
        if take("e", or: "E") {
            _ = take("+", or: "-")
            if takeDigits() == 0 { return nil }
        }
        guard rest.isEmpty else { return nil }
        return text.hasPrefix("+") ? String(text.dropFirst()) : text
    }
}
