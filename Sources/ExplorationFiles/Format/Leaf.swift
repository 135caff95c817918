import Rewind

/// A value that is no list or mapping of the format's own: its syntax, for the reader and for editors.
enum Leaf: Sendable, Hashable {
    case text
    /// Which may be empty.
    case anyText
    case template
    /// A template that begins with `/`.
    case urlPath
    /// A text that begins with `/`.
    case fixedPath
    /// A template that begins with `http://` or `https://`.
    case url
    case expression
    case boolean
    /// `true`: for keys that say something by being there.
    case onlyTrue
    case wholeNumber(atLeast: Int)
    /// 64 bits.
    case seed
    case time
    case status
    case jsonPath
    case choice([String])
    case arrow
    /// Any value, without templates.
    case literal
    /// Any value, with templates in its texts.
    case templated
    /// A text with a diagram, or the name of a file with one.
    case diagram

    /// What is expected, with its article, for messages.
    var expected: String {
        switch self {
        case .text, .anyText, .template: "a text"
        case .urlPath, .fixedPath: "a path that begins with “/”"
        case .url: "a URL that begins with http:// or https://"
        case .expression: "an expression"
        case .boolean: "true or false"
        case .onlyTrue: "true"
        case .wholeNumber(let least): "a whole number of at least \(least)"
        case .seed: "a whole number from 0 to 2^64 - 1"
        case .time: "a time such as 500ms, 10s or 2m"
        case .status: "a status such as 201 or 4xx"
        case .jsonPath: "a JSON path such as $.id"
        case .choice(let names): names.map { "“\($0)”" }.joined(separator: ", ")
        case .arrow: "states, “->” and states"
        case .literal, .templated: "a value"
        case .diagram: "a stateDiagram-v2, or a file that ends in .mmd"
        }
    }

    func fits(_ node: LocatedNode) -> Bool {
        switch (self, node.content) {
        case (.literal, _), (.templated, _): true
        case (.onlyTrue, .bool(let value)): value
        case (.boolean, .bool): true
        case (.boolean, _), (.onlyTrue, _): false
        case (.wholeNumber(let least), .number(let text)): Int(text).map { $0 >= least } ?? false
        case (.seed, .number(let text)): UInt64(text) != nil
        case (.wholeNumber, _), (.seed, _): false
        case (.time, .string(let text)): TimeSyntax.milliseconds(text) != nil
        case (.status, .string(let text)), (.status, .number(let text)): StatusPattern(parsing: text) != nil
        case (.time, _), (.status, _): false
        case (.choice(let names), .string(let text)): names.contains(text)
        case (.choice, _): false
        case (_, .string), (_, .number), (_, .bool): true
        case (_, .null), (_, .list), (_, .mapping): false
        }
    }

    /// What is wrong inside a value that fits.
    func problems(in node: LocatedNode) -> [FileError] {
        switch self {
        case .template, .urlPath, .url, .templated: templateProblems(in: node)
        case .text, .expression, .diagram: emptiness(of: node)
        case .jsonPath:
            node.spelling.flatMap { text in problem { () throws(FileError) in _ = try JSONPath(parsing: text) } } ?? []
        case .arrow:
            node.spelling.flatMap { text in
                problem { () throws(FileError) in
                    _ = try ArrowPart(action: Located("", at: node.position), parsing: text)
                }
            } ?? []
        case .fixedPath: node.spelling.flatMap(pathProblem).map { [$0] } ?? []
        case .anyText, .boolean, .onlyTrue, .wholeNumber, .seed, .time, .status, .choice, .literal: []
        }
    }

    private func emptiness(of node: LocatedNode) -> [FileError] {
        guard let text = node.spelling, text.trimmed.characters.isEmpty else { return [] }
        return [FileError("Expected \(expected), and the text is empty.", at: node.position)]
    }

    private func templateProblems(in node: LocatedNode) -> [FileError] {
        switch node.content {
        case .list(let elements): return elements.flatMap(templateProblems)
        case .mapping(let entries): return entries.flatMap { templateProblems(in: $0.value) }
        case .null, .bool, .number, .string: break
        }
        guard let text = node.spelling else { return [] }
        if let problems = problem({ () throws(FileError) in _ = try Template(parsing: text) }) { return problems }
        let string = text.string
        switch self {
        case .urlPath: return pathProblem(text).map { [$0] } ?? []
        case .url where !string.hasPrefix("http://") && !string.hasPrefix("https://"):
            return [
                FileError(
                    "A URL begins with http:// or https://, such as http://127.0.0.1:8080.", at: text.position(at: 0))
            ]
        default: return []
        }
    }

    private func pathProblem(_ text: SourceText) -> FileError? {
        if text.string.hasPrefix("/") { return nil }
        return FileError("A path begins with “/”: it is put behind the URL of the API.", at: text.position(at: 0))
    }

    private func problem(_ attempt: () throws(FileError) -> Void) -> [FileError]? {
        do {
            try attempt()
            return nil
        } catch {
            return [error]
        }
    }
}
