import ExactJSON
import ExplorationFiles

/// An OpenAPI document, with references inside it followed on demand.
struct OpenAPIDocument {
    let root: LocatedNode
    /// As it was named.
    let file: String

    init(parsing text: String, file: String) throws(FileError) {
        root = try LocatedNode(parsing: text, file: file)
        self.file = file
        guard case .mapping = root.content else {
            throw FileError("An OpenAPI document is a mapping; this is \(root.kind).", at: root.position)
        }
        try checkVersion()
        guard let paths = root["paths"] else {
            throw FileError("The document has no paths, so there is nothing to send.", at: root.position)
        }
        guard case .mapping = paths.content else {
            throw FileError(
                "paths must be a mapping of paths to operations; this is \(paths.kind).", at: paths.position)
        }
    }

    private func checkVersion() throws(FileError) {
        if let swagger = root["swagger"] {
            throw FileError(
                "This is Swagger \(swagger.plainText ?? "2.0"); OpenAPI 3.0 and 3.1 are read. Convert it first, for "
                    + "example at converter.swagger.io.", at: swagger.position)
        }
        guard let version = root["openapi"] else {
            throw FileError(
                "This is no OpenAPI document: it has no key openapi, such as openapi: 3.1.0.", at: root.position)
        }
        guard let text = version.plainText, text.hasPrefix("3.0") || text.hasPrefix("3.1") else {
            throw FileError("OpenAPI 3.0 and 3.1 are read; this is \(version.kind).", at: version.position)
        }
    }

    /// What the node stands for, and the references on the way there.
    ///
    /// A circle of nothing but references stands for nothing, and so does a reference into another document.
    /// - Throws: ``FileError`` for a reference to what is not in the document.
    func resolved(_ node: LocatedNode) throws(FileError) -> (node: LocatedNode?, references: [String]) {
        var current = node
        var references: [String] = []
        while let reference = current.reference {
            if references.contains(reference) || !reference.hasPrefix("#") { return (nil, references + [reference]) }
            references.append(reference)
            guard let target = target(of: reference) else {
                throw FileError(
                    "$ref points to “\(reference)”, which is not in the document.",
                    at: current["$ref"]?.position ?? current.position)
            }
            current = target
        }
        return (current, references)
    }

    /// The node at a JSON pointer after `#`.
    private func target(of reference: String) -> LocatedNode? {
        var current = root
        for part in reference.dropFirst().split(separator: "/") {
            let decoded = String(part).percentDecoded
            let name = decoded.replacing("~1", with: "/").replacing("~0", with: "~")
            switch current.content {
            case .list(let elements):
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                current = elements[index]
            default:
                guard let next = current[name] else { return nil }
                current = next
            }
        }
        return current
    }

    /// The entries of a mapping whose values may be references, each with what it stands for.
    func entries(_ node: LocatedNode?) throws(FileError) -> [(name: Located<String>, value: LocatedNode)] {
        guard let node, let mapping = try resolved(node).node, case .mapping(let entries) = mapping.content else {
            return []
        }
        var result: [(Located<String>, LocatedNode)] = []
        for entry in entries {
            if let value = try resolved(entry.value).node { result.append((entry.key, value)) }
        }
        return result
    }
}

extension LocatedNode {
    /// The text of `$ref`.
    var reference: String? { self["$ref"]?.string }

    var string: String? {
        guard case .string(let text) = content else { return nil }
        return text
    }

    /// A text, or a number's digits.
    var plainText: String? {
        switch content {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    var isTrue: Bool {
        guard case .bool(true) = content else { return false }
        return true
    }

    var elements: [LocatedNode] {
        guard case .list(let elements) = content else { return [] }
        return elements
    }

    var entries: [Entry] {
        guard case .mapping(let entries) = content else { return [] }
        return entries
    }

    /// Without positions.
    var json: JSON {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let digits): .number(digits)
        case .string(let text): .string(text)
        case .list(let elements): .array(elements.map(\.json))
        case .mapping(let entries): .object(entries.map { JSON.Member($0.key.value, $0.value.json) })
        }
    }
}
