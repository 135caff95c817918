import ExactJSON
import ExplorationFiles

/// What a draft needs of a JSON schema: its `allOf` merged, the first of its `oneOf` or `anyOf` taken.
struct Schema {
    var types: [String] = []
    var properties: [(name: String, node: LocatedNode)] = []
    var required: Set<String> = []
    var items: LocatedNode?
    var values: [JSON] = []
    /// `example`, or the first of `examples`.
    var example: JSON?
    var defaultValue: JSON?
    var format: String?
    var pattern: String?
    var minimum: String?
    var maximum: String?
    var excludesMinimum = false
    var excludesMaximum = false
    var minimumLength: Int?
    var maximumLength: Int?
    var minimumItems: Int?
    /// The references that led to the whole of it: two schemas with one of these in common are one.
    var references: [String] = []
    /// Also those of its parts.
    var allReferences: Set<String> = []
    /// Whether it may be null.
    var isNullable = false
    /// Whether one of several variants was taken.
    var isOneOfSeveral = false

    var type: String? {
        types.first { $0 != "null" } ?? (properties.isEmpty ? nil : "object")
    }

    func property(_ name: String) -> LocatedNode? { properties.first { $0.name == name }?.node }

    /// The enum of texts, when it is one.
    var texts: [String] {
        let texts = values.compactMap { value -> String? in
            if case .string(let text) = value { text } else { nil }
        }
        return texts.count == values.filter({ $0 != .null }).count ? texts : []
    }
}

extension OpenAPIDocument {
    /// - Throws: ``FileError`` for a reference to what is not there.
    func schema(_ node: LocatedNode?) throws(FileError) -> Schema {
        var schema = Schema()
        guard let node else { return schema }
        var budget = 200
        try merge(node, into: &schema, budget: &budget, depth: 0, isWhole: true)
        return schema
    }

    private func merge(
        _ node: LocatedNode, into schema: inout Schema, budget: inout Int, depth: Int, isWhole: Bool
    ) throws(FileError) {
        budget -= 1
        guard budget > 0, depth < 20 else { return }
        // In 3.1 what stands beside a reference counts as well.
        if node.reference != nil {
            let (target, references) = try resolved(node)
            if isWhole { schema.references += references }
            schema.allReferences.formUnion(references)
            schema.mergeWords(of: node)
            if let target { try merge(target, into: &schema, budget: &budget, depth: depth + 1, isWhole: isWhole) }
            return
        }
        schema.mergeWords(of: node)
        for part in node["allOf"]?.elements ?? [] {
            try merge(part, into: &schema, budget: &budget, depth: depth + 1, isWhole: false)
        }
        for key in ["oneOf", "anyOf"] {
            let all = node[key]?.elements ?? []
            let variants = all.filter { $0["type"]?.string != "null" }
            if variants.count < all.count { schema.isNullable = true }
            guard let first = variants.first else { continue }
            if variants.count > 1 { schema.isOneOfSeveral = true }
            try merge(first, into: &schema, budget: &budget, depth: depth + 1, isWhole: false)
        }
    }
}

extension Schema {
    /// Takes over what the node says itself; what is known already stays.
    fileprivate mutating func mergeWords(of node: LocatedNode) {
        if types.isEmpty, let type = node["type"] {
            types = type.string.map { [$0] } ?? type.elements.compactMap(\.string)
        }
        if types.contains("null") || node["nullable"]?.isTrue == true { isNullable = true }
        for entry in node["properties"]?.entries ?? [] where property(entry.key.value) == nil {
            properties.append((entry.key.value, entry.value))
        }
        required.formUnion(node["required"]?.elements.compactMap(\.string) ?? [])
        items = items ?? node["items"]
        if values.isEmpty { values = node["const"].map { [$0.json] } ?? node["enum"]?.elements.map(\.json) ?? [] }
        // In 3.1 `examples` is a list; a mapping of that name belongs elsewhere.
        example = example ?? node["example"]?.json ?? node["examples"]?.elements.first?.json
        defaultValue = defaultValue ?? node["default"]?.json
        format = format ?? node["format"]?.string
        pattern = pattern ?? node["pattern"]?.string
        mergeBounds(of: node)
    }

    private mutating func mergeBounds(of node: LocatedNode) {
        minimum = minimum ?? node["minimum"]?.number
        maximum = maximum ?? node["maximum"]?.number
        // A truth in 3.0, the bound itself in 3.1.
        if let bound = node["exclusiveMinimum"] {
            excludesMinimum = excludesMinimum || bound.isTrue || bound.number != nil
            minimum = bound.number ?? minimum
        }
        if let bound = node["exclusiveMaximum"] {
            excludesMaximum = excludesMaximum || bound.isTrue || bound.number != nil
            maximum = bound.number ?? maximum
        }
        minimumLength = minimumLength ?? node["minLength"]?.count
        maximumLength = maximumLength ?? node["maxLength"]?.count
        minimumItems = minimumItems ?? node["minItems"]?.count
    }
}

extension LocatedNode {
    fileprivate var number: String? {
        guard case .number(let digits) = content else { return nil }
        return digits
    }

    fileprivate var count: Int? { number.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
}
