/// Finds texts that must not be shown, however they are written.
struct LiteralRedaction: Sendable, Hashable {
    /// As they are.
    let texts: Set<String>
    /// All ways to write them, the longest first, so that none leaves a part of another.
    private let spellings: [[UInt8]]

    static let fewestBytes = 4

    init(_ texts: some Sequence<String>) {
        self.texts = Set(texts.filter { $0.utf8.count >= Self.fewestBytes })
        let all = Set(self.texts.flatMap(Self.spellings))
        spellings = all.sorted { ($1.count, $0.description) < ($0.count, $1.description) }
    }

    func replacing(in text: String) -> String {
        spellings.isEmpty ? text : String(decoding: replacing(in: Array(text.utf8)), as: UTF8.self)
    }

    func replacing(in bytes: [UInt8]) -> [UInt8] {
        if spellings.isEmpty { return bytes }
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if let found = spellings.first(where: { bytes[position] == $0[0] && bytes[position...].starts(with: $0) }) {
                result += Redaction.replacement.utf8
                position += found.count
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }

    /// As it is, percent-encoded, as in a form, and as in a JSON string.
    private static func spellings(of text: String) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        var spellings = [bytes]
        for digits in ["0123456789ABCDEF", "0123456789abcdef"] {
            let encoded = percentEncoded(bytes, Array(digits.utf8))
            spellings += [encoded, replacing([UInt8(ascii: "%"), 0x32, 0x30], by: UInt8(ascii: "+"), in: encoded)]
        }
        let escaped = jsonEscaped(bytes)
        return spellings + [escaped, escaped.flatMap { $0 == UInt8(ascii: "/") ? [UInt8(ascii: "\\"), $0] : [$0] }]
    }

    private static func percentEncoded(_ bytes: [UInt8], _ digits: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func jsonEscaped(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): Array("\\n".utf8)
            case UInt8(ascii: "\r"): Array("\\r".utf8)
            case UInt8(ascii: "\t"): Array("\\t".utf8)
            default: [byte]
            }
        }
    }

    private static func replacing(_ part: [UInt8], by byte: UInt8, in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let isPart = bytes[position...].starts(with: part)
            result.append(isPart ? byte : bytes[position])
            position += isPart ? part.count : 1
        }
        return result
    }
}
