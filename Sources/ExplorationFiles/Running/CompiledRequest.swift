import ExactJSON
import Foundation
import Rewind
import RewindHTTP

/// A request that can be formed from the values at hand.
struct CompiledRequest: Sendable {
    private typealias Field = (name: String, value: CompiledTemplate)

    private enum Body: Sendable {
        case json(CompiledValue)
        case form([(name: String, value: CompiledTemplate)])
        case multipart([MultipartPart])
        case text(CompiledTemplate, type: CompiledTemplate?)
    }

    private struct MultipartPart: Sendable {
        let name: String
        let value: CompiledTemplate
        let fileName: CompiledTemplate?
        let type: CompiledTemplate?
    }

    private let method: String
    private let path: CompiledTemplate
    private let query: [(name: String, value: CompiledTemplate)]
    private let headers: [(name: String, value: CompiledTemplate)]
    private let body: Body?
    private let keyHeader: String?
    private let key: CompiledTemplate?
    private let common: CommonHeaders

    /// - Parameter common: what every request carries.
    init(_ part: RequestPart, in scope: NameScope, _ common: CommonHeaders) throws(FileError) {
        self.common = common
        method = part.method.value
        path = try CompiledTemplate(part.path, in: scope)
        query = try Self.fields(part.query, scope)
        headers = try Self.fields(part.headers, scope)
        body = try part.body.map { body throws(FileError) in try Self.compiled(body, scope) }
        keyHeader = part.idempotencyKey?.header
        key = try Self.template(part.idempotencyKey?.value, scope)
    }

    /// The request as it is to be sent.
    /// - Throws: ``NullInTemplate``.
    func formed(_ values: ScopedValues) throws -> Request {
        var fields = try headers.map { Exchange.Header($0.name, try $0.value.text(values)) }
        if let keyHeader {
            fields.append(Exchange.Header(keyHeader, try key?.text(values) ?? UUID().uuidString.lowercased()))
        }
        var bytes: [UInt8]?
        if let body {
            let content = try Self.content(body, values)
            bytes = content.bytes
            if let type = content.type, !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
                fields.insert(Exchange.Header("Content-Type", type), at: 0)
            }
        }
        fields += common.fields(values, besides: fields)
        let path = try path.text(values, encoding: Request.pathSegment)
        var request = Request(method, path, headers: fields, body: bytes)
        request.addQuery(try query.map { (key: $0.name, value: try $0.value.text(values)) })
        return request
    }

    private static func template(_ template: Template?, _ scope: NameScope) throws(FileError) -> CompiledTemplate? {
        guard let template else { return nil }
        return try CompiledTemplate(template, in: scope)
    }

    private static func fields(
        _ fields: [(name: Located<String>, value: Template)], _ scope: NameScope
    ) throws(FileError) -> [(name: String, value: CompiledTemplate)] {
        var compiled: [(name: String, value: CompiledTemplate)] = []
        for field in fields { compiled.append((field.name.value, try CompiledTemplate(field.value, in: scope))) }
        return compiled
    }

    private static func compiled(_ body: RequestPart.Body, _ scope: NameScope) throws(FileError) -> Body {
        switch body {
        case .json(let value): return .json(try CompiledValue(value, in: scope))
        case .form(let fields): return .form(try Self.fields(fields, scope))
        case .text(let text, let type):
            return .text(try CompiledTemplate(text, in: scope), type: try template(type, scope))
        case .multipart(let fields):
            var parts: [MultipartPart] = []
            for field in fields {
                parts.append(
                    MultipartPart(
                        name: field.name.value, value: try CompiledTemplate(field.value, in: scope),
                        fileName: try template(field.fileName, scope), type: try template(field.contentType, scope)))
            }
            return .multipart(parts)
        }
    }

    // MARK: Bodies

    private static func content(_ body: Body, _ values: ScopedValues) throws -> (bytes: [UInt8], type: String?) {
        switch body {
        case .json(let value): return (Array(try value.json(values).text.utf8), "application/json")
        case .text(let text, let type):
            return (Array(try text.text(values).utf8), try type?.text(values) ?? "text/plain; charset=utf-8")
        case .form(let fields):
            let fields = try fields.map { (key: $0.name, value: try $0.value.text(values)) }
            return (Request.formBody(fields), "application/x-www-form-urlencoded")
        case .multipart(let parts): return try multipart(parts, values)
        }
    }

    /// RFC 7578. The boundary follows from the content, so that the same run sends the same bytes.
    private static func multipart(
        _ parts: [MultipartPart], _ values: ScopedValues
    ) throws -> (bytes: [UInt8], type: String?) {
        var sections: [String] = []
        for part in parts {
            var disposition = "form-data; name=\"\(quoted(part.name))\""
            if let file = try part.fileName?.text(values) { disposition += "; filename=\"\(quoted(file))\"" }
            var section = "Content-Disposition: \(disposition)\r\n"
            let type = try part.type?.text(values) ?? (part.fileName == nil ? nil : "application/octet-stream")
            if let type { section += "Content-Type: \(type)\r\n" }
            sections.append(section + "\r\n" + (try part.value.text(values)))
        }
        var boundary = "rewind-boundary"
        while sections.contains(where: { $0.contains(boundary) }) { boundary += "-x" }
        let body = sections.map { "--\(boundary)\r\n\($0)\r\n" }.joined() + "--\(boundary)--\r\n"
        return (Array(body.utf8), "multipart/form-data; boundary=\(boundary)")
    }

    private static func quoted(_ name: String) -> String {
        name.replacing("\"", with: "%22").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }
}
