/// `500ms`, `10s`, `2m`
enum TimeSyntax {
    static let pattern = "^[1-9][0-9]{0,8}(ms|s|m)$"

    /// `nil` when it is no time, or none at all.
    static func milliseconds(_ text: String) -> Int? {
        guard let parts = text.wholeMatch(of: /([1-9][0-9]{0,8})(ms|s|m)/), let number = Int(parts.1) else {
            return nil
        }
        return number * (parts.2 == "ms" ? 1 : parts.2 == "s" ? 1_000 : 60_000)
    }
}

extension StatusPattern {
    static let pattern = "^([1-5][0-9][0-9]|[1-5][xX][xX])$"

    /// Reads `201` and `4xx`; `nil` when it is neither.
    init?(parsing text: String) {
        if text.wholeMatch(of: /[1-5][0-9][0-9]/) != nil, let number = Int(text) {
            self = .exactly(number)
        } else if text.wholeMatch(of: /[1-5][xX][xX]/) != nil, let hundreds = text.first?.wholeNumberValue {
            self = .class(hundreds)
        } else {
            return nil
        }
    }
}

extension ArrowPart {
    /// Reads `pending -> paid, refunded`.
    /// - Throws: ``FileError`` where it is no arrow.
    init(action: Located<String>, parsing text: SourceText) throws(FileError) {
        guard let arrow = text.firstIndex(of: "->") else {
            throw FileError(
                "Expected states, “->” and states, such as: pending -> paid, refunded.", at: text.position(at: 0))
        }
        let from = try Self.states(in: text[0..<arrow], of: text)
        let to = try Self.states(in: text[(arrow + 2)..<text.characters.count], of: text)
        self.init(action: action, from: from, to: to)
    }

    private static func states(in side: SourceText, of text: SourceText) throws(FileError) -> [String?] {
        var states: [String?] = []
        for part in side.split(by: ",") {
            let name = part.trimmed.string
            guard !name.isEmpty else {
                throw FileError(
                    "A state is missing here: an arrow has states on both sides of “->”; “none” is the state of null.",
                    at: part.characters.isEmpty ? text.position(at: 0) : part.position(at: 0))
            }
            guard !name.contains("->") else {
                throw FileError("An arrow has one “->”.", at: part.trimmed.position(at: 0))
            }
            states.append(name == "none" ? nil : name)
        }
        return states
    }
}
