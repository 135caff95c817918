// Every template of a part, in order.

extension StartPart {
    var templates: [Template] { command + prepare.flatMap { $0 } + environment.map(\.value) }
}

extension RequestPart {
    var templates: [Template] {
        var templates = [path] + query.map(\.value) + headers.map(\.value)
        switch body {
        case nil: break
        case .json(let value): templates += value.templates
        case .form(let fields): templates += fields.map(\.value)
        case .multipart(let fields):
            for field in fields { templates += [field.value, field.fileName, field.contentType].compactMap { $0 } }
        case .text(let text, let type): templates += [text, type].compactMap { $0 }
        }
        return templates + [idempotencyKey?.value].compactMap { $0 }
    }
}

extension TemplatedValue {
    var templates: [Template] {
        switch self {
        case .null, .bool, .number: []
        case .string(let template): [template]
        case .list(let elements): elements.flatMap(\.templates)
        case .object(let members): members.flatMap(\.value.templates)
        }
    }
}

extension StatusPattern {
    /// As it is written: `201`, `4xx`.
    var shown: String {
        switch self {
        case .exactly(let number): "\(number)"
        case .class(let hundreds): "\(hundreds)xx"
        }
    }
}
