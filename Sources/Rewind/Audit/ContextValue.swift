/// A context taken apart into its properties, so that single ones can be altered and the whole be put together again.
indirect enum ContextValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case real(Double)
    case text(String)
    case list([ContextValue])
    case object([Member])

    struct Member: Sendable, Hashable {
        let name: String
        var value: ContextValue
    }

    /// - Throws: what the value throws when it is encoded.
    init(_ value: some Encodable) throws {
        let place = EncodedPlace()
        try PlaceEncoder(place: place).encode(value)
        self = place.value
    }

    /// - Throws: what the type throws when it does not take the value.
    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value { try Value(from: ValueDecoder(value: self)) }

    /// What stands at a path of names and indices; `nil` when nothing does.
    subscript(path: ArraySlice<String>) -> ContextValue? {
        guard let first = path.first else { return self }
        switch self {
        case .object(let members): return members.first { $0.name == first }?.value[path.dropFirst()]
        case .list(let elements):
            guard let index = Int(first), elements.indices.contains(index) else { return nil }
            return elements[index][path.dropFirst()]
        default: return nil
        }
    }

    /// The same with another value at a path; `nil` removes what stands there.
    func replacing(_ path: ArraySlice<String>, by value: ContextValue?) -> ContextValue {
        guard let first = path.first else { return value ?? .null }
        let rest = path.dropFirst()
        switch self {
        case .object(var members):
            guard let index = members.firstIndex(where: { $0.name == first }) else {
                return value.map { .object(members + [Member(name: first, value: $0)]) } ?? self
            }
            if rest.isEmpty && value == nil {
                members.remove(at: index)
            } else {
                members[index].value = members[index].value.replacing(rest, by: value)
            }
            return .object(members)
        case .list(var elements):
            guard let index = Int(first), elements.indices.contains(index) else { return self }
            elements[index] = elements[index].replacing(rest, by: value)
            return .list(elements)
        default: return self
        }
    }

    /// The paths to all values that have no parts, in their order.
    var leaves: [[String]] {
        switch self {
        case .object(let members): members.flatMap { member in member.value.leaves.map { [member.name] + $0 } }
        case .list(let elements):
            elements.enumerated().flatMap { index, element in element.leaves.map { [String(index)] + $0 } }
        default: [[]]
        }
    }
}

/// A context whose properties are known only while it runs: what is decoded has their names, and must be given its
/// form.
package protocol ContextOfNames: ExplorationContext {
    /// This context with the properties of another; what the other lacks is not set.
    func taking(_ decoded: Self) -> Self
}

// MARK: - Encoding

/// Where an encoder puts what it is given.
private final class EncodedPlace {
    private enum Content {
        case single(ContextValue)
        case list([EncodedPlace])
        case object([(name: String, place: EncodedPlace)])
    }

    private var content = Content.single(.null)

    var value: ContextValue {
        switch content {
        case .single(let value): value
        case .list(let places): .list(places.map(\.value))
        case .object(let members): .object(members.map { .init(name: $0.name, value: $0.place.value) })
        }
    }

    func set(_ value: ContextValue) { content = .single(value) }

    func beginList() {
        if case .list = content { return }
        content = .list([])
    }

    func beginObject() {
        if case .object = content { return }
        content = .object([])
    }

    var count: Int {
        if case .list(let places) = content { places.count } else { 0 }
    }

    func appended() -> EncodedPlace {
        guard case .list(let places) = content else { return self }
        let place = EncodedPlace()
        content = .list(places + [place])
        return place
    }

    func member(_ name: String) -> EncodedPlace {
        guard case .object(let members) = content else { return self }
        if let known = members.first(where: { $0.name == name }) { return known.place }
        let place = EncodedPlace()
        content = .object(members + [(name, place)])
        return place
    }
}

private struct PlaceEncoder: Encoder, SingleValueEncodingContainer {
    let place: EncodedPlace
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.beginObject()
        return KeyedEncodingContainer(KeyedPlaces(place: place))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.beginList()
        return ListedPlaces(place: place)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { place.set(.null) }

