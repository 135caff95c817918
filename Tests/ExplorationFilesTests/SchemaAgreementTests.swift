import ExactJSON
import Foundation
import Testing

@testable import ExplorationFiles

/// The schema and the reader give one verdict on the shape of a file.
@Suite struct `The JSON Schema and the reader` {
    private let schema: JSON
    private let validator: Validator

    init() throws {
        schema = try JSON(parsing: Array(ExplorationFile.jsonSchema.utf8))
        validator = Validator(root: schema)
    }

    @Test func `agree on good files`() throws {
        for text in [GoodFiles.smallest, GoodFiles.payments, GoodFiles.everything] {
            let node = try LocatedNode(parsing: text, file: "f")
            #expect(validator.accepts(node.json, schema))
        }
    }

    @Test func `agree on good files in which one value is another`() throws {
        let strangers: [JSON] = [
            nil, true, 5, "word", [], ["word"], [:], ["word": "word"], "2xx", "$.id", "/path", "10s",
        ]
        var verdicts: [Bool: Int] = [:]
        for text in [GoodFiles.payments, GoodFiles.everything] {
            let good = try LocatedNode(parsing: text, file: "f").json
            for (number, path) in Self.paths(in: good).enumerated() where !path.isEmpty {
                // All of them at each place would take a minute.
                let stranger = strangers[number * 5 % strangers.count]
                try check(good.replacing(at: path[...], by: stranger), &verdicts)
                let isOdd = number % 2 == 1
                try check(
                    good.replacing(at: path[...], by: 1, removing: isOdd, addingKey: isOdd ? nil : "word"), &verdicts)
            }
        }
        #expect(verdicts[true, default: 0] > 100)
        #expect(verdicts[false, default: 0] > 100)
    }

    private func check(_ changed: JSON, _ verdicts: inout [Bool: Int]) throws {
        // JSON is YAML.
        let node = try LocatedNode(parsing: changed.text, file: "f")
        let problems = Shape.object(FileFormat.file).problems(in: node, as: "The file")
        // The syntax within texts is the reader's alone.
        let ofShape = problems.filter { error in
            !["JSON path", "“{”", "“}”", "A state is missing", "An arrow has"].contains { error.message.contains($0) }
                || error.message.contains(" must be ") || error.message.contains("begins with “$”")
        }
        verdicts[ofShape.isEmpty, default: 0] += 1
        #expect(validator.accepts(changed, schema) == ofShape.isEmpty, "\(ofShape) in \(changed.text)")
    }

    /// Every value in it, as indices from the root.
    private static func paths(in value: JSON) -> [[Int]] {
        let children: [JSON] =
            switch value {
            case .array(let elements): elements
            case .object(let members): members.map(\.value)
            case .null, .bool, .number, .string: []
            }
        return [[]] + children.enumerated().flatMap { child in paths(in: child.element).map { [child.offset] + $0 } }
    }
}

/// As much of JSON Schema as the schema uses; anything else is not accepted.
private struct Validator {
    let root: JSON

    func accepts(_ value: JSON, _ schema: JSON) -> Bool {
        guard case .object(let rules) = schema else { return false }
        return rules.allSatisfy { accepts(value, $0.name, $0.value, schema) }
    }

    private func accepts(_ value: JSON, _ keyword: String, _ rule: JSON, _ schema: JSON) -> Bool {
        switch keyword {
        case "description", "title", "$schema", "$defs", "properties": return true
        case "type": return rule.elements.contains { isOf(value, $0) } || isOf(value, rule)
        case "const": return value == rule
        case "enum": return rule.elements.contains(value)
        case "anyOf": return rule.elements.contains { accepts(value, $0) }
        case "oneOf": return rule.elements.count { accepts(value, $0) } == 1
        case "allOf": return rule.elements.allSatisfy { accepts(value, $0) }
        case "not": return !accepts(value, rule)
        case "$ref": return root["$defs"]?["environment"].map { accepts(value, $0) } ?? false
        case "minLength": if case .string(let text) = value { return text.count >= rule.int } else { return true }
        case "pattern":
            guard case .string(let text) = value, case .string(let pattern) = rule else { return true }
            return text.range(of: pattern, options: .regularExpression) != nil
        case "minimum", "maximum":
            guard case .number(let digits) = value, let number = Decimal(string: digits),
                let bound = Decimal(string: rule.text)
            else { return true }
            return keyword == "minimum" ? number >= bound : number <= bound
        case "items": return value.isArray ? value.elements.allSatisfy { accepts($0, rule) } : true
        case "minItems": return value.isArray ? value.elements.count >= rule.int : true
        default: return value.members.map { acceptsObject($0, value, keyword, rule, schema) } ?? isOfObjects(keyword)
        }
    }

    private func isOfObjects(_ keyword: String) -> Bool {
        [
            "required", "minProperties", "maxProperties", "propertyNames", "additionalProperties", "dependentSchemas",
        ].contains(keyword)
    }

    private func acceptsObject(
        _ members: [JSON.Member], _ value: JSON, _ keyword: String, _ rule: JSON, _ schema: JSON
    ) -> Bool {
        switch keyword {
        case "required": return rule.elements.allSatisfy { name in members.contains { .string($0.name) == name } }
        case "minProperties": return members.count >= rule.int
        case "maxProperties": return members.count <= rule.int
        case "propertyNames": return members.allSatisfy { accepts(.string($0.name), rule) }
        case "dependentSchemas":
            return members.allSatisfy { member in rule[member.name].map { accepts(value, $0) } ?? true }
        case "additionalProperties":
            return members.allSatisfy { member in
                if let known = schema["properties"]?[member.name] { return accepts(member.value, known) }
                return rule != false && accepts(member.value, rule)
            }
        default: return false
        }
    }

    private func isOf(_ value: JSON, _ type: JSON) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array),
            ("object", .object):
            true
        case ("integer", .number(let digits)): !digits.contains(".")
        default: false
        }
    }
}

extension JSON {
    fileprivate var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
    fileprivate var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    fileprivate var isArray: Bool { if case .array = self { true } else { false } }
    fileprivate var int: Int { Int(text) ?? 0 }

    /// A copy in which the value at those indices is another, is gone, or has one more key.
    fileprivate func replacing(
        at path: ArraySlice<Int>, by other: JSON, removing: Bool = false, addingKey key: String? = nil
    ) -> JSON {
        guard let index = path.first else {
            guard let key else { return other }
            return members.map { .object($0 + [Member(key, other)]) } ?? self
        }
        let rest = path.dropFirst()
        let isGone = removing && rest.isEmpty
        switch self {
        case .array(var elements):
            elements[index] = elements[index].replacing(at: rest, by: other, removing: removing, addingKey: key)
            if isGone { elements.remove(at: index) }
            return .array(elements)
        case .object(var members):
            members[index].value = members[index].value.replacing(
                at: rest, by: other, removing: removing, addingKey: key)
            if isGone { members.remove(at: index) }
            return .object(members)
        case .null, .bool, .number, .string: return self
        }
    }
}

extension LocatedNode {
    fileprivate var json: JSON {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): .number(text)
        case .string(let text): .string(text)
        case .list(let elements): .array(elements.map(\.json))
        case .mapping(let entries): .object(entries.map { JSON.Member($0.key.value, $0.value.json) })
        }
    }
}
