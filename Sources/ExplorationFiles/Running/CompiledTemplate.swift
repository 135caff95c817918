import ExactJSON
import Rewind
import RewindHTTP

/// A template whose names were found.
struct CompiledTemplate: Sendable {
    private enum Segment: Sendable {
        case text(String)
        case name(ScopedName)
    }

    private let segments: [Segment]
    let position: SourcePosition

    init(_ template: Template, in scope: NameScope) throws(FileError) {
        var segments: [Segment] = []
        for segment in template.segments {
            switch segment {
            case .text(let text): segments.append(.text(text))
            case .variable(let name, let position): segments.append(.name(try scope.require(name, at: position)))
            }
        }
        self.segments = segments
        position = template.position
    }

    /// The text with the values put in.
    /// - Parameter encode: what is done to each value.
    /// - Throws: ``NullInTemplate``.
    func text(_ values: ScopedValues, encoding encode: (String) -> String = { $0 }) throws(NullInTemplate) -> String {
        var text = ""
        for segment in segments {
            switch segment {
            case .text(let more): text += more
            case .name(let name): text += encode(try Self.text(of: name, values, at: position))
            }
        }
        return text
    }

    /// The value, when the template is one name and nothing else; its text otherwise.
    /// - Throws: ``NullInTemplate``.
    func json(_ values: ScopedValues) throws(NullInTemplate) -> JSON {
        guard segments.count == 1, case .name(let name) = segments[0] else { return .string(try text(values)) }
        let value = values[name]
        if value == .null { throw NullInTemplate(name.text, position) }
        return value
    }

    /// The text with `$1`, `$2` … for the names, and their values in that order.
    func query(_ values: ScopedValues) -> (sql: String, parameters: [Value]) {
        var sql = ""
        var parameters: [Value] = []
        for segment in segments {
            switch segment {
            case .text(let text): sql += text
            case .name(let name):
                parameters.append(Value(values[name]))
                sql += "$\(parameters.count)"
            }
        }
        return (sql, parameters)
    }

    private static func text(
        of name: ScopedName, _ values: ScopedValues, at position: SourcePosition
    ) throws(NullInTemplate) -> String {
        guard let text = values[name].asText else { throw NullInTemplate(name.text, position) }
        return text
    }
}

/// A template names a variable that is null.
struct NullInTemplate: Error, CustomStringConvertible {
    let description: String

    init(_ name: String, _ position: SourcePosition) {
        description =
            "\(position): “\(name)” is null, so the request can't be formed. Guard it with `when: \(name) IS NOT NULL`."
    }
}

extension Value {
    /// As a query's parameter.
    fileprivate init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let truth): self = .integer(truth ? 1 : 0)
        case .number(let spelling):
            self = Int64(spelling).map(Value.integer) ?? Double(spelling).map(Value.real) ?? .text(spelling)
        case .string(let text): self = .text(text)
        case .array, .object: self = .text(json.text)
        }
    }
}

/// A JSON value with templates whose names were found.
indirect enum CompiledValue: Sendable {
    case fixed(JSON)
    case template(CompiledTemplate)
    case list([CompiledValue])
    case object([(name: String, value: CompiledValue)])

    init(_ value: TemplatedValue, in scope: NameScope) throws(FileError) {
        switch value {
        case .null: self = .fixed(.null)
        case .bool(let truth): self = .fixed(.bool(truth))
        case .number(let spelling): self = .fixed(.number(spelling))
        case .string(let template): self = .template(try CompiledTemplate(template, in: scope))
        case .list(let elements):
            var list: [CompiledValue] = []
            for element in elements { list.append(try CompiledValue(element, in: scope)) }
            self = .list(list)
        case .object(let members):
            var object: [(name: String, value: CompiledValue)] = []
            for member in members { object.append((member.name, try CompiledValue(member.value, in: scope))) }
            self = .object(object)
        }
    }

    /// - Throws: ``NullInTemplate``.
    func json(_ values: ScopedValues) throws -> JSON {
        switch self {
        case .fixed(let json): json
        case .template(let template): try template.json(values)
        case .list(let elements): .array(try elements.map { try $0.json(values) })
        case .object(let members): .object(try members.map { JSON.Member($0.name, try $0.value.json(values)) })
        }
    }
}
