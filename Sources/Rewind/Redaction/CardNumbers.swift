/// Finds payment card numbers (ISO/IEC 7812): 13 to 19 digits with a valid check digit.
struct CardNumbers {
    /// How the bytes are written.
    enum Style {
        /// As they are: JSON or text. A number that is not inside a JSON string gets quotes.
        case plain
        /// Percent-encoded: a path or form, where `+` and `%20` are spaces.
        case encoded
    }

    private let bytes: [UInt8]
    private let style: Style
    private(set) var ranges: [HiddenRange] = []

    private static let lengths = 13...19

    init(bytes: [UInt8], style: Style) {
        self.bytes = bytes
        self.style = style
        find()
    }

    private mutating func find() {
        var strings = style == .plain ? StringTracker(bytes: bytes) : nil
        var position = 0
        while position < bytes.count {
            guard isDigit(position) else {
                // `%41` is a letter, not the digits 4 and 1.
                position += style == .encoded && bytes.percentEncodedByte(at: position) != nil ? 3 : 1
                continue
            }
            let groups = digitGroups(from: position)
            var first = 0
            while first < groups.count {
                if let last = cardEnd(groups, from: first) {
                    let range = groups[first].lowerBound..<groups[last].upperBound
                    let isBare = strings?.isOutsideString(range.lowerBound) ?? false
                    ranges.append(HiddenRange(range: range, quote: isBare ? [UInt8(ascii: "\"")] : []))
                    first = last
                }
                first += 1
            }
            position = groups.last?.upperBound ?? position + 1
        }
    }

    /// The runs of digits from there on that single spaces or dashes keep together.
    private func digitGroups(from start: Int) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var position = start
        while true {
            let begin = position
            while isDigit(position) { position += 1 }
            groups.append(begin..<position)
            let separator = separatorLength(at: position)
            guard separator > 0, isDigit(position + separator) else { return groups }
            position += separator
        }
    }

    private func separatorLength(at position: Int) -> Int {
        guard position < bytes.count else { return 0 }
        switch bytes[position] {
        case UInt8(ascii: " "), UInt8(ascii: "-"): return 1
        case UInt8(ascii: "+"): return style == .encoded ? 1 : 0
        default:
            let byte = style == .encoded ? bytes.percentEncodedByte(at: position) : nil
            return byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") ? 3 : 0
        }
    }

    /// The last group of the card number that begins with that group, if one does.
    private func cardEnd(_ groups: [Range<Int>], from first: Int) -> Int? {
        guard (UInt8(ascii: "2")...UInt8(ascii: "6")).contains(bytes[groups[first].lowerBound]),
            isBoundary(before: groups[first].lowerBound)
        else { return nil }
        var count = 0
        for last in first..<groups.count {
            count += groups[last].count
            guard count <= Self.lengths.upperBound else { return nil }
            if count >= Self.lengths.lowerBound, isBoundary(after: groups[last].upperBound),
                passesLuhn(groups[first...last])
            {
                return last
            }
            guard groups[last].count >= 4 else { return nil }
        }
        return nil
    }

    /// ISO/IEC 7812-1, annex B: from the right, every second digit counts double, and its digits are added.
    private func passesLuhn(_ groups: ArraySlice<Range<Int>>) -> Bool {
        var sum = 0
        var doubles = false
        for group in groups.reversed() {
            for index in group.reversed() {
                let digit = Int(bytes[index] - UInt8(ascii: "0")) * (doubles ? 2 : 1)
                sum += digit > 9 ? digit - 9 : digit
                doubles.toggle()
            }
        }
        return sum % 10 == 0
    }

    /// Whether a number can begin there: not in the middle of a word, a hash or a decimal fraction.
    private func isBoundary(before index: Int) -> Bool {
        guard index > 0 else { return true }
        let byte = bytes[index - 1]
        if byte == UInt8(ascii: ".") { return !isDigit(index - 2) }
        guard isLetter(byte) else { return true }
        // The end of an escape: `\n4242…` in a JSON string, `%3A4242…` in a path.
        if style == .encoded { return bytes.percentEncodedByte(at: index - 3) != nil }
        return index > 1 && bytes[index - 2] == UInt8(ascii: "\\")
    }

    private func isBoundary(after index: Int) -> Bool {
        guard index < bytes.count else { return true }
        if bytes[index] == UInt8(ascii: ".") { return !isDigit(index + 1) }
        return !isLetter(bytes[index])
    }

    private func isDigit(_ index: Int) -> Bool {
        index >= 0 && index < bytes.count && (0x30...0x39).contains(bytes[index])
    }

    private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}

/// Tells, for positions asked in ascending order, whether they are outside the strings of a JSON text.
private struct StringTracker {
    private let bytes: [UInt8]
    private var position = 0
    private var isInside = false

    /// `nil` if the bytes do not begin like a JSON object or array.
    init?(bytes: [UInt8]) {
        let first = bytes.first { $0 != 0x20 && !(0x09...0x0D).contains($0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return nil }
        self.bytes = bytes
    }

    mutating func isOutsideString(_ index: Int) -> Bool {
        while position < index {
            switch bytes[position] {
            case UInt8(ascii: "\\") where isInside: position += 1
            case UInt8(ascii: "\""): isInside.toggle()
            default: break
            }
            position += 1
        }
        return !isInside
    }
}
