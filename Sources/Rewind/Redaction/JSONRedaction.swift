/// Finds the values of secret members in JSON, or in whatever has JSON in it.
///
/// It looks for quoted names before a colon instead of parsing, so cut-off bodies, one value a line and JSON quoted
/// inside a JSON string (whose quotes have backslashes before them) are all searched.
struct JSONRedaction {
    let bytes: [UInt8]
    let isSecret: (ArraySlice<UInt8>) -> Bool
    private var position = 0

    init(bytes: [UInt8], isSecret: @escaping (ArraySlice<UInt8>) -> Bool) {
        self.bytes = bytes
        self.isSecret = isSecret
    }

    /// A quotation mark and how many backslashes stand before it: 0 in JSON, 1 in JSON inside a string, then 3, 7…
    private struct Quote {
        let index: Int
        let backslashes: Int
    }

    mutating func hiddenRanges() -> [HiddenRange] {
        var found: [HiddenRange] = []
        var previous: Quote?
        while let quote = nextQuote() {
            guard let opening = previous, opening.backslashes == quote.backslashes,
                let value = valueStart(after: quote),
                isSecret(bytes[(opening.index + 1)..<(quote.index - quote.backslashes)])
            else {
                previous = quote
                continue
            }
            previous = nil
            position = value
            if let hidden = skipValue(backslashes: quote.backslashes) { found.append(hidden) }
        }
        return found
    }

    private mutating func nextQuote() -> Quote? {
        var backslashes = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return Quote(index: position - 1, backslashes: backslashes) }
            backslashes = byte == UInt8(ascii: "\\") ? backslashes + 1 : 0
        }
        return nil
    }

    /// Where the value begins, if the quote closes a member's name.
    private func valueStart(after quote: Quote) -> Int? {
        let colon = skippingSpace(from: quote.index + 1)
        guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { return nil }
        return skippingSpace(from: colon + 1)
    }

    private func skippingSpace(from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] == 0x20 || (0x09...0x0D).contains(bytes[index]) { index += 1 }
        return index
    }

    /// Moves behind the value. `nil` if it hides nothing: there is none, or it is `null`.
    private mutating func skipValue(backslashes: Int) -> HiddenRange? {
        let start = position
        let quote = Array(repeating: UInt8(ascii: "\\"), count: backslashes) + [UInt8(ascii: "\"")]
        guard start < bytes.count else { return nil }
        if bytes[start...].starts(with: quote) {
            position += quote.count
            skipString(backslashes: backslashes)
        } else if bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[") {
            skipNested(backslashes: backslashes)
        } else {
            skipWord()
            if position == start || bytes[start..<position].elementsEqual("null".utf8) { return nil }
        }
        return HiddenRange(range: start..<position, quote: quote)
    }

    /// Moves behind the closing quote; the content's own backslashes come in multiples of the level's.
    private mutating func skipString(backslashes: Int) {
        while let quote = nextQuote() {
            if quote.backslashes % (2 * (backslashes + 1)) == backslashes { return }
        }
    }

    private mutating func skipNested(backslashes: Int) {
        var depth = 0
        var run = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\"") where run == backslashes: skipString(backslashes: backslashes)
            default: break
            }
            if depth == 0 { return }
            run = byte == UInt8(ascii: "\\") ? run + 1 : 0
        }
    }

    private mutating func skipWord() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "E"):
                position += 1
            default: return
            }
        }
    }
}
