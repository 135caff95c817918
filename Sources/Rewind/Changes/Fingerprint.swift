import CXXHash

/// A 128-bit summary of a set of things, in which order does not count and each thing can be added or taken away.
///
/// It is a sum of hashes modulo 2¹²⁸ (a multiset hash: Bellare & Micciancio 1997, AdHash), so the fingerprint of a
/// content follows its changes without reading the rest. With n states, the chance that any two collide is below
/// n² ÷ 2¹²⁹: for a million states, 10⁻²⁷. Not meant to withstand someone who crafts rows to collide. The hash is stable
/// across processes and machines (XXH3, <https://xxhash.com>).
public struct Fingerprint: Sendable, Hashable, Codable, CustomStringConvertible {
    private var sum: UInt128

    private init(_ sum: UInt128) { self.sum = sum }

    /// The fingerprint of nothing.
    public static let zero = Fingerprint(0)

    /// The fingerprint of one thing: some bytes, in a space named by the seed.
    public init(of bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) {
        let hash = XXH3_128bits_withSeed(bytes.baseAddress, bytes.count, seed)
        self.init(UInt128(hash.high64) << 64 | UInt128(hash.low64))
    }

    /// The fingerprint of one row of a table.
    public init(table: String, row: Row) {
        self = row.packed.withUnsafeBytes { Fingerprint(of: $0, seed: Fingerprint.seed(named: table)) }
    }

    /// A seed for things of one kind, from its name.
    public static func seed(named name: String) -> UInt64 {
        var name = name
        return name.withUTF8 { XXH3_64bits($0.baseAddress, $0.count) }
    }

    public static func + (a: Fingerprint, b: Fingerprint) -> Fingerprint { Fingerprint(a.sum &+ b.sum) }
    public static func - (a: Fingerprint, b: Fingerprint) -> Fingerprint { Fingerprint(a.sum &- b.sum) }
    public static func += (a: inout Fingerprint, b: Fingerprint) { a = a + b }
    public static func -= (a: inout Fingerprint, b: Fingerprint) { a = a - b }

    /// 32 hexadecimal digits.
    public var description: String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.utf8.count == 32, let sum = UInt128(text, radix: 16) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "A fingerprint is 32 hexadecimal digits, not “\(text)”.")
        }
        self.init(sum)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