    func encode<Value: Encodable>(_ value: Value) throws {
        switch value {
        case let truth as Bool: place.set(.bool(truth))
        case let text as String: place.set(.text(text))
        case let number as Double: place.set(.real(number))
        case let number as Float: place.set(.real(Double(number)))
        case let number as any BinaryInteger & Encodable:
            if let whole = Int64(exactly: number) {
                place.set(.integer(whole))
            } else if let whole = UInt64(exactly: number) {
                place.set(.unsigned(whole))
            } else {
                place.set(.text(String(describing: number)))
            }
        default: try value.encode(to: self)
        }
    }
}

private struct KeyedPlaces<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: EncodedPlace
    var codingPath: [any CodingKey] { [] }

    private func at(_ key: some CodingKey) -> PlaceEncoder { PlaceEncoder(place: place.member(key.stringValue)) }

    func encodeNil(forKey key: Key) { at(key).encodeNil() }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try at(key).encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        at(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { at(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { PlaceEncoder(place: place.member("super")) }
    func superEncoder(forKey key: Key) -> any Encoder { at(key) }
}

private struct ListedPlaces: UnkeyedEncodingContainer {
    let place: EncodedPlace
    var codingPath: [any CodingKey] { [] }
    var count: Int { place.count }

    func encodeNil() { PlaceEncoder(place: place.appended()).encodeNil() }
    func encode<Value: Encodable>(_ value: Value) throws { try PlaceEncoder(place: place.appended()).encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        PlaceEncoder(place: place.appended()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        PlaceEncoder(place: place.appended()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { PlaceEncoder(place: place.appended()) }
}

// MARK: - Decoding

private struct ValueDecoder: Decoder, SingleValueDecodingContainer {
    let value: ContextValue
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch("an object") }
        return KeyedDecodingContainer(KeyedValues(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let elements) = value else { throw mismatch("a list") }
        return ListedValues(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { value == .null }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let found = scalar(type) { return found }
        let isScalar =
            type is any BinaryInteger.Type || type == Bool.self || type == String.self || type == Double.self
            || type == Float.self
        if isScalar { throw mismatch("\(type)") }
        return try Value(from: self)
    }

    /// - Returns: `nil` for a type that has parts, and for a value that is none of the type's.
    private func scalar<Value>(_ type: Value.Type) -> Value? {
        switch value {
        case .bool(let truth): truth as? Value
        case .text(let text): text as? Value
        case .real(let number): (number as? Value) ?? (Float(number) as? Value)
        case .integer(let number): (type as? any BinaryInteger.Type)?.exactly(number) as? Value
        case .unsigned(let number): (type as? any BinaryInteger.Type)?.exactly(number) as? Value
        default: nil
        }
    }

    private func mismatch(_ expected: String) -> DecodingError {
        DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "\(expected) was expected."))
    }
}

extension BinaryInteger {
    fileprivate static func exactly(_ number: some BinaryInteger) -> Self? { Self(exactly: number) }
}

private struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [ContextValue.Member]
    let codingPath: [any CodingKey]
    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

    func contains(_ key: Key) -> Bool { members.contains { $0.name == key.stringValue } }

    private func at(_ key: any CodingKey) throws -> ValueDecoder {
        guard let member = members.first(where: { $0.name == key.stringValue }) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "It is not there."))
        }
        return ValueDecoder(value: member.value, codingPath: codingPath + [key])
    }

    func decodeNil(forKey key: Key) throws -> Bool { try at(key).decodeNil() }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try at(key).decode(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try at(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try at(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        ValueDecoder(value: members.first { $0.name == "super" }?.value ?? .null, codingPath: codingPath)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try at(key) }
}

private struct ListedValues: UnkeyedDecodingContainer {
    let elements: [ContextValue]
    let codingPath: [any CodingKey]
    var currentIndex = 0
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    init(elements: [ContextValue], codingPath: [any CodingKey]) {
        self.elements = elements
        self.codingPath = codingPath
    }

    private mutating func next() throws -> ValueDecoder {
        guard !isAtEnd else {
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "The list ends here."))
        }
        defer { currentIndex += 1 }
        return ValueDecoder(value: elements[currentIndex], codingPath: codingPath)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested>
    {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }
}
