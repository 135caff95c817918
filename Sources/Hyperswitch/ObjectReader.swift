import ExactJSON
import Money
import PaymentProviders

/// Why an answer or webhook is not what the API promises: a part of a sentence.
struct Unreadable: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension JSON {
    /// Reads a body.
    static func read(_ body: [UInt8]) throws(Unreadable) -> JSON {
        do throws(JSONSyntaxError) {
            return try JSON(parsing: body)
        } catch {
            throw Unreadable(body.isEmpty ? "the body is empty" : error.description)
        }
    }
}

/// Reads one object of the API, strictly: what is there must be of its type, `100.0` is no integer.
struct ObjectReader {
    let json: JSON
    private let place: String

    init(_ json: JSON, place: String = "") {
        self.json = json
        self.place = place
    }

    /// The names under which the API's objects carry their ids.
    private static let idNames = ["refund_id", "payout_id", "dispute_id", "payment_id"]

    /// Checks that this is the object that was asked for. A refund carries its payment's id too, so its own goes first.
    func requireID(_ expected: ProviderID) throws(Unreadable) {
        let name = Self.idNames.first { json[$0] != nil } ?? "payment_id"
        let id = try string(name)
        guard id == expected.rawValue else { throw Unreadable("\(named(name)) is \(id), not \(expected)") }
    }

    func require(_ holds: Bool, _ name: String, isNot expected: some CustomStringConvertible) throws(Unreadable) {
        guard !holds else { return }
        throw Unreadable("\(named(name)) is not \(expected), which was sent")
    }

    func string(_ name: String) throws(Unreadable) -> String {
        guard case .string(let text) = try value(name) else { throw mismatch(name, "a string") }
        return text
    }

    func optionalString(_ name: String) throws(Unreadable) -> String? { has(name) ? try string(name) : nil }

    func integer(_ name: String) throws(Unreadable) -> Int64 {
        guard case .number(let text) = try value(name), let number = Int64(text) else {
            throw mismatch(name, "a whole number")
        }
        return number
    }

    func optionalInteger(_ name: String) throws(Unreadable) -> Int64? { has(name) ? try integer(name) : nil }

    func optionalBool(_ name: String) throws(Unreadable) -> Bool? {
        guard has(name) else { return nil }
        guard case .bool(let flag) = try value(name) else { throw mismatch(name, "true or false") }
        return flag
    }

    func id(_ name: String) throws(Unreadable) -> ProviderID { ProviderID(rawValue: try string(name)) }

    /// One of the values that the API names.
    func known<Value: RawRepresentable<String>>(
        _ name: String, _ type: Value.Type = Value.self
    ) throws(Unreadable) -> Value {
        let text = try string(name)
        guard let value = Value(rawValue: text) else {
            throw Unreadable("\(named(name)) is “\(text)”, which is not known")
        }
        return value
    }

    /// The object's currency, counted as the router counts it.
    func currency() throws(Unreadable) -> Currency {
        let code = try string("currency")
        guard let currency = try? Currency(code, on: .hyperswitch) else {
            throw Unreadable("\(named("currency")) is “\(code)”, which is not known")
        }
        return currency
    }

    /// An amount in the router's minor units, as money in the standard's.
    func money(_ name: String, _ currency: Currency) throws(Unreadable) -> Money {
        try money(named(name), minorUnits: try integer(name), currency)
    }

    func optionalMoney(_ name: String, _ currency: Currency) throws(Unreadable) -> Money? {
        has(name) ? try money(name, currency) : nil
    }

    /// The same for an amount that is written as a string.
    func moneyInString(_ name: String, _ currency: Currency) throws(Unreadable) -> Money {
        let text = try string(name)
        // "+5" and "05" would pass Int64's reader.
        guard let units = Int64(text), String(units) == text else {
            throw Unreadable("\(named(name)) is “\(text)”, not a whole number in a string")
        }
        return try money(named(name), minorUnits: units, currency)
    }

    func object(_ name: String) throws(Unreadable) -> ObjectReader {
        guard case .object = try value(name) else { throw mismatch(name, "an object") }
        return ObjectReader(json[name] ?? .null, place: named(name))
    }

    func optionalObject(_ name: String) throws(Unreadable) -> ObjectReader? { has(name) ? try object(name) : nil }

    /// What is under a name, to be read with ``elements(_:)``.
    func array(_ name: String) throws(Unreadable) -> ObjectReader { ObjectReader(try value(name), place: named(name)) }

    /// The objects of this array.
    func elements<Value>(_ read: (ObjectReader) throws(Unreadable) -> Value) throws(Unreadable) -> [Value] {
        guard case .array(let elements) = json else {
            throw Unreadable("\(place.isEmpty ? "the body" : place) is \(json.kind), not an array")
        }
        var values: [Value] = []
        for (index, element) in elements.enumerated() {
            values.append(try read(ObjectReader(element, place: "\(place)[\(index)]")))
        }
        return values
    }

    /// The objects of an array under a name; none if it is absent.
    func optionalElements<Value>(
        _ name: String, _ read: (ObjectReader) throws(Unreadable) -> Value
    ) throws(Unreadable) -> [Value] {
        has(name) ? try array(name).elements(read) : []
    }

    private func has(_ name: String) -> Bool { json[name] != nil && json[name] != .null }

    private func value(_ name: String) throws(Unreadable) -> JSON {
        guard case .object = json else { throw Unreadable("\(place.isEmpty ? "the body" : place) is no object") }
        guard let value = json[name] else { throw Unreadable("\(named(name)) is missing") }
        return value
    }

    private func mismatch(_ name: String, _ expected: String) -> Unreadable {
        Unreadable("\(named(name)) is \((json[name] ?? .null).kind), not \(expected)")
    }

    private func named(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    private func money(_ name: String, minorUnits: Int64, _ currency: Currency) throws(Unreadable) -> Money {
        do throws(MoneyError) {
            return try Money(minorUnits: minorUnits, currency).expressed(on: .iso4217)
        } catch {
            throw Unreadable("\(name) cannot be used (\(error))")
        }
    }
}
