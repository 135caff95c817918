import ExactJSON
import Rewind

/// What the tester knows in an exploration that a file describes: the variables of its `context`.
///
/// Numbers keep their spelling; whole numbers compare as such. Objects have their members in the order of the names, so that
/// an API that answers them in another order says the same.
public struct FileContext: ExplorationContext {
    /// The variables' names, shared by all contexts of one exploration.
    final class Variables: Sendable {
        let names: [String]
        /// Those that are no part of a state's identity.
        let ignored: Set<Int>
        private let slots: [String: Int]

        init(_ names: [String], ignoring ignored: Set<String> = []) {
            self.names = names
            slots = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
            self.ignored = Set(names.indices.filter { ignored.contains(names[$0]) })
        }

        func slot(of name: String) -> Int? { slots[name] }
    }

    let variables: Variables
    private(set) var values: [JSON]

    /// Without variables: what a file's exploration starts with is said by it.
    public init() { self.init(Variables([]), []) }

    init(_ variables: Variables, _ values: [JSON]) {
        self.variables = variables
        self.values = values.map(\.ordered)
    }

    /// The value of a variable; `nil` when there is none of that name.
    public subscript(name: String) -> JSON? { variables.slot(of: name).map { values[$0] } }

    subscript(slot: Int) -> JSON {
        get { values[slot] }
        set { values[slot] = newValue.ordered }
    }

    /// Only these variables, to be compared.
    func part(_ slots: [Int]) -> FileContext {
        FileContext(Variables(slots.map { variables.names[$0] }), slots.map { values[$0] })
    }

    public static func == (a: FileContext, b: FileContext) -> Bool {
        (a.variables === b.variables || a.variables.names == b.variables.names) && a.values == b.values
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension FileContext: ContextOfNames {
    /// What is no part of identity was not encoded, and stays as it is.
    package func taking(_ decoded: FileContext) -> FileContext {
        FileContext(
            variables,
            variables.names.enumerated().map { slot, name in
                variables.ignored.contains(slot) ? values[slot] : decoded[name] ?? .null
            })
    }
}

/// The variables by name, as identity and reports see them. One that is null is left out, as a property that is nil.
extension FileContext: Codable {
    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (slot, value) in values.enumerated() where value != .null && !variables.ignored.contains(slot) {
            try container.encode(value, forKey: Key(variables.names[slot]))
        }
    }

    /// The variables in the order of their names; a number that is not whole is read as its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let keys = container.allKeys.sorted { $0.stringValue < $1.stringValue }
        try self.init(
            Variables(keys.map(\.stringValue)), keys.map { try container.decode(StoredValue.self, forKey: $0).json })
    }
}

extension KeyedEncodingContainer where Key == FileContext.Key {
    /// Numbers that are not whole are encoded by their spelling, apart from texts of the same spelling.
    fileprivate mutating func encode(_ value: JSON, forKey key: Key) throws {
        switch value {
        case .null: try encodeNil(forKey: key)
        case .bool(let truth): try encode(truth, forKey: key)
        case .string(let text): try encode(text, forKey: key)
        case .number(let spelling):
            if let whole = Int64(spelling) { return try encode(whole, forKey: key) }
            var number = nestedContainer(keyedBy: Key.self, forKey: key)
            try number.encode(spelling, forKey: Key("number"))
        case .array(let elements):
            var list = nestedContainer(keyedBy: Key.self, forKey: key)
            for (index, element) in elements.enumerated() { try list.encode(element, forKey: Key(String(index))) }
        case .object(let members):
            var object = nestedContainer(keyedBy: Key.self, forKey: key)
            for member in members { try object.encode(member.value, forKey: Key(member.name)) }
        }
    }
}

/// Reads what a context wrote.
private struct StoredValue: Decodable {
    let json: JSON

    init(from decoder: any Decoder) throws {
        json = try decoder.singleValueContainer().scalar ?? Self.parts(decoder)
    }

    private static func parts(_ decoder: any Decoder) throws -> JSON {
        let container = try decoder.container(keyedBy: FileContext.Key.self)
        let keys = container.allKeys.map(\.stringValue)
        func value(_ name: String) throws -> JSON {
            try container.decode(StoredValue.self, forKey: FileContext.Key(name)).json
        }
        if keys == ["number"], case .string(let spelling) = try value("number") { return .number(spelling) }
        if !keys.isEmpty, Set(keys) == Set(keys.indices.map(String.init)) {
            return .array(try keys.indices.map { try value(String($0)) })
        }
        return .object(try keys.sorted().map { JSON.Member($0, try value($0)) })
    }
}

extension SingleValueDecodingContainer {
    fileprivate var scalar: JSON? {
        if let truth = try? decode(Bool.self) { return .bool(truth) }
        if let whole = try? decode(Int64.self) { return .number(String(whole)) }
        return (try? decode(String.self)).map(JSON.string)
    }
}

extension JSON {
    /// The same with the members of all objects in the order of their names, each once.
    var ordered: JSON {
        switch self {
        case .null, .bool, .number, .string: return self
        case .array(let elements): return .array(elements.map(\.ordered))
        case .object(let members):
            let last = Dictionary(members.map { ($0.name, $0.value) }) { $1 }
            return .object(last.sorted { $0.key < $1.key }.map { Member($0.key, $0.value.ordered) })
        }
    }

    init(_ literal: Literal) {
        switch literal {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let text): self = .number(text)
        case .string(let text): self = .string(text)
        case .list(let elements): self = .array(elements.map(JSON.init))
        case .object(let members): self = JSON.object(members.map { Member($0.key, JSON($0.value)) }).ordered
        }
    }
}
