import Rewind

extension RequestPart {
    /// The request that stands in a mapping among other keys; `nil` when there is none.
    init?(_ node: LocatedNode) {
        guard let entry = node.entries.first(where: { RequestFormat.methods.contains($0.key.value) }),
            let path = entry.value.template
        else { return nil }
        self.init(method: entry.key, path: path, position: entry.key.position)
        query = node["query"]?.templates ?? []
        headers = node["headers"]?.templates ?? []
        body = Body(node)
        idempotencyKey = node["idempotency_key"].flatMap { IdempotencyKeyPart($0) }
        saved = node["save"]?.entries.compactMap { SavePart($0) } ?? []
        if let statuses = node["accepted"]?.statuses { accepted = statuses }
        if let statuses = node["refused"]?.statuses { refused = statuses }
        acceptance = node["accepted_when"]?.expression
    }
}

extension RequestPart.Body {
    fileprivate init?(_ node: LocatedNode) {
        if let value = node["json"] {
            self = .json(value.templatedValue)
        } else if let fields = node["form"] {
            self = .form(fields.templates)
        } else if let fields = node["multipart"] {
            self = .multipart(fields.entries.compactMap { RequestPart.MultipartField($0) })
        } else if let text = node["body"]?.template {
            self = .text(text, contentType: node["content_type"]?.template)
        } else {
            return nil
        }
    }
}

extension RequestPart.MultipartField {
    fileprivate init?(_ entry: LocatedNode.Entry) {
        guard let value = entry.value["content"]?.template ?? entry.value.template else { return nil }
        self.init(
            name: entry.key, value: value, fileName: entry.value["file"]?.template,
            contentType: entry.value["type"]?.template)
    }
}

extension IdempotencyKeyPart {
    fileprivate init?(_ node: LocatedNode) {
        if case .bool(let isWanted) = node.content {
            guard isWanted else { return nil }
            self.init(header: Self.standardHeader, value: nil)
        } else if case .mapping = node.content {
            self.init(header: node["header"]?.text?.value ?? Self.standardHeader, value: node["value"]?.template)
        } else {
            self.init(header: Self.standardHeader, value: node.template)
        }
    }

    private static let standardHeader = "Idempotency-Key"
}

extension SavePart {
    fileprivate init?(_ entry: LocatedNode.Entry) {
        let node = entry.value
        guard let source = Source(node) else { return nil }
        self.init(
            name: entry.key, source: source, isOptional: node["optional"]?.isTrue ?? false, position: node.position)
    }
}

extension SavePart.Source {
    fileprivate init?(_ node: LocatedNode) {
        if let path = node.path ?? node["json"]?.path {
            self = .json(path)
        } else if let header = node["header"]?.text {
            self = .header(header.value)
        } else if node["status"] != nil {
            self = .status
        } else {
            return nil
        }
    }
}

extension ActionPart {
    init(_ entry: LocatedNode.Entry) {
        let node = entry.value
        let requests = node["requests"].map { $0.elements.compactMap { RequestPart($0) } }
        self.init(name: entry.key, requests: requests ?? RequestPart(node).map { [$0] } ?? [])
        condition = node["when"]?.expression
        arguments = node["values"].map { ArgumentPart.domain($0) } ?? []
        assignments = node["set"]?.expressions ?? []
        maximumPerPath = node["at_most"]?.number(Int.self)
        isAlwaysRefused = node["always_refused"]?.isTrue ?? false
    }
}

extension ArgumentPart {
    fileprivate static func domain(_ node: LocatedNode) -> [ArgumentPart] {
        let values = { (list: LocatedNode) in list.elements.map { Located($0.literal, at: $0.position) } }
        guard case .mapping(let entries) = node.content else {
            return [ArgumentPart(name: Located("value", at: node.position), values: values(node))]
        }
        return entries.map { ArgumentPart(name: $0.key, values: values($0.value)) }
    }
}

extension InvariantPart {
    init?(_ entry: LocatedNode.Entry) {
        let node = entry.value
        let check: Check
        if let expression = node["check"]?.expression {
            check = .expression(expression)
        } else if let query = node["sql"]?.template {
            check = .noRow(query, system: node["system"]?.text)
        } else if let request = RequestPart(node) {
            check = .answer(request, node["expect"].map { AnswerPart($0) } ?? AnswerPart())
        } else {
            return nil
        }
        self.init(name: entry.key, check: check)
        condition = node["when"]?.expression
        if let severity = node["severity"]?.text.flatMap({ Severity(rawValue: $0.value) }) { self.severity = severity }
        description = node["description"]?.text?.value ?? ""
    }
}

extension AnswerPart {
    fileprivate init(_ node: LocatedNode) {
        if let statuses = node["status"]?.statuses { self.statuses = statuses }
        json =
            node["json"]?.entries.compactMap { entry in
                guard let path = try? JSONPath(parsing: entry.spelling) else { return nil }
                return (Located(path, at: entry.key.position), entry.value.templatedValue)
            } ?? []
        check = node["check"]?.expression
    }
}
