/// Why money could not be read, reckoned or divided.
public enum MoneyError: Error, Hashable, Sendable {
    /// The code is not an ISO 4217 currency in use.
    case unknownCurrency(String)
    /// The text is not a plain decimal number.
    case notADecimal(String)
    /// The text has more decimals than the currency.
    case tooManyDecimals(String, Currency)
    /// The text is a number beyond the range of 64-bit minor units.
    case outOfRange(String, Currency)
    /// A result, written as the operation that gave it, is beyond the range of 64-bit minor units.
    case overflow(String, Currency)
    /// Two amounts of different currencies met.
    case currencyMismatch(Currency, Currency)
    /// The amount is finer than the rail's minor unit.
    case notExpressible(Money, rail: String)
    /// Shares cannot be made by these weights.
    case invalidWeights([Int])
}

extension MoneyError: CustomStringConvertible {
    /// One sentence: the value, and what was expected of it.
    public var description: String {
        switch self {
        case .unknownCurrency(let code):
            "\"\(code)\" is not an ISO 4217 currency in use; expected a code such as \"USD\", in capital letters."
        case .notADecimal(let text):
            "\"\(text)\" is not a decimal amount; expected digits, at most one point with digits on both sides, and "
                + "nothing else, such as \"100.00\" or \"-5\"."
        case .tooManyDecimals(let text, let currency):
            "\"\(text)\" has too many decimals; \(currency) has \(currency.exponent)."
        case .outOfRange(let text, let currency):
            "\"\(text)\" is out of range; \(currency) amounts go from \(Money.lowest(currency)) to "
                + "\(Money.highest(currency))."
        case .overflow(let operation, let currency):
            "\(operation) is out of range; \(currency) amounts go from \(Int64.min) to \(Int64.max) minor units."
        case .currencyMismatch(let left, let right):
            "\(left) and \(right) cannot be reckoned together; convert one of them first."
        case .notExpressible(let money, let rail):
            "\(money) cannot be expressed on \(rail): its minor unit of \(money.currency.code) is too coarse."
        case .invalidWeights(let weights):
            "\(weights) are no weights to divide by; expected at least one, none negative, with a positive sum."
        }
    }
}

extension Money {
    fileprivate static func lowest(_ currency: Currency) -> String {
        Money(minorUnits: .min, currency).decimalString
    }

    fileprivate static func highest(_ currency: Currency) -> String {
        Money(minorUnits: .max, currency).decimalString
    }
}
