import Yams

extension YamlError {
    /// As an error of ours, with the usual cause where the parser's words do not lead to it.
    func asFileError(in file: String, _ text: String) -> FileError {
        func at(_ mark: Mark) -> SourcePosition {
            SourcePosition(file: file, line: max(1, mark.line), column: max(1, mark.column))
        }
        let start = SourcePosition(file: file, line: 1, column: 1)
        switch self {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let found = SourceLines(text).rest(mark.line - 1, from: mark.column - 1).first
            if let cause = Self.cause(of: problem.trimmed, at: found) { return FileError(cause, at: at(mark)) }
            let beginning = context.map { context in
                "\(context.text.trimmed) that begins at \(context.mark.line):\(context.mark.column): "
            }
            return FileError("It is no YAML: \(beginning ?? "")\(problem.trimmed).", at: at(mark))
        case .composer(_, "but found another document", let mark, _):
            return FileError("A second document begins here: an exploration file is one.", at: at(mark))
        case .composer(_, "found undefined alias", let mark, _):
            return FileError(
                "The alias names an anchor that is not there; a text that begins with “*” needs quotes.", at: at(mark))
        case .composer(_, let problem, let mark, _):
            return FileError("It is no YAML: \(problem.trimmed).", at: at(mark))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "“\($0.shortened)”" }.joined(separator: ", ")
            let verb = duplicates.count == 1 ? "The key \(keys) stands" : "The keys \(keys) stand"
            return FileError("\(verb) twice in one mapping.", at: at(context.mark))
        case .reader(let problem, _, _, _): return FileError("It is no YAML: \(problem.trimmed).", at: start)
        default: return FileError("It can't be read as YAML.", at: start)
        }
    }

    /// Mistakes that everybody makes.
    private static func cause(of problem: String, at found: Unicode.Scalar?) -> String? {
        switch (problem, found) {
        case ("found character that cannot start any token", "\t"):
            "A tab stands here: YAML is indented with spaces."
        case ("found character that cannot start any token", let found?):
            "A plain text can't begin with “\(found)”: put it in quotes."
        case ("mapping values are not allowed in this context", _):
            "A “: ” stands where no mapping can begin: check the indentation, or put a text with “: ” in quotes."
        default: nil
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace || last == "." { text = text.dropLast() }
        return String(text)
    }
}
