import ExactJSON
import Money

/// A request's body, read field by field as the router's deserialiser does.
struct SandboxBody {
    private let json: JSON

    /// An empty body counts as an empty object.
    init(_ bytes: [UInt8]) throws(SandboxRefusal) {
        if bytes.isEmpty { json = .object([]); return }
        let parsed = try? JSON(parsing: bytes)
        guard let json = parsed else { throw .notDeserialised("expected value") }
        guard case .object = json else { throw .notDeserialised("invalid type: \(json.described), expected an object") }
        self.json = json
    }

    private init(_ json: JSON) { self.json = json }

    /// A field as it is; nothing if there is none.
    subscript(name: String) -> JSON? { json[name] }

    func string(_ name: String) throws(SandboxRefusal) -> String? {
        try value(name, "a string") { $0.string }
    }

    func integer(_ name: String) throws(SandboxRefusal) -> Int64? {
        try value(name, "i64") { $0.integer }
    }

    func bool(_ name: String) throws(SandboxRefusal) -> Bool? {
        try value(name, "a boolean") { $0.bool }
    }

    /// A nested object.
    func object(_ name: String) throws(SandboxRefusal) -> SandboxBody? {
        try value(name, "a map") { if case .object = $0 { SandboxBody($0) } else { nil } }
    }

    /// A nested object as JSON text.
    func text(_ name: String) throws(SandboxRefusal) -> String? {
        try value(name, "a map") { if case .object = $0 { $0.text } else { nil } }
    }

    /// One of the names of an enumeration.
    func oneOf<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(SandboxRefusal) -> Choice? where Choice.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw .notDeserialised("unknown variant `\(text)`, expected one of \(names)")
        }
        return choice
    }

    /// A positive amount in minor units, of a currency that the provider knows.
    func amountAndCurrency() throws(SandboxRefusal) -> (amount: Int64, currency: String) {
        let given = (try integer("amount"), try string("currency"))
        guard let amount = given.0 else { throw .missing("amount") }
        guard let code = given.1 else { throw .missing("currency") }
        guard (try? Currency(code, on: .hyperswitch)) != nil else {
            throw .notDeserialised("unknown variant `\(code)`, expected a currency of ISO 4217")
        }
        guard amount > 0 else { throw .badFormat("amount", expected: "positive integer") }
        guard amount <= 999_999_999 else { throw .badData("amount should not exceed 999999999") }
        return (amount, code)
    }

    /// An id that the merchant chose: 1 to 64 letters, digits, `_` and `-`, without blanks around it.
    func merchantID(_ name: String) throws(SandboxRefusal) -> String? {
        guard let text = try string(name) else { return nil }
        let id = String(text.trimmingPrefix(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        let isValid = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isValid, (1...64).contains(id.utf8.count) else {
            throw .badFormat(name, expected: "1 to 64 letters, digits, _ and -")
        }
        return id
    }

    /// The merchant's name for the customer, in either place.
    func customerID() throws(SandboxRefusal) -> String? {
        if let id = try string("customer_id") { return id }
        return try object("customer")?.string("id")
    }

    private func value<Value>(
        _ name: String, _ expected: String, _ read: (JSON) -> Value?
    ) throws(SandboxRefusal) -> Value? {
        guard let found = json[name], found != .null else { return nil }
        guard let value = read(found) else {
            throw .notDeserialised("\(name): invalid type: \(found.described), expected \(expected)")
        }
        return value
    }
}
