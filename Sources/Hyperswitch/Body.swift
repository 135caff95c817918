import ExactJSON

/// A request's JSON object, its members in the order they were set; what is absent is left out.
struct Body: Sendable {
    private var members: [JSON.Member] = []

    var json: JSON { .object(members) }
    var bytes: [UInt8] { Array(json.text.utf8) }

    mutating func set(_ name: String, _ value: JSON?) {
        if let value { members.append(JSON.Member(name, value)) }
    }

    mutating func set(_ name: String, _ value: String?) { set(name, value.map(JSON.string)) }

    mutating func set(_ name: String, _ value: Int64?) { set(name, value.map { JSON.number(String($0)) }) }

    mutating func set(_ name: String, _ value: Bool?) { set(name, value.map(JSON.bool)) }

    mutating func set(_ name: String, _ value: (some RawRepresentable<String>)?) { set(name, value?.rawValue) }

    mutating func set(_ name: String, _ values: [String]) {
        if !values.isEmpty { set(name, .array(values.map(JSON.string))) }
    }

    /// The entries in alphabetical order, so that equal requests are equal bytes.
    mutating func set(_ name: String, _ entries: [String: String]) {
        guard !entries.isEmpty else { return }
        set(name, .object(entries.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }))
    }
}
