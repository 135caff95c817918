/// The environment variables that a file takes in, and what came of it.
struct EnvironmentValues {
    let environment: [String: String]
    /// Values that the file itself does not show.
    private(set) var secrets: Set<String> = []
    private(set) var errors: [FileError] = []

    init(_ environment: [String: String]) { self.environment = environment }

    /// Puts values in for `${NAME}` and `${NAME:-default}`; `$${` is `${`.
    mutating func substitute(in text: SourceText) -> SourceText {
        guard text.characters.contains(where: { $0.scalar == "$" }) else { return text }
        let known = errors.count
        var result: [SourceText.Character] = []
        var index = 0
        let characters = text.characters
        while index < characters.count {
            let rest = characters[index...].prefix(3).map(\.scalar)
            if rest == ["$", "$", "{"] {
                result += characters[(index + 1)...(index + 2)]
                index += 3
            } else if rest.starts(with: ["$", "{"]) {
                guard let end = characters[index...].firstIndex(where: { $0.scalar == "}" }) else {
                    errors.append(
                        FileError(
                            "“${” begins an environment variable, and no “}” ends it. A dollar sign before a brace is $$.",
                            at: text.position(at: index)))
                    return SourceText(start: text.start, characters: [], isBroken: true)
                }
                result += value(of: text[(index + 2)..<end].string, at: text.position(at: index))
                index = end + 1
            } else {
                result.append(characters[index])
                index += 1
            }
        }
        return SourceText(start: text.start, characters: result, isBroken: errors.count > known)
    }

    private mutating func value(of reference: String, at position: SourcePosition) -> [SourceText.Character] {
        guard let parts = reference.wholeMatch(of: /([A-Za-z_][A-Za-z0-9_]*)(?::-([\S\s]*))?/) else {
            errors.append(
                FileError(
                    "“${\(reference)}” is no environment variable: write ${NAME} or ${NAME:-default}.", at: position))
            return []
        }
        let name = String(parts.1)
        let fallback = parts.2.map(String.init)
        // As in a shell, `:-` counts a variable that is empty as one that is not set.
        let set = environment[name].flatMap { $0.isEmpty && fallback != nil ? nil : $0 }
        if let set, !set.isEmpty, set != fallback { secrets.insert(set) }
        guard let value = set ?? fallback else {
            errors.append(
                FileError(
                    "The environment variable “\(name)” is not set, and has no default: set it, or write ${\(name):-default}.",
                    at: position))
            return []
        }
        return value.unicodeScalars.map {
            SourceText.Character(
                scalar: $0, line: Int32(clamping: position.line), column: Int32(clamping: position.column),
                isFromEnvironment: true)
        }
    }
}
