/// A context taken apart into named cells, so that it can be compared and hashed like a row.
///
/// A property that is nil has no cell: absent and nil mean the same. A list, a dictionary, a struct or a case has a cell of
/// its own beside those of its parts, so that an empty one is not taken for none. Sets and dictionaries have no order.
struct ContextCells: Sendable {
    /// `context.orderID`, `context.lines.0.sku`, …; parallel to the cells of `row`.
    private(set) var names: [String] = []
    private(set) var row = Row()

    init() {}

    init(_ context: some Encodable) throws {
        try append(context)
    }

    /// Adds the cells of a value under the next free name.
    mutating func append(_ value: some Encodable) throws {
        let sink = CellSink()
        let root = row.packed.isEmpty && names.isEmpty ? "context" : "context.\(names.count)"
        try SingleCell(sink: sink, name: root).encode(value)
        names.append(contentsOf: sink.names)
        row.append(contentsOf: sink.row)
    }
}

/// Where all the encoders of one value write to.
private final class CellSink {
    var names: [String] = []
    var row = Row(reservingBytes: 128)

    /// Says that there is something that may turn out to have no parts. The whole context always is.
    func addContainer(_ name: String) {
        if name != "context" { add(name) { $0.appendNull() } }
    }

    func add(_ name: String, _ append: (inout Row) -> Void) {
        names.append(name)
        append(&row)
    }
}

private struct CellEncoder: Encoder {
    let sink: CellSink
    let name: String
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        sink.addContainer(name)
        return KeyedEncodingContainer(KeyedCells(sink: sink, prefix: name))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        sink.addContainer(name)
        return ListedCells(sink: sink, prefix: name)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleCell(sink: sink, name: name) }
}

private struct KeyedCells<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: CellSink
    let prefix: String
    var codingPath: [any CodingKey] { [] }

    private func name(_ key: some CodingKey) -> String { prefix + "." + key.stringValue }

    func encodeNil(forKey key: Key) { sink.add(name(key)) { $0.appendNull() } }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try SingleCell(sink: sink, name: name(key)).encode(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        sink.addContainer(name(key))
        return KeyedEncodingContainer(KeyedCells<Nested>(sink: sink, prefix: name(key)))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        sink.addContainer(name(key))
        return ListedCells(sink: sink, prefix: name(key))
    }

    func superEncoder() -> any Encoder { CellEncoder(sink: sink, name: prefix + ".super") }
    func superEncoder(forKey key: Key) -> any Encoder { CellEncoder(sink: sink, name: name(key)) }
}

private struct ListedCells: UnkeyedEncodingContainer {
    let sink: CellSink
    let prefix: String
    var count = 0
    var codingPath: [any CodingKey] { [] }

    private mutating func nextName() -> String {
        defer { count += 1 }
        return "\(prefix).\(count)"
    }

    mutating func encodeNil() {
        let name = nextName()
        sink.add(name) { $0.appendNull() }
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        try SingleCell(sink: sink, name: nextName()).encode(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let name = nextName()
        sink.addContainer(name)
        return KeyedEncodingContainer(KeyedCells<Nested>(sink: sink, prefix: name))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let name = nextName()
        sink.addContainer(name)
        return ListedCells(sink: sink, prefix: name)
    }

    mutating func superEncoder() -> any Encoder { CellEncoder(sink: sink, name: nextName()) }
}

private struct SingleCell: SingleValueEncodingContainer {
    let sink: CellSink
    let name: String
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { sink.add(name) { $0.appendNull() } }

    func encode<Value: Encodable>(_ value: Value) throws {
        // The commonest types first: a cast costs more than what follows it.
        switch value {
        case let number as Int: sink.add(name) { $0.append(Int64(number)) }
        case let text as String: sink.add(name) { $0.append(.text(text)) }
        case let number as Int64: sink.add(name) { $0.append(number) }
        case let truth as Bool: sink.add(name) { $0.append(truth ? 1 : Int64(0)) }
        case let number as Double: sink.add(name) { $0.append(number) }
        case let number as Float: sink.add(name) { $0.append(Double(number)) }
        case let number as any BinaryInteger & Encodable: encode(integer: number)
        default:
            if let members = try (value as? any Unordered)?.members() {
                encode(members: members)
            } else {
                try value.encode(to: CellEncoder(sink: sink, name: name))
            }
        }
    }

    /// Members of one cell share one name, under which their order does not count; larger ones are put in order.
    private func encode(members: [ContextCells]) {
        sink.addContainer(name)
        let ordered = members.sorted { $0.row.packed.lexicographicallyPrecedes($1.row.packed) }
        for (index, member) in ordered.enumerated() {
            let isSingle = member.names == ["context"]
            let prefix = isSingle ? "\(name).member" : "\(name).\(index)"
            if !isSingle { sink.addContainer(prefix) }
            sink.names.append(contentsOf: member.names.map { prefix + $0.dropFirst("context".count) })
            sink.row.append(contentsOf: member.row)
        }
    }

    private func encode(integer: some BinaryInteger) {
        if let number = Int64(exactly: integer) {
            sink.add(name) { $0.append(number) }
        } else {
            sink.add(name) { $0.append(.text(String(integer))) }
        }
    }
}

/// A collection that is encoded in an order of its own, another one in every process.
private protocol Unordered {
    /// `nil` when it is encoded under names and not in an order.
    func members() throws -> [ContextCells]?
}

extension Set: Unordered where Element: Encodable {
    fileprivate func members() throws -> [ContextCells]? { try map { try ContextCells($0) } }
}

extension Dictionary: Unordered where Key: Encodable, Value: Encodable {
    fileprivate func members() throws -> [ContextCells]? {
        if Key.self == String.self || Key.self == Int.self || Key.self is any CodingKeyRepresentable.Type { return nil }
        return try map { key, value in
            var pair = try ContextCells(key)
            try pair.append(value)
            return pair
        }
    }
}
