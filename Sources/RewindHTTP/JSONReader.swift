import ExactJSON
import Foundation

/// A place in a reply's JSON: looked up by name and index, read by a typed getter that throws a sentence.
///
/// ```swift
/// let status = try reply.json.refunds[0].status.string
/// ```
///
/// A place may be absent; only reading it throws. A member with the name of a getter is reached as `json["string"]`.
@dynamicMemberLookup
public struct JSONReader: Sendable {
    /// What is there; `nil` when nothing is.
    public let value: JSON?
    /// Such as `refunds[0].status`; empty for the whole body.
    let place: String
    private let source: Reply

    init(value: JSON?, place: String = "", source: Reply) {
        self.value = value
        self.place = place
        self.source = source
    }

    /// The member of that name.
    public subscript(dynamicMember name: String) -> JSONReader { self[name] }

    /// The member of that name.
    public subscript(name: String) -> JSONReader {
        JSONReader(value: value?[name], place: place.isEmpty ? name : "\(place).\(name)", source: source)
    }

    /// The element at that index, from 0.
    public subscript(index: Int) -> JSONReader {
        JSONReader(value: value?[index], place: "\(place)[\(index)]", source: source)
    }

    /// Whether there is a value, even `null`.
    public var exists: Bool { value != nil }

    /// Whether the value is `null` or absent.
    public var isNull: Bool { value == nil || value == .null }

    /// A string's characters.
    public var string: String {
        get throws(UnreadableReply) {
            guard case .string(let text) = value else { throw mismatch("a string") }
            return text
        }
    }

    /// A boolean.
    public var bool: Bool {
        get throws(UnreadableReply) {
            guard case .bool(let flag) = value else { throw mismatch("a boolean") }
            return flag
        }
    }

    /// A whole number written as one: `100.0` and `1e2` are refused, as is what does not fit 64 bits.
    public var integer: Int64 {
        get throws(UnreadableReply) {
            guard case .number(let text) = value, let integer = Int64(text) else { throw mismatch("an integer") }
            return integer
        }
    }

    /// An exact decimal number of at most 38 digits.
    public var decimal: Decimal {
        get throws(UnreadableReply) {
            guard case .number(let text) = value, let decimal = JSON.decimal(of: text) else {
                throw mismatch("a decimal number")
            }
            return decimal
        }
    }

    /// An array's elements.
    public var array: [JSONReader] {
        get throws(UnreadableReply) {
            guard case .array(let elements) = value else { throw mismatch("an array") }
            return elements.indices.map { self[$0] }
        }
    }

    /// A value of an enumeration with string raw values, such as a status.
    public func `as`<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(UnreadableReply) -> Value where Value.RawValue == String {
        let text = try string
        guard let found = Value(rawValue: text) else { throw problem("is “\(text)”, which is no \(type)") }
        return found
    }

    private func mismatch(_ expected: String) -> UnreadableReply {
        guard let value else { return problem("is missing") }
        return problem("is \(value.kind), not \(expected)")
    }

    private func problem(_ words: String) -> UnreadableReply {
        UnreadableReply(source, problem: "\(place.isEmpty ? "the body" : place) \(words)")
    }
}
