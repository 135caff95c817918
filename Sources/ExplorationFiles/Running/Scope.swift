import ExactJSON
import RewindHTTP
import SQLiteDriver

/// Something that a template or an expression can name.
struct ScopedName: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case variable(Int)
        case argument(Int)
        /// The body of the answer.
        case reply
        case httpStatus
    }

    let text: String
    let kind: Kind
}

/// The names that are known at some place of a file.
struct NameScope: Sendable {
    private var names: [String: ScopedName] = [:]
    /// Names that mean something elsewhere, and why they don't here.
    private(set) var absent: [String: String] = [:]

    /// - Parameter absentArguments: those of an action, where they are not known yet.
    init(
        _ variables: FileContext.Variables, arguments: [String] = [], hasAnswer: Bool = false,
        absentArguments: [String] = []
    ) {
        for (slot, name) in variables.names.enumerated() { names[name] = ScopedName(text: name, kind: .variable(slot)) }
        for (index, name) in arguments.enumerated() { names[name] = ScopedName(text: name, kind: .argument(index)) }
        let answer = [ScopedName(text: "reply", kind: .reply), ScopedName(text: "http_status", kind: .httpStatus)]
        for name in answer where names[name.text] == nil {
            if hasAnswer { names[name.text] = name } else { absent[name.text] = Self.withoutAnswer(name.text) }
        }
        if names["value"] == nil {
            absent["value"] = "“value” is the argument of an action with `values`; there is none here."
        }
        for name in absentArguments {
            absent[name] =
                "“\(name)” is an argument, and `when` is asked before there is one: it decides for all of them."
        }
    }

    private static func withoutAnswer(_ name: String) -> String {
        "“\(name)” is known only where there is an answer: in `set`, `accepted_when` and the `check` of `expect`."
    }

    subscript(name: String) -> ScopedName? { names[name] }

    var texts: [String] { names.keys.sorted() }

    /// - Throws: ``FileError`` for a name that means nothing here.
    func require(_ name: String, at position: SourcePosition) throws(FileError) -> ScopedName {
        if let known = names[name] { return known }
        if let reason = absent[name] { throw FileError(reason, at: position) }
        throw FileError(
            "There is no variable “\(name)” here." + Suggestion.sentence(for: name, among: texts), at: position)
    }
}

/// What the names stand for at some moment.
struct ScopedValues: Sendable {
    var context: FileContext
    var arguments: [JSON] = []
    var answer: Reply?

    subscript(name: ScopedName) -> JSON {
        switch name.kind {
        case .variable(let slot): context[slot]
        case .argument(let index): arguments[index]
        case .reply: answer.map { .string($0.text) } ?? .null
        case .httpStatus: answer.map { .number(String($0.status)) } ?? .null
        }
    }
}

extension JSON {
    /// As a template writes it into a text; `nil` for null.
    var asText: String? {
        switch self {
        case .null: nil
        case .string(let text): text
        default: text
        }
    }

    /// For messages: texts in quotes, long ones cut off.
    var shown: String {
        guard case .string(let text) = self else { return text.count > 80 ? text.prefix(80) + "…" : text }
        return "“\(text.count > 80 ? text.prefix(80) + "…" : text)”"
    }

    /// As an expression sees it: lists and objects as JSON texts, and so numbers that SQLite would round.
    var asParameter: SQLiteValue {
        switch self {
        case .null: return .null
        case .bool(let truth): return .truth(truth)
        case .string(let text): return .text(text)
        case .array, .object: return .text(text)
        case .number(let spelling):
            if let whole = Int64(spelling) { return .integer(whole) }
            let digits = spelling.prefix { $0 != "e" && $0 != "E" }.filter(\.isNumber).drop { $0 == "0" }
            let isExact = digits.reversed().drop { $0 == "0" }.count <= 15
            guard isExact, let real = Double(spelling), real.isFinite else { return .text(spelling) }
            return .real(real)
        }
    }

    /// What an expression gave.
    /// - Parameter old: what the variable began as: a truth value stays one, and so do lists and objects.
    /// - Throws: ``FunctionFailure`` for what is no value of a variable.
    init(_ value: SQLiteValue, replacing old: JSON) throws(FunctionFailure) {
        switch (value, old) {
        case (.null, _): self = .null
        case (.integer(let number), .bool) where number == 0 || number == 1: self = .bool(number == 1)
        case (.integer(let number), _): self = .number(String(number))
        case (.text(let text), .array), (.text(let text), .object):
            self = (try? JSON(parsing: Array(text.utf8))) ?? .string(text)
        case (.text(let text), _): self = .string(text)
        case (.real(let number), _):
            // A sum of whole numbers beyond 64 bits has silently become one of these.
            guard number.isFinite, number.magnitude < 1e15 || number != number.rounded() else {
                throw FunctionFailure(description: "it gives \(number.decimalText), which is beyond exact numbers")
            }
            self = .number(number.decimalText)
        case (.blob, _): throw FunctionFailure(description: "it gives bytes, which are no value of a variable")
        }
    }
}
