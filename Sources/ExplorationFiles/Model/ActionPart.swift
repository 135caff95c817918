import Rewind

/// One entry of `actions`.
public struct ActionPart: Sendable {
    public var name: Located<String>
    /// One request, or a few that belong together, in order. What the last is answered decides the outcome; one before it
    /// that is not accepted ends the action with its own.
    public var requests: [RequestPart]
    /// When the request can be formed.
    public var condition: Expression?
    /// The argument domain: every combination is an edge of its own.
    public var arguments: [ArgumentPart] = []
    /// Variables that are computed after the last answer was accepted, in order.
    public var assignments: [(name: Located<String>, value: Expression)] = []
    public var maximumPerPath: Located<Int>?
    public var isAlwaysRefused = false
}

/// A named argument and its values.
public struct ArgumentPart: Sendable {
    /// `value` when the file gives a plain list.
    public var name: Located<String>
    public var values: [Located<Literal>]
}

/// A request, and what is made of its answer.
public struct RequestPart: Sendable {
    /// In upper case.
    public var method: Located<String>
    public var path: Template
    public var query: [(name: Located<String>, value: Template)] = []
    public var headers: [(name: Located<String>, value: Template)] = []
    public var body: Body?
    public var idempotencyKey: IdempotencyKeyPart?
    /// What is taken from an accepted answer.
    public var saved: [SavePart] = []
    /// 2xx when the file does not say.
    public var accepted: [StatusPattern] = [.class(2)]
    /// 4xx when the file does not say. All other answers are failures.
    public var refused: [StatusPattern] = [.class(4)]
    /// What must also be true of an answer with an accepted status; it counts as refused otherwise. Over the context, `reply`
    /// and `http_status`.
    public var acceptance: Expression?
    public var position: SourcePosition

    public enum Body: Sendable {
        case json(TemplatedValue)
        case form([(name: Located<String>, value: Template)])
        case multipart([MultipartField])
        case text(Template, contentType: Template?)
    }

    /// One part of a multipart body.
    public struct MultipartField: Sendable {
        public var name: Located<String>
        public var value: Template
        /// When it is a file.
        public var fileName: Template?
        public var contentType: Template?
    }
}

/// `idempotency_key`
public struct IdempotencyKeyPart: Sendable {
    /// `Idempotency-Key` when the file does not say.
    public var header: String
    /// A new random key for every request that is sent when there is no template.
    public var value: Template?
}

/// One entry of `save`.
public struct SavePart: Sendable {
    public enum Source: Sendable {
        case json(JSONPath)
        case header(String)
        case status
    }

    public var name: Located<String>
    public var source: Source
    /// Whether the variable becomes null when the answer has none; otherwise the action fails.
    public var isOptional = false
    public var position: SourcePosition
}

/// `201`, or `4xx`.
public enum StatusPattern: Hashable, Sendable {
    case exactly(Int)
    /// From 1 to 5.
    case `class`(Int)

    public func matches(_ status: Int) -> Bool {
        switch self {
        case .exactly(let number): status == number
        case .class(let hundreds): status / 100 == hundreds
        }
    }
}

/// One entry of `invariants`.
public struct InvariantPart: Sendable {
    public enum Check: Sendable {
        /// True over what the tester knows.
        case expression(Expression)
        /// A query that must give no row. Templates are its parameters.
        case noRow(Template, system: Located<String>?)
        /// A request, and what its answer must be.
        case answer(RequestPart, AnswerPart)
    }

    public var name: Located<String>
    public var check: Check
    public var condition: Expression?
    public var severity = Severity.high
    public var description = ""
}

/// `expect`: what an invariant's answer must be; all of it.
public struct AnswerPart: Sendable {
    /// Any of them; 2xx when the file does not say.
    public var statuses: [StatusPattern] = [.class(2)]
    /// Values that must stand at these paths.
    public var json: [(path: Located<JSONPath>, value: TemplatedValue)] = []
    /// Over the context, `reply` and `http_status`.
    public var check: Expression?
}

/// `states`: the diagram.
public struct StatesPart: Sendable {
    /// The variable whose values are the states.
    public var variable: Located<String>
    public var arrows: [ArrowPart]
}

/// One arrow. A state is `nil` while the variable is null: `none` in lists of arrows, `[*]` in Mermaid.
public struct ArrowPart: Sendable {
    public var action: Located<String>
    public var from: [String?]
    public var to: [String?]
}
