// How single values are recognised again, wherever they appear.

private let numberSeed: UInt64 = 0x6E75_6D62_6572_0000
private let textSeed = Fingerprint.seed(named: "text")

/// A number is unique within its space.
func numberFingerprint(_ number: Int64, space: UInt32) -> Fingerprint {
    withUnsafeBytes(of: number) { Fingerprint(of: $0, seed: numberSeed ^ UInt64(space)) }
}

/// Texts and bytes are unique by themselves: an id that was generated in one table is known again in another.
func textFingerprint(of cell: Row.Cell) -> Fingerprint? {
    switch cell {
    case .text(let bytes), .blob(let bytes): Fingerprint(of: bytes, seed: textSeed)
    case .null, .integer, .real: nil
    }
}

/// A value of a column whose values are always generated.
func volatileFingerprint(of cell: Row.Cell, space: UInt32) -> Fingerprint {
    switch cell {
    case .text, .blob: textFingerprint(of: cell) ?? .zero
    case .integer(let number): numberFingerprint(number, space: space)
    case .real(let number): numberFingerprint(Int64(bitPattern: number.bitPattern), space: space)
    case .null: .zero
    }
}

/// The same of a copied value; `name` is that of its column or context property.
func volatileFingerprint(of value: Value, of name: String) -> Fingerprint {
    var print = Fingerprint.zero
    Row([value]).forEachCell { print = volatileFingerprint(of: $0, space: space(named: name)) }
    return print
}

/// Whether the text is an ISO 8601 point in time: `2026-11-21T02:44` or with a blank for the `T`, then perhaps seconds,
/// fractions and a zone, and nothing else.
func looksLikeTimestamp(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard (16...35).contains(bytes.count) else { return false }
    let mayFollow = "0123456789:.,+- Z".utf8
    guard bytes.dropFirst(16).allSatisfy({ mayFollow.contains($0) }) else { return false }
    let pattern: StaticString = "dddd-dd-dd?dd:dd"
    return pattern.withUTF8Buffer { pattern in
        zip(pattern, bytes).allSatisfy { expected, byte in
            switch expected {
            case UInt8(ascii: "d"): (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            case UInt8(ascii: "?"): byte == UInt8(ascii: "T") || byte == UInt8(ascii: " ")
            default: byte == expected
            }
        }
    }
}
