import Rewind

// Parts of the model from nodes whose shape was checked. What does not fit was reported by then, and is left out.

extension LocatedNode {
    var isNothing: Bool { if case .null = content { true } else { false } }

    var isNothingOrMapping: Bool { if case .mapping = content { true } else { isNothing } }

    var entries: [Entry] { if case .mapping(let entries) = content { entries } else { [] } }

    var elements: [LocatedNode] { if case .list(let elements) = content { elements } else { [] } }

    /// The elements of a list, or the one value itself.
    var oneOrMore: [LocatedNode] { if case .list(let elements) = content { elements } else { [self] } }

    /// A text as it was spelled; numbers and truth are taken for their text.
    var text: Located<String>? {
        switch content {
        case .string, .number, .bool: spelling.map { Located($0.string, at: position) }
        case .null, .list, .mapping: nil
        }
    }

    var texts: [Located<String>] { oneOrMore.compactMap(\.text) }

    var template: Template? {
        guard text != nil, let spelling else { return nil }
        return try? Template(parsing: spelling)
    }

    var expression: Expression? {
        guard text != nil, let trimmed = spelling?.trimmed, !trimmed.characters.isEmpty else { return nil }
        return Expression(
            text: trimmed.string, position: trimmed.position(at: 0),
            places: trimmed.characters.indices.map(trimmed.position))
    }

    var path: JSONPath? {
        guard text != nil, let spelling else { return nil }
        return try? JSONPath(parsing: spelling)
    }

    var isTrue: Bool { if case .bool(true) = content { true } else { false } }

    func number<Number: LosslessStringConvertible>(_ type: Number.Type) -> Located<Number>? {
        guard case .number(let text) = content else { return nil }
        return Number(text).map { Located($0, at: position) }
    }

    var milliseconds: Located<Int>? {
        text.flatMap { TimeSyntax.milliseconds($0.value) }.map { Located($0, at: position) }
    }

    var statuses: [StatusPattern] { texts.compactMap { StatusPattern(parsing: $0.value) } }

    /// Names and what stands for them.
    var templates: [(name: Located<String>, value: Template)] {
        entries.compactMap { entry in entry.value.template.map { (entry.key, $0) } }
    }

    var expressions: [(name: Located<String>, value: Expression)] {
        entries.compactMap { entry in entry.value.expression.map { (entry.key, $0) } }
    }

    var literal: Literal {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): .number(text)
        case .string(let text): .string(text)
        case .list(let elements): .list(elements.map(\.literal))
        case .mapping(let entries):
            .object(Dictionary(entries.map { ($0.key.value, $0.value.literal) }) { first, _ in first })
        }
    }

    var templatedValue: TemplatedValue {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): .number(text)
        case .string(let text): .string(template ?? Template(segments: [.text(text)], position: position))
        case .list(let elements): .list(elements.map(\.templatedValue))
        case .mapping(let entries): .object(entries.map { ($0.key.value, $0.value.templatedValue) })
        }
    }
}
