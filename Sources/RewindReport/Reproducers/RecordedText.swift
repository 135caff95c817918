/// A text of a request in which some parts are not fixed: what an earlier answer said, and what is secret.
struct RecordedText: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case text(String)
        /// What an earlier answer has there.
        case answered(AnswerPlace)
        /// The name under which someone else keeps it.
        case secret(String)
    }

    private(set) var parts: [Part] = []

    init(_ text: String = "") { append(text) }

    mutating func append(_ text: String) {
        if text.isEmpty { return }
        if case .text(let last)? = parts.last {
            parts[parts.count - 1] = .text(last + text)
        } else {
            parts.append(.text(text))
        }
    }

    mutating func append(_ part: Part) {
        if case .text(let text) = part { append(text) } else { parts.append(part) }
    }

    static func += (a: inout RecordedText, b: RecordedText) { for part in b.parts { a.append(part) } }

    var isEmpty: Bool { parts.isEmpty }
}

/// A value in the JSON answer to a request.
struct AnswerPlace: Hashable, Sendable, Codable {
    /// Which request of the path, from 1.
    let request: Int
    /// Names of members and numbers of elements, from the outside in.
    let keys: [String]
}

extension RecordedText.Part: Codable {
    private enum Key: String, CodingKey { case text, answered, secret }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let text = try container.decodeIfPresent(String.self, forKey: .text) {
            self = .text(text)
        } else if let place = try container.decodeIfPresent(AnswerPlace.self, forKey: .answered) {
            self = .answered(place)
        } else {
            self = .secret(try container.decode(String.self, forKey: .secret))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .text(let text): try container.encode(text, forKey: .text)
        case .answered(let place): try container.encode(place, forKey: .answered)
        case .secret(let name): try container.encode(name, forKey: .secret)
        }
    }
}

extension RecordedText: Codable {
    init(from decoder: any Decoder) throws { parts = try decoder.singleValueContainer().decode([Part].self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(parts)
    }
}
