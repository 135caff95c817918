import ExactJSON

/// Values as YAML that our reader takes back as they were.
enum YAMLText {
    private static let special: Set<String> = [
        "null", "Null", "NULL", "~", "true", "True", "TRUE", "false", "False", "FALSE", "yes", "no", "on", "off", "y",
        "n",
    ]

    /// A text, bare where nothing in it could be taken for something else.
    static func scalar(_ text: String, inFlow: Bool = false) -> String {
        isPlain(text, inFlow: inFlow) ? text : JSON.string(text).quotedForYAML
    }

    private static func isPlain(_ text: String, inFlow: Bool) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        let isOption = text.hasPrefix("--") && text.count > 3
        guard first.isLetter || isOption || first == "/" || first == "$" || first == "_", last != " ", last != ":"
        else {
            return false
        }
        if special.contains(text) || text.contains(": ") || text.contains(" #") { return false }
        let also = (inFlow ? " _-./$@" : " _-./$@{}()'<>=+*,|:;?&[]%!").unicodeScalars
        return text.unicodeScalars.allSatisfy { $0.isLetter || $0.isDigit || also.contains($0) }
    }

    /// The value in one line.
    static func flow(_ value: JSON) -> String {
        switch value {
        case .null: return "null"
        case .bool(let truth): return truth ? "true" : "false"
        case .number(let digits): return digits
        case .string(let text): return scalar(text, inFlow: true)
        case .array(let elements): return "[" + elements.map(flow).joined(separator: ", ") + "]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let parts = members.map { "\(scalar($0.name, inFlow: true)): \(flow($0.value))" }
            return "{ " + parts.joined(separator: ", ") + " }"
        }
    }

    /// The lines of `key: value`, in one line where that is short.
    static func entry(_ key: String, _ value: JSON, widest: Int = 96) -> [String] {
        let inFlow = flow(value)
        let key = scalar(key)
        if case .string(let text) = value { return ["\(key): \(scalar(text))"] }
        if key.count + inFlow.count + 2 <= widest { return ["\(key): \(inFlow)"] }
        switch value {
        case .object(let members):
            let lines = members.flatMap { entry($0.name, $0.value, widest: widest - 2) }
            return ["\(key):"] + lines.map { "  " + $0 }
        case .array(let elements):
            return ["\(key):"] + elements.map { "  - \(flow($0))" }
        case .null, .bool, .number, .string: return ["\(key): \(inFlow)"]
        }
    }
}

extension JSON {
    /// In double quotes: JSON's spelling is YAML's too, but for a few line breaks and what YAML can't hold at all.
    fileprivate var quotedForYAML: String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
                result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// A letter of ASCII.
    var isLetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
    /// A digit of ASCII.
    var isDigit: Bool { ("0"..."9").contains(self) }
}
