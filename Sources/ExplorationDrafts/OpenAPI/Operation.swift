import ExactJSON
import ExplorationFiles

/// One operation of the document: a method on a path.
struct Operation {
    var method: String
    /// As the document has it: `/orders/{id}/pay`.
    var path: String
    var position: SourcePosition
    /// `operationId`, as the document spells it.
    var identifier: String?
    var parameters: [OperationParameter]
    var body: OperationBody?
    /// In the document's order: `201`, `4XX`, `default`.
    var responses: [OperationResponse]
    /// Its own `security`, if it has one.
    var security: LocatedNode?

    var isSafe: Bool { ["GET", "HEAD", "OPTIONS"].contains(method) }

    /// The segments of the path, parameters with their braces.
    var segments: [String] { path.split(separator: "/").map(String.init) }

    /// The last segment that is no parameter.
    var lastWord: String? { segments.last { !$0.hasPrefix("{") } }

    var endsInParameter: Bool { segments.last?.contains("{") == true }

    /// What an accepted answer is.
    var success: OperationResponse? { responses.first { $0.status.hasPrefix("2") } }
}

struct OperationParameter {
    var name: String
    /// `path`, `query`, `header` or `cookie`.
    var location: String
    var isRequired: Bool
    var schema: LocatedNode?
    var example: JSON?
}

struct OperationBody {
    var contentType: String
    var schema: LocatedNode?
    /// What the document shows; without a name when there is one only.
    var examples: [(name: String?, value: JSON)]
}

struct OperationResponse {
    var status: String
    var schema: LocatedNode?
    var example: JSON?
    var links: [OperationLink]
}

/// What an answer gives to another operation.
struct OperationLink {
    /// `operationId`, or `operationRef`.
    var target: String
    var parameters: [(name: String, expression: String)]
}

extension OpenAPIDocument {
    static let methods = ["get", "post", "put", "patch", "delete", "head", "options"]

    /// All operations, in the document's order.
    func operations() throws(FileError) -> [Operation] {
        var operations: [Operation] = []
        for (path, item) in try entries(root["paths"]) where !path.value.hasPrefix("x-") {
            guard path.value.hasPrefix("/") else {
                throw FileError("A path begins with a slash; this is “\(path.value)”.", at: path.position)
            }
            let shared = try parameters(item["parameters"])
            for entry in item.entries where Self.methods.contains(entry.key.value) {
                operations.append(try operation(entry, path: path.value, shared))
            }
        }
        return operations
    }

    private func operation(
        _ entry: LocatedNode.Entry, path: String, _ shared: [OperationParameter]
    ) throws(FileError) -> Operation {
        let node = entry.value
        guard case .mapping = node.content else {
            throw FileError("An operation is a mapping; this is \(node.kind).", at: node.position)
        }
        let own = try parameters(node["parameters"])
        let inherited = shared.filter { one in !own.contains { $0.name == one.name && $0.location == one.location } }
        return Operation(
            method: entry.key.value.uppercased(), path: path, position: entry.key.position,
            identifier: node["operationId"]?.plainText, parameters: inherited + own,
            body: try body(node["requestBody"]),
            responses: try responses(node["responses"]), security: node["security"])
    }

    private func parameters(_ node: LocatedNode?) throws(FileError) -> [OperationParameter] {
        var parameters: [OperationParameter] = []
        for element in node?.elements ?? [] {
            guard let parameter = try resolved(element).node, let name = parameter["name"]?.plainText,
                let location = parameter["in"]?.string
            else { continue }
            let content = parameter["content"]?.entries.first?.value
            let examples = try entries(parameter["examples"])
            let example = parameter["example"]?.json ?? examples.first?.value["value"]?.json
            parameters.append(
                OperationParameter(
                    name: name, location: location,
                    isRequired: parameter["required"]?.isTrue == true || location == "path",
                    schema: parameter["schema"] ?? content?["schema"], example: example))
        }
        return parameters
    }

    private func body(_ node: LocatedNode?) throws(FileError) -> OperationBody? {
        guard let node, let body = try resolved(node).node else { return nil }
        let contents = try entries(body["content"])
        let chosen =
            contents.first { $0.name.value.isJSONType } ?? contents.first {
                $0.name.value.hasPrefix("application/x-www")
            }
            ?? contents.first { $0.name.value.hasPrefix("multipart/") } ?? contents.first
        guard let chosen else { return nil }
        return OperationBody(
            contentType: chosen.name.value, schema: chosen.value["schema"], examples: try examples(of: chosen.value))
    }

    private func examples(of media: LocatedNode) throws(FileError) -> [(name: String?, value: JSON)] {
        var examples: [(String?, JSON)] = []
        for (name, example) in try entries(media["examples"]) {
            if let value = example["value"] { examples.append((name.value, value.json)) }
        }
        if examples.count == 1 { examples[0].0 = nil }
        if examples.isEmpty, let example = media["example"] { examples.append((nil, example.json)) }
        return examples
    }

    private func responses(_ node: LocatedNode?) throws(FileError) -> [OperationResponse] {
        var responses: [OperationResponse] = []
        for (status, response) in try entries(node) where !status.value.hasPrefix("x-") {
            let contents = try entries(response["content"])
            let media = contents.first { $0.name.value.isJSONType }?.value
            var links: [OperationLink] = []
            for (_, link) in try entries(response["links"]) {
                guard let target = link["operationId"]?.plainText ?? link["operationRef"]?.string else { continue }
                let parameters = (link["parameters"]?.entries ?? []).compactMap { entry in
                    entry.value.string.map { (name: entry.key.value, expression: $0) }
                }
                links.append(OperationLink(target: target, parameters: parameters))
            }
            var example: JSON?
            if let media { example = try examples(of: media).first?.value }
            responses.append(
                OperationResponse(
                    status: status.value.lowercased(), schema: media?["schema"], example: example, links: links))
        }
        return responses
    }
}

extension String {
    /// `application/json`, and what ends in `+json`.
    var isJSONType: Bool {
        let type = lowercased().split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
        return type.hasSuffix("/json") || type.hasSuffix("+json") || type == "*/*"
    }
}
