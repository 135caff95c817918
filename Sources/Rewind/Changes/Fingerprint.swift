import CXXHash

/// A 128-bit summary of a set of things, in which order does not count and each thing can be added or taken away.
///
/// It is a sum of hashes modulo 2¹²⁸ (a multiset hash: Bellare & Micciancio 1997, AdHash), so the fingerprint of a
/// content follows its changes without reading the rest. With n states, the chance that any two collide is below
/// n² ÷ 2¹²⁹: for a million states, 10⁻²⁷. Not meant to withstand someone who crafts rows to collide. The hash is stable
/// across processes and machines (XXH3, <https://xxhash.com>).
public struct Fingerprint: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Half of it is spread well enough for a hash table, and dictionaries of fingerprints are asked at every step.
    public func hash(into hasher: inout Hasher) { hasher.combine(low) }

    /// The fingerprint of nothing.
    public static let zero = Fingerprint(high: 0, low: 0)

    /// The fingerprint of one thing: some bytes, in a space named by the seed.
    public init(of bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) {
        let hash = XXH3_128bits_withSeed(bytes.baseAddress, bytes.count, seed)
        self.init(high: hash.high64, low: hash.low64)
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

    public static func + (a: Fingerprint, b: Fingerprint) -> Fingerprint {
        let (low, carries) = a.low.addingReportingOverflow(b.low)
        return Fingerprint(high: a.high &+ b.high &+ (carries ? 1 : 0), low: low)
    }

    public static func - (a: Fingerprint, b: Fingerprint) -> Fingerprint {
        let (low, borrows) = a.low.subtractingReportingOverflow(b.low)
        return Fingerprint(high: a.high &- b.high &- (borrows ? 1 : 0), low: low)
    }

    public static func += (a: inout Fingerprint, b: Fingerprint) { a = a + b }
    public static func -= (a: inout Fingerprint, b: Fingerprint) { a = a - b }

    /// In the order of their descriptions.
    public static func < (a: Fingerprint, b: Fingerprint) -> Bool { (a.high, a.low) < (b.high, b.low) }

    /// 32 hexadecimal digits.
    public var description: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "A fingerprint is 32 hexadecimal digits, not “\(text)”.")
        }
        self.init(high: high, low: low)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
