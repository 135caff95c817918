/// A currency as one rail counts it: an ISO 4217 code, and how many decimals its minor unit has there.
///
/// ```swift
/// let dollars = Currency.usd                                       // 2 decimals: 100 minor units are 1.00
/// let yen = try Currency("JPY")                                    // 0 decimals: 100 minor units are 100
/// let króna = try Currency("ISK", on: .hyperswitch)                // 2 decimals there, 0 by ISO 4217
/// ```
///
/// The same code with another exponent is another currency: 1,000 minor units of it are worth something else, so adding
/// the two throws `MoneyError.currencyMismatch` instead of being wrong by a factor of 100.
public struct Currency: Hashable, Sendable {
    /// The ISO 4217 code, three capital letters.
    public let code: String

    /// How many decimals the minor unit has: minor = major × 10^exponent.
    public let exponent: Int

    /// Finds a currency by its ISO 4217 code.
    ///
    /// - Parameter rail: Whose exponents count; payment providers deviate from the standard.
    /// - Throws: `MoneyError.unknownCurrency` if the code is not in use. The case of the letters matters.
    public init(_ code: String, on rail: CurrencyRail = .iso4217) throws(MoneyError) {
        guard CurrencyRail.activeCodes.contains(code) else { throw .unknownCurrency(code) }
        self.init(known: code, on: rail)
    }

    private init(known code: String, on rail: CurrencyRail = .iso4217) {
        self.code = code
        self.exponent = rail.exponent(ofKnown: code)
    }

    /// The same currency as another rail counts it.
    func counted(on rail: CurrencyRail) -> Currency {
        Currency(known: code, on: rail)
    }

    /// United States dollar.
    public static let usd = Currency(known: "USD")
    /// Euro.
    public static let eur = Currency(known: "EUR")
    /// Pound sterling.
    public static let gbp = Currency(known: "GBP")
    /// Swiss franc.
    public static let chf = Currency(known: "CHF")
    /// Japanese yen, which has no minor unit.
    public static let jpy = Currency(known: "JPY")
    /// Icelandic króna, without decimals by ISO 4217.
    public static let isk = Currency(known: "ISK")
    /// Bahraini dinar, which has three decimals.
    public static let bhd = Currency(known: "BHD")
    /// Kuwaiti dinar, which has three decimals.
    public static let kwd = Currency(known: "KWD")
    /// Unidad de Fomento, Chile's unit of account, which has four decimals.
    public static let clf = Currency(known: "CLF")
}

extension Currency: CustomStringConvertible {
    /// `USD`, or `ISK/2` where the exponent is not the standard's.
    public var description: String {
        exponent == CurrencyRail.iso4217.exponent(ofKnown: code) ? code : "\(code)/\(exponent)"
    }
}

extension Currency: Codable {
    /// Reads what `encode(to:)` wrote: `"USD"`, or `"ISK/2"`.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let standard = try Currency(String(parts[0]))
        guard parts.count == 2 else { self = standard; return }
        guard let exponent = Int(parts[1]), (0...4).contains(exponent) else { throw MoneyError.unknownCurrency(text) }
        self = standard.counted(on: CurrencyRail(name: text, exponents: [standard.code: exponent]))
    }

    /// Writes the description: the code alone, unless the exponent deviates from ISO 4217.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
