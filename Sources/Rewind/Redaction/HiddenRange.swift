/// Bytes to replace when an exchange is redacted.
struct HiddenRange: Equatable {
    let range: Range<Int>
    /// What to write around the replacement, such as the quotes of a JSON string with their backslashes.
    var quote: [UInt8] = []

    /// Both lists, each in order, as one in order; of two that overlap the first list's counts.
    static func merged(_ first: [HiddenRange], _ second: [HiddenRange]) -> [HiddenRange] {
        var merged: [HiddenRange] = []
        var next = 0
        for hidden in first {
            while next < second.count, second[next].range.upperBound <= hidden.range.lowerBound {
                merged.append(second[next])
                next += 1
            }
            while next < second.count, second[next].range.lowerBound < hidden.range.upperBound { next += 1 }
            merged.append(hidden)
        }
        return merged + second[next...]
    }

    /// The bytes with every range replaced.
    static func replacing(_ hidden: [HiddenRange], in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        for item in hidden {
            result += bytes[position..<item.range.lowerBound]
            result += item.quote
            result += Redaction.replacement.utf8
            result += item.quote
            position = item.range.upperBound
        }
        return result + bytes[position...]
    }
}

/// Finds secret values in `a=1&b=2`.
struct FormRedaction {
    let ranges: [HiddenRange]

    init(bytes: [UInt8], start: Int, isSecret: (ArraySlice<UInt8>) -> Bool) {
        var found: [HiddenRange] = []
        for field in bytes[start...].split(separator: UInt8(ascii: "&")) {
            guard let equals = field.firstIndex(of: UInt8(ascii: "=")), equals + 1 < field.endIndex else { continue }
            let name = Self.decoded(field[..<equals])
            if isSecret(name[...]) || isSecret(Self.innermost(name)) {
                found.append(HiddenRange(range: (equals + 1)..<field.endIndex))
            }
        }
        ranges = found
    }

    /// `number` of `card[number]`, and `card.cvc`'s `cvc`.
    private static func innermost(_ name: [UInt8]) -> ArraySlice<UInt8> {
        let parts = name.split { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: ".") }
        return parts.last ?? []
    }

    private static func decoded(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var position = name.startIndex
        while position < name.endIndex {
            if let byte = name.percentEncodedByte(at: position) {
                result.append(byte)
                position += 3
            } else {
                result.append(name[position])
                position += 1
            }
        }
        return result
    }
}

extension Collection<UInt8> where Index == Int {
    /// The byte that `%XX` stands for at that position, if it is one.
    func percentEncodedByte(at position: Int) -> UInt8? {
        guard position >= startIndex, position + 2 < endIndex, self[position] == UInt8(ascii: "%"),
            let high = hexDigit(self[position + 1]), let low = hexDigit(self[position + 2])
        else { return nil }
        return high << 4 | low
    }

    private func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
