import ExactJSON
import ExplorationFiles
import Foundation

/// Makes a value that a schema describes: what the spec shows if it shows something, else what its words ask for.
struct SampleMaker {
    let document: OpenAPIDocument
    /// How many values are made at most, for schemas that nest without end.
    private var budget = 400

    init(_ document: OpenAPIDocument) { self.document = document }

    /// - Parameter name: of the property or parameter, which tells what a text may be.
    mutating func sample(_ node: LocatedNode, name: String) throws(FileError) -> JSON {
        try sample(try document.schema(node), name: name, depth: 0, within: [])
    }

    private mutating func sample(
        _ schema: Schema, name: String, depth: Int, within: Set<String>
    ) throws(FileError) -> JSON {
        budget -= 1
        if let shown = schema.example ?? schema.defaultValue ?? schema.values.first { return shown }
        guard budget > 0, depth < 12 else { return .null }
        let inside = within.union(schema.allReferences)
        switch schema.type {
        case "object": return try object(schema, depth: depth, within: inside)
        case "array":
            guard let items = schema.items else { return .array([]) }
            let item = try document.schema(items)
            guard item.allReferences.isDisjoint(with: inside) else { return .array([]) }
            let count = min(max(1, schema.minimumItems ?? 1), 3)
            let element = try sample(item, name: Naming.singular(name), depth: depth + 1, within: inside)
            return .array(Array(repeating: element, count: count))
        case "integer", "number": return .number(Self.number(schema, name))
        case "boolean": return true
        default: return .string(Self.text(schema, name))
        }
    }

    private mutating func object(
        _ schema: Schema, depth: Int, within: Set<String>
    ) throws(FileError) -> JSON {
        var members: [JSON.Member] = []
        for (name, node) in schema.properties {
            let isRequired = schema.required.contains(name)
            if node["readOnly"]?.isTrue == true { continue }
            let property = try document.schema(node)
            let isCircle = !property.allReferences.isDisjoint(with: within)
            let isShown = property.example != nil || property.defaultValue != nil
            guard isRequired || !isCircle && (isShown || schema.required.isEmpty) else { continue }
            let endsHere = isCircle && (property.isNullable || depth > 3)
            let value = endsHere ? .null : try sample(property, name: name, depth: depth + 1, within: within)
            members.append(JSON.Member(name, value))
        }
        return .object(members)
    }

    private static func number(_ schema: Schema, _ name: String) -> String {
        let isWhole = schema.type == "integer"
        let usual = Money.isNamedLikeOne(name) ? (isWhole ? "1000" : "100.00") : "1"
        guard let value = Decimal(exactly: usual) else { return usual }
        if let minimum = schema.minimum.flatMap(Decimal.init(exactly:)), value <= minimum {
            return (schema.excludesMinimum ? minimum + 1 : minimum).digits
        }
        if let maximum = schema.maximum.flatMap(Decimal.init(exactly:)), value >= maximum {
            return (schema.excludesMaximum ? maximum - 1 : maximum).digits
        }
        return usual
    }

    private static func text(_ schema: Schema, _ name: String) -> String {
        let text = formatted(schema.format) ?? named(name, schema)
        if let least = schema.minimumLength, text.count < least {
            return text + String(repeating: "x", count: min(least, 5000) - min(text.count, min(least, 5000)))
        }
        if let most = schema.maximumLength, text.count > most { return String(text.prefix(most)) }
        return text
    }

    private static func formatted(_ format: String?) -> String? {
        switch format {
        case "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
        case "date-time": "2030-01-31T12:00:00Z"
        case "date": "2030-01-31"
        case "time": "12:00:00Z"
        case "duration": "P1D"
        case "email", "idn-email": "ada@example.com"
        case "uri", "url", "iri", "uri-reference": "https://example.com/"
        case "hostname": "example.com"
        case "ipv4": "192.0.2.1"
        case "ipv6": "2001:db8::1"
        case "byte": "cmV3aW5k"
        case "decimal", "money": "100.00"
        default: nil
        }
    }

    private static func named(_ name: String, _ schema: Schema) -> String {
        let words = Naming.snakeCase(name)
        if Money.isNamedLikeOne(words) { return "100.00" }
        let usual: [(String, String)] = [
            ("currency", "USD"), ("email", "ada@example.com"), ("country", "US"), ("phone", "+15550100"),
            ("url", "https://example.com/"), ("password", "correct-horse-1"), ("first_name", "Ada"),
            ("last_name", "Lovelace"), ("name", "Ada Lovelace"), ("date", "2030-01-31"), ("reason", "requested"),
            ("description", "A first try"), ("city", "London"), ("zip", "12345"), ("postal", "12345"),
        ]
        if let match = usual.first(where: { words.hasSuffix($0.0) || words.hasPrefix($0.0) }) { return match.1 }
        return words.hasSuffix("_id") ? String(words.dropLast(3)) + "_1" : (words.isEmpty ? "text" : words + "_1")
    }
}

/// What a draft knows of amounts.
enum Money {
    private static let words: Set<String> = [
        "amount", "price", "total", "subtotal", "fee", "tip", "tax", "cost", "balance", "payment", "cents", "sum",
    ]

    static func isNamedLikeOne(_ name: String) -> Bool {
        let parts = Naming.snakeCase(name).split(separator: "_").map(String.init)
        if parts.last == "id" || parts.last == "status" || parts.last == "method" { return false }
        return parts.contains { words.contains($0) }
    }

    /// `100.00`: digits, a point and digits.
    static func isDecimal(_ text: String) -> Bool {
        text.wholeMatch(of: /-?[0-9]{1,15}(\.[0-9]{1,6})?/) != nil
    }

    /// How many digits stand behind the point.
    static func decimals(of text: String) -> Int {
        text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
    }

    /// Minor units, one more than the text says, in its spelling.
    static func justAbove(_ text: String) -> String? {
        guard let value = Decimal(exactly: text) else { return nil }
        return (value + smallest(decimals(of: text))).digits(decimals(of: text))
    }

    /// `0.01`
    static func smallest(_ decimals: Int) -> Decimal { Decimal(sign: .plus, exponent: -decimals, significand: 1) }
}

extension Decimal {
    init?(exactly text: String) {
        guard text.count <= 30, let value = JSON.decimal(of: text), !value.isNaN else { return nil }
        self = value
    }

    /// In JSON's spelling.
    var digits: String { description }

    /// With that many digits behind the point.
    func digits(_ decimals: Int) -> String {
        guard decimals > 0 else { return description }
        var text = description
        if !text.contains(".") { text += "." }
        let missing = decimals - Money.decimals(of: text)
        return text + String(repeating: "0", count: max(0, missing))
    }
}
