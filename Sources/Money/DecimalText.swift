/// Money as decimal text, at the edges of a system.
extension Money: CustomStringConvertible {
    /// Reads a decimal amount strictly: `"100.00"`, `"100.5"`, `"100"`, `"-5.25"`.
    ///
    /// Accepted are an optional `-`, ASCII digits without superfluous leading zeros, and optionally one point followed
    /// by at least one and at most `currency.exponent` digits. Fewer decimals than the currency has are accepted, since
    /// nothing is lost; more are refused, even if they are zeros, since the sender means another currency or rail.
    /// There is no `+`, space, grouping, exponent, or other script's digit. `"-0"` is zero.
    ///
    /// - Throws: `MoneyError.notADecimal`, `.tooManyDecimals` or `.outOfRange`.
    public init(decimal text: String, _ currency: Currency) throws(MoneyError) {
        let (digits, decimals, isNegative) = try Self.scan(text)
        guard decimals <= currency.exponent else { throw .tooManyDecimals(text, currency) }
        let padding = repeatElement(UInt8(0), count: currency.exponent - decimals)
        var units: Int64 = 0
        for digit in digits + padding {
            // Counted downwards, because Int64 reaches one further below zero.
            let (shifted, overflow) = units.multipliedReportingOverflow(by: 10)
            let (next, underflow) = shifted.subtractingReportingOverflow(Int64(digit))
            guard !overflow && !underflow else { throw .outOfRange(text, currency) }
            units = next
        }
        guard isNegative || units != .min else { throw .outOfRange(text, currency) }
        self.init(minorUnits: isNegative ? units : -units, currency)
    }

    /// The amount with exactly the currency's decimals: `"100.00"`, `"-0.05"`; `"100"` for a currency without any.
    public var decimalString: String {
        let digits = String(amountMinorUnits.magnitude)
        let sign = isNegative ? "-" : ""
        guard currency.exponent > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, currency.exponent + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(currency.exponent)).\(padded.suffix(currency.exponent))"
    }

    /// The amount and its currency: `100.00 USD`.
    public var description: String {
        "\(decimalString) \(currency)"
    }

    /// The digits' values, how many of them are decimals, and the sign.
    private static func scan(
        _ text: String
    ) throws(MoneyError) -> (digits: [UInt8], decimals: Int, isNegative: Bool) {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        var digits: [UInt8] = []
        var wholeDigits: Int?
        for byte in text.utf8.dropFirst(isNegative ? 1 : 0) {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte - UInt8(ascii: "0"))
            case UInt8(ascii: ".") where wholeDigits == nil: wholeDigits = digits.count
            default: throw .notADecimal(text)
            }
        }
        let whole = wholeDigits ?? digits.count
        let hasDigits = whole > 0 && wholeDigits != digits.count
        let hasLeadingZero = whole > 1 && digits[0] == 0
        guard hasDigits && !hasLeadingZero else { throw .notADecimal(text) }
        return (digits, digits.count - whole, isNegative)
    }
}
