import ExactJSON

extension JSON {
    /// A whole number.
    static func integer(_ number: Int64) -> JSON { .number(String(number)) }

    /// The text, or `null`.
    static func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    /// A number without decimals or exponent: `100.0` is no amount to the router either.
    var integer: Int64? { if case .number(let digits) = self { Int64(digits) } else { nil } }
    var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }

    /// How a deserialiser calls what it found instead of what it expected.
    var described: String {
        switch self {
        case .null: "null"
        case .bool(let truth): "boolean `\(truth)`"
        case .number(let digits): (Int64(digits) == nil ? "floating point" : "integer") + " `\(digits)`"
        case .string: "string \(text)"
        case .array: "sequence"
        case .object: "map"
        }
    }
}
