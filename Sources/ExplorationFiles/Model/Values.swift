/// A value as the file has it, without templates.
public indirect enum Literal: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number's text: no digit is lost.
    case number(String)
    case string(String)
    case list([Literal])
    case object([String: Literal])
}

/// A text in which `{name}` stands for a variable of the context or an argument, and `{{` and `}}` for braces.
public struct Template: Sendable, Hashable {
    public enum Segment: Sendable, Hashable {
        case text(String)
        case variable(String, SourcePosition)
    }

    /// No two texts stand side by side, and none is empty.
    public var segments: [Segment]
    public var position: SourcePosition

    /// The name, when the whole text is one variable: then its value keeps its type.
    public var onlyVariable: String? {
        guard segments.count == 1, case .variable(let name, _) = segments[0] else { return nil }
        return name
    }
}

/// A JSON value whose texts are templates.
public indirect enum TemplatedValue: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(Template)
    case list([TemplatedValue])
    case object([(name: String, value: TemplatedValue)])
}

/// An expression in SQLite's language, over the variables of the context by their names.
public struct Expression: Sendable, Hashable {
    public var text: String
    /// Of its first character.
    public var position: SourcePosition
    /// Of each of its Unicode scalars, when they are known: a text may go over several lines, or have escapes in it.
    var places: [SourcePosition] = []
}

/// A way into a JSON value: `$.refunds[0].id`, `$['odd name']`, `$.items[-1]` (a part of RFC 9535).
public struct JSONPath: Hashable, Sendable, CustomStringConvertible {
    public enum Step: Hashable, Sendable {
        case member(String)
        /// Negative counts from the end.
        case element(Int)
    }

    public var steps: [Step]
    /// As it was written.
    public var description: String
}
