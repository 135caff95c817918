import ExactJSON
import Rewind

extension ExplorationFile {
    /// The JSON Schema (draft 2020-12) of exploration files, for editors: `docs/exploration.schema.json`.
    ///
    /// It says what the reader says of keys and kinds of values. Names that must exist (variables, actions) it can't know.
    public static var jsonSchema: String {
        let schema = FileFormat.file.schema(type: "object")
        guard case .object(let members) = schema else { return schema.text }
        let head: [JSON.Member] = [
            JSON.Member("$schema", "https://json-schema.org/draft/2020-12/schema"),
            JSON.Member("title", "Exploration file of Rewind"),
        ]
        let environment: JSON = [
            "description": "An environment variable.", "type": "string", "pattern": .string("\\$\\{[A-Za-z_]"),
        ]
        let tail = [JSON.Member("$defs", ["environment": environment])]
        return JSON.object(head + members + tail).indented() + "\n"
    }
}

extension Shape {
    /// As a JSON Schema.
    var schema: JSON {
        switch self {
        case .leaf(let leaf): return leaf.schema
        case .list(let element, let least):
            var members = [JSON.Member("type", type("array")), JSON.Member("items", element.schema)]
            if least > 0 { members.append(JSON.Member("minItems", .number(String(least)))) }
            return .object(members)
        case .oneOrMore(let one): return ["anyOf": [one.schema, Shape.list(one, atLeast: 1).schema]]
        case .mapping(let names, let value, let one):
            var members = [JSON.Member("type", type("object"))]
            if let rule = names.schema { members.append(JSON.Member("propertyNames", rule)) }
            members.append(JSON.Member("additionalProperties", value.schema))
            if one { members += [JSON.Member("minProperties", 1), JSON.Member("maxProperties", 1)] }
            return .object(members)
        case .object(let object): return object.schema(type: type("object"))
        case .either(let shapes): return ["anyOf": .array(shapes.map(\.schema))]
        }
    }

    private func type(_ name: String) -> JSON {
        mayBeEmpty ? .array([.string(name), "null"]) : .string(name)
    }
}

extension ObjectShape {
    fileprivate func schema(type: JSON) -> JSON {
        let properties = keys.map { key in
            JSON.Member(key.name, key.shape.schema.described(key.description))
        }
        var members = [JSON.Member("type", type), JSON.Member("properties", .object(properties))]
        let required = keys.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty { members.append(JSON.Member("required", .array(required))) }
        members.append(JSON.Member("additionalProperties", false))
        let conditions = rules.compactMap(\.condition)
        if !conditions.isEmpty { members.append(JSON.Member("allOf", .array(conditions))) }
        let dependents = rules.compactMap(\.dependent)
        if !dependents.isEmpty { members.append(JSON.Member("dependentSchemas", .object(dependents))) }
        return .object(members)
    }
}

extension ObjectShape.Rule {
    private static func required(_ name: String) -> JSON { ["required": [.string(name)]] }

    fileprivate var condition: JSON? {
        switch self {
        case .exactlyOne(let names): ["oneOf": .array(names.map(Self.required))]
        case .atMostOne(let names):
            ["oneOf": .array(names.map(Self.required) + [["not": ["anyOf": .array(names.map(Self.required))]]])]
        case .atLeastOne(let names): ["anyOf": .array(names.map(Self.required))]
        case .needs: nil
        }
    }

    fileprivate var dependent: JSON.Member? {
        guard case .needs(let name, let others) = self else { return nil }
        return JSON.Member(name, ["anyOf": .array(others.map(Self.required))])
    }
}

extension NameKind {
    fileprivate var schema: JSON? {
        switch self {
        case .any: ["minLength": 1]
        case .variable: Self.variable(butNot: VariableName.reserved)
        case .argument: Self.variable(butNot: VariableName.reserved.filter { $0 != "value" })
        case .header: ["pattern": "^[!-9;-~]+$"]
        case .law: ["enum": .array(Law.standard.map { .string($0.name) })]
        case .jsonPath: ["pattern": .string(Leaf.jsonPathPattern)]
        }
    }

    private static func variable(butNot reserved: [String]) -> JSON {
        ["pattern": .string(VariableName.pattern), "not": ["enum": .array(reserved.map(JSON.string))]]
    }
}

extension Leaf {
    fileprivate static let jsonPathPattern = "^\\$(\\.|\\[|$)"
    /// Numbers and truth are taken for their text where a text is meant.
    private static let scalar: JSON = ["string", "number", "boolean"]

    fileprivate var schema: JSON {
        switch self {
        case .template, .anyText: ["type": Self.scalar]
        case .text, .expression, .diagram: ["type": Self.scalar, "pattern": "\\S"]
        case .urlPath, .fixedPath: Self.orEnvironment(["type": "string", "pattern": "^/"])
        case .url: Self.orEnvironment(["type": "string", "pattern": "^https?://"])
        case .boolean: Self.orEnvironment(["type": "boolean"])
        case .onlyTrue: Self.orEnvironment(["const": true])
        case .wholeNumber(let least): Self.orEnvironment(["type": "integer", "minimum": .number(String(least))])
        case .seed:
            Self.orEnvironment(["type": "integer", "minimum": 0, "maximum": .number(String(UInt64.max))])
        case .time: Self.orEnvironment(["type": "string", "pattern": .string(TimeSyntax.pattern)])
        case .status:
            Self.orEnvironment([
                "type": ["string", "integer"], "pattern": .string(StatusPattern.pattern), "minimum": 100,
                "maximum": 599,
            ])
        case .jsonPath: Self.orEnvironment(["type": "string", "pattern": .string(Self.jsonPathPattern)])
        case .choice(let names): Self.orEnvironment(["enum": .array(names.map(JSON.string))])
        case .arrow: Self.orEnvironment(["type": "string", "pattern": "->"])
        case .literal, .templated: [:]
        }
    }

    private static func orEnvironment(_ schema: JSON) -> JSON {
        ["anyOf": [schema, ["$ref": "#/$defs/environment"]]]
    }
}

extension JSON {
    fileprivate func described(_ description: String) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object([Member("description", .string(description))] + members)
    }

    /// Two spaces a level; what fits stands on one line.
    fileprivate func indented(_ indent: String = "") -> String {
        let short = text
        if indent.count + short.count <= 110 { return short }
        let deeper = indent + "  "
        switch self {
        case .object(let members):
            let lines = members.map { "\(deeper)\(JSON.string($0.name).text): \($0.value.indented(deeper))" }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let elements):
            return "[\n\(elements.map { deeper + $0.indented(deeper) }.joined(separator: ",\n"))\n\(indent)]"
        case .null, .bool, .number, .string: return short
        }
    }
}
