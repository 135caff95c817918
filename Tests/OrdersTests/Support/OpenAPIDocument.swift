import Foundation
import Testing

/// An OpenAPI document, and as much of JSON Schema as ours needs.
struct OpenAPIDocument {
    typealias Object = [String: Any]

    let root: Object

    init(_ bytes: [UInt8]) throws {
        root = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? Object)
    }

    /// Everything that can be asked for.
    var operations: [(path: String, method: String, content: Object)] {
        (root["paths"] as? [String: Object] ?? [:]).flatMap { path, methods in
            methods.map { (path, $0.key.uppercased(), $0.value as? Object ?? [:]) }
        }
        .sorted { $0.path < $1.path }
    }

    /// What an operation says of a status; nothing if it does not.
    func response(_ status: Int, of operation: Object) -> Object? {
        let responses = operation["responses"] as? Object
        return (responses?["\(status)"] as? Object).map(resolved)
    }

    func exampleBodies(of operation: Object) -> [String] {
        let content = (operation["requestBody"] as? Object)?["content"] as? Object
        let examples = (content?["application/json"] as? Object)?["examples"] as? Object ?? [:]
        return examples.sorted { $0.key < $1.key }.compactMap { _, example in
            guard let value = (example as? Object)?["value"],
                let data = try? JSONSerialization.data(withJSONObject: value, options: .sortedKeys)
            else { return nil }
            return String(decoding: data, as: UTF8.self)
        }
    }

    func requestSchema(of operation: Object) -> Object? {
        let content = (operation["requestBody"] as? Object)?["content"] as? Object
        return (content?["application/json"] as? Object)?["schema"] as? Object
    }

    /// What is wrong with an answer's body; nothing if it is as the document says.
    func complaints(about body: String, in response: Object) -> [String] {
        let content = response["content"] as? Object ?? [:]
        if content["text/plain"] != nil { return [] }
        guard let schema = (content["application/json"] as? Object)?["schema"] as? Object else { return ["no schema"] }
        guard let value = try? JSONSerialization.jsonObject(with: Data(body.utf8)) else { return ["no JSON: \(body)"] }
        return complaints(about: value, by: schema, at: "$")
    }

    func complaints(about value: Any, by unresolved: Object, at place: String) -> [String] {
        let schema = resolved(unresolved)
        let strange = Set(schema.keys).subtracting(Self.keywords)
        guard strange.isEmpty else { return ["\(place): this checker does not know \(strange.sorted())"] }
        guard Self.isOf(schema["type"] as? String, value) else { return ["\(place): \(value) has another type"] }
        var complaints: [String] = []
        if let allowed = schema["enum"] as? [String], !allowed.contains(value as? String ?? "") {
            complaints.append("\(place): \(value) is none of \(allowed)")
        }
        if let only = schema["const"] as? String, only != value as? String {
            complaints.append("\(place): \(value) is not \(only)")
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            complaints.append("\(place): \(text) does not match \(pattern)")
        }
        if let least = schema["minimum"] as? Int, let number = value as? Int, number < least {
            complaints.append("\(place): \(number) is less than \(least)")
        }
        if let items = schema["items"] as? Object, let list = value as? [Any] {
            for (index, item) in list.enumerated() {
                complaints += self.complaints(about: item, by: items, at: "\(place)[\(index)]")
            }
        }
        if let object = value as? Object { complaints += fieldComplaints(about: object, by: schema, at: place) }
        return complaints
    }

    private func fieldComplaints(about object: Object, by schema: Object, at place: String) -> [String] {
        let properties = schema["properties"] as? [String: Object] ?? [:]
        var complaints: [String] = []
        for name in schema["required"] as? [String] ?? [] where object[name] == nil {
            complaints.append("\(place): \(name) is missing")
        }
        for (name, value) in object {
            if let property = properties[name] {
                complaints += self.complaints(about: value, by: property, at: "\(place).\(name)")
            } else if schema["additionalProperties"] as? Bool == false {
                complaints.append("\(place): \(name) is not documented")
            }
        }
        return complaints
    }

    private static let keywords: Set<String> = [
        "type", "enum", "const", "pattern", "minimum", "items", "properties", "required", "additionalProperties",
        "description", "examples", "format",
    ]

    private static func isOf(_ type: String?, _ value: Any) -> Bool {
        switch type {
        case "object": value is Object
        case "array": value is [Any]
        case "string": value is String
        case "integer": value is Int
        default: false
        }
    }

    /// Follows `$ref`, which are all within the document.
    private func resolved(_ object: Object) -> Object {
        guard let reference = object["$ref"] as? String else { return object }
        let steps = reference.split(separator: "/").dropFirst()
        let target = steps.reduce(root as Any?) { ($0 as? Object)?[String($1)] }
        return target as? Object ?? ["unresolved": reference]
    }
}
