import ExactJSON

/// Texts that mean themselves, as templates.
enum Templates {
    /// Doubles braces, and takes a dollar sign before a brace at its word. Marked environment variables are taken in.
    static func literal(_ text: String) -> String {
        var result = ""
        var previous: Character = " "
        for character in text {
            switch character {
            case "{": result += previous == "$" ? "${{" : "{{"
            case "}": result += "}}"
            case EnvironmentMark.open: result += "${"
            case EnvironmentMark.close: result += "}"
            default: result.append(character)
            }
            previous = character
        }
        return result
    }

    /// The text of a JSON value whose texts are templates already: only the braces around members are doubled.
    static func text(of value: JSON) -> String {
        switch value {
        case .object(let members):
            let parts = members.map { "\(literal(JSON.string($0.name).text)):\(text(of: $0.value))" }
            return "{{" + parts.joined(separator: ",") + "}}"
        case .array(let elements): return "[" + elements.map(text).joined(separator: ",") + "]"
        case .null, .bool, .number, .string: return value.text
        }
    }

    /// A JSON value whose texts mean themselves.
    static func literal(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): .string(literal(text))
        case .array(let elements): .array(elements.map(literal))
        case .object(let members): .object(members.map { JSON.Member($0.name, literal($0.value)) })
        case .null, .bool, .number: value
        }
    }
}

extension JSON {
    /// As a text in a path, a header or a form.
    var plainText: String {
        switch self {
        case .string(let text): text
        default: text
        }
    }

    /// The value at that way of member names and indices, put in the place of what is there.
    func replacing(at way: ArraySlice<String>, with value: JSON) -> JSON {
        guard let first = way.first else { return value }
        switch self {
        case .object(var members):
            guard let index = members.lastIndex(where: { $0.name == first }) else { return self }
            members[index].value = members[index].value.replacing(at: way.dropFirst(), with: value)
            return .object(members)
        case .array(var elements):
            guard let index = Int(first), elements.indices.contains(index) else { return self }
            elements[index] = elements[index].replacing(at: way.dropFirst(), with: value)
            return .array(elements)
        case .null, .bool, .number, .string: return self
        }
    }

    func value(at way: ArraySlice<String>) -> JSON? {
        guard let first = way.first else { return self }
        let next = Int(first).flatMap { self[$0] } ?? self[first]
        return next?.value(at: way.dropFirst())
    }
}
