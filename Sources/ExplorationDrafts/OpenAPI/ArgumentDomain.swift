import ExactJSON
import ExplorationFiles
import Foundation

/// A value inside a body, and what the schema says of it.
struct BodyLeaf {
    /// Member names and indices from the body's root.
    var way: [String]
    var schema: Schema
    var value: JSON

    var name: String { way.last { Int($0) == nil } ?? "it" }
}

extension OpenAPIDocument {
    /// The values in a body that are no objects, in order.
    func leaves(of body: JSON, schema node: LocatedNode?) throws(FileError) -> [BodyLeaf] {
        var leaves: [BodyLeaf] = []
        try collectLeaves(body, node, way: [], into: &leaves)
        return leaves
    }

    private func collectLeaves(
        _ value: JSON, _ node: LocatedNode?, way: [String], into leaves: inout [BodyLeaf]
    ) throws(FileError) {
        guard way.count < 8, leaves.count < 100 else { return }
        let schema = try schema(node)
        switch value {
        case .object(let members):
            for member in members {
                try collectLeaves(member.value, schema.property(member.name), way: way + [member.name], into: &leaves)
            }
        case .array(let elements):
            guard let first = elements.first else { return }
            try collectLeaves(first, schema.items, way: way + ["0"], into: &leaves)
        case .null, .bool, .number, .string:
            leaves.append(BodyLeaf(way: way, schema: schema, value: value))
        }
    }
}

/// The values of one field: those that the spec allows or says nothing about, and those that it forbids.
struct ArgumentDomain {
    var leaf: BodyLeaf
    var open: [JSON] = []
    var forbidden: [JSON] = []

    /// - Parameter whole: the amount that was asked for at the beginning, for fields that are parts of it.
    init(_ leaf: BodyLeaf, partOf whole: String?) {
        self.leaf = leaf
        switch leaf.value {
        case .string(let text) where leaf.isAmount: decimals(text, whole)
        case .number(let digits): numbers(digits, whole)
        case .string where leaf.schema.texts.count > 1: choices()
        case .string(let text): lengths(text)
        default: break
        }
    }

    private mutating func decimals(_ sample: String, _ whole: String?) {
        let places = Money.decimals(of: sample)
        var candidates = [sample]
        if let whole, Money.decimals(of: whole) == places, Money.isDecimal(whole) {
            candidates += [whole, Money.justAbove(whole)].compactMap { $0 }
        }
        candidates.append(Money.smallest(places).digits(places))
        candidates.append((Decimal(-25)).digits(places))
        for candidate in candidates.map(JSON.string) where !open.contains(candidate) {
            if leaf.schema.refuses(candidate) { addForbidden(candidate) } else { open.append(candidate) }
        }
    }

    private mutating func numbers(_ sample: String, _ whole: String?) {
        let schema = leaf.schema
        var candidates = [sample]
        if leaf.isAmount {
            candidates += [whole.flatMap { Money.decimals(of: $0) == 0 ? $0 : nil }].compactMap { $0 }
            candidates += [whole.flatMap { Money.decimals(of: $0) == 0 ? Money.justAbove($0) : nil }].compactMap { $0 }
        }
        for (bound, outward, isExcluded) in [
            (schema.minimum, Decimal(-1), schema.excludesMinimum), (schema.maximum, 1, schema.excludesMaximum),
        ] {
            guard let bound, bound.count < 16, let value = Decimal(exactly: bound) else { continue }
            candidates += [value.digits, (isExcluded ? value - outward : value + outward).digits]
        }
        if leaf.isAmount && schema.minimum == nil { candidates += ["1", "-25"] }
        for candidate in candidates.map(JSON.number) where !open.contains(candidate) {
            if schema.refuses(candidate) { addForbidden(candidate) } else { open.append(candidate) }
        }
        open = Array(open.prefix(5))
    }

    private mutating func choices() {
        let texts = leaf.schema.texts
        open = ([leaf.value] + texts.map(JSON.string)).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        let stranger = "no_such_\(Naming.variable(leaf.name))"
        if !texts.contains(stranger) { forbidden = [.string(stranger)] }
    }

    private mutating func lengths(_ sample: String) {
        open = [leaf.value]
        guard leaf.schema.format == nil, leaf.schema.pattern == nil else { return }
        if let least = leaf.schema.minimumLength, least > 0, least <= 300 {
            forbidden.append(.string(String(sample.prefix(least - 1))))
        }
        if let most = leaf.schema.maximumLength, most <= 300 {
            forbidden.append(.string(String(repeating: "x", count: most + 1)))
        }
    }

    private mutating func addForbidden(_ value: JSON) {
        if !forbidden.contains(value) { forbidden.append(value) }
    }
}

extension BodyLeaf {
    /// Money: by its name, and by what stands there.
    var isAmount: Bool {
        let isNamed = way.contains { Money.isNamedLikeOne($0) } && !name.hasSuffix("currency")
        switch value {
        case .string(let text): return isNamed && Money.isDecimal(text) || schema.format == "decimal"
        case .number: return isNamed
        default: return false
        }
    }

    var isChoice: Bool { schema.texts.count > 1 }
}

extension Schema {
    /// Whether its bounds or its pattern rule the value out.
    func refuses(_ value: JSON) -> Bool {
        switch value {
        case .number(let digits):
            guard let number = Decimal(exactly: digits) else { return false }
            if let minimum = minimum.flatMap(Decimal.init(exactly:)) {
                if number < minimum || excludesMinimum && number == minimum { return true }
            }
            if let maximum = maximum.flatMap(Decimal.init(exactly:)) {
                if number > maximum || excludesMaximum && number == maximum { return true }
            }
            return false
        case .string(let text):
            guard let pattern, pattern.utf8.count <= 200,
                let expression = try? NSRegularExpression(pattern: pattern)
            else { return false }
            let range = NSRange(text.startIndex..., in: text)
            return expression.firstMatch(in: text, range: range) == nil
        default: return false
        }
    }
}
