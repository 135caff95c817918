import Foundation

extension JSON {
    /// The decimal value of a number's text; `nil` when it is out of `Decimal`'s range or precision.
    package static func decimal(of text: String) -> Decimal? {
        let digits = text.utf8.filter { (0x30...0x39).contains($0) }
        guard digits.count <= 38 else { return nil }
        return Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
    }

    static func encode(number text: String, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let integer = Int64(text) { return try container.encode(integer) }
        guard let decimal = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else {
            let context = EncodingError.Context(
                codingPath: encoder.codingPath, debugDescription: "“\(text)” is not a number.")
            throw EncodingError.invalidValue(text, context)
        }
        try container.encode(decimal)
    }
}
