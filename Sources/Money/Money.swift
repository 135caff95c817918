/// An amount of money: whole minor units of one currency.
///
/// ```swift
/// let price = try Money(decimal: "100.00", .usd)
/// let left = try price.subtracting(Money(decimal: "25.50", .usd))
/// left.decimalString                                                // "74.50"
/// try left.split(into: 3).map(\.decimalString)                      // ["24.84", "24.83", "24.83"]
/// ```
///
/// There is no floating point anywhere, and no operator that could overflow or mix currencies silently: everything that
/// can go wrong throws a `MoneyError`.
public struct Money: Hashable, Sendable, Codable {
    /// The amount in the currency's smallest unit: cents for `USD`, whole yen for `JPY`. May be negative.
    public let amountMinorUnits: Int64

    /// The currency, with the exponent that gives the minor units their worth.
    public let currency: Currency

    /// An amount given in minor units: `Money(minorUnits: 10_050, .usd)` is 100.50 dollars.
    public init(minorUnits: Int64, _ currency: Currency) {
        self.amountMinorUnits = minorUnits
        self.currency = currency
    }

    /// Nothing, in a currency.
    public static func zero(_ currency: Currency) -> Money {
        Money(minorUnits: 0, currency)
    }

    /// Whether the amount is exactly nothing.
    public var isZero: Bool { amountMinorUnits == 0 }

    /// Whether the amount is more than nothing.
    public var isPositive: Bool { amountMinorUnits > 0 }

    /// Whether the amount is less than nothing.
    public var isNegative: Bool { amountMinorUnits < 0 }
}

/// Arithmetic and comparison, checked.
extension Money {
    /// The sum.
    ///
    /// - Throws: `MoneyError.currencyMismatch`, or `MoneyError.overflow` beyond the range of `Int64`.
    public func adding(_ other: Money) throws(MoneyError) -> Money {
        try combined(with: other, "+") { $0.addingReportingOverflow($1) }
    }

    /// The difference.
    ///
    /// - Throws: `MoneyError.currencyMismatch`, or `MoneyError.overflow` beyond the range of `Int64`.
    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        try combined(with: other, "-") { $0.subtractingReportingOverflow($1) }
    }

    /// The amount with the other sign.
    ///
    /// - Throws: `MoneyError.overflow` for the one amount whose opposite is out of range.
    public func negated() throws(MoneyError) -> Money {
        try Money.zero(currency).subtracting(self)
    }

    /// Whether this is less than the other amount.
    ///
    /// - Throws: `MoneyError.currencyMismatch`. This is why `Money` is not `Comparable`: `<` could not refuse.
    public func isLess(than other: Money) throws(MoneyError) -> Bool {
        try requireSameCurrency(as: other)
        return amountMinorUnits < other.amountMinorUnits
    }

    /// Whether this is the other amount or less.
    ///
    /// - Throws: `MoneyError.currencyMismatch`.
    public func isAtMost(_ other: Money) throws(MoneyError) -> Bool {
        try !other.isLess(than: self)
    }

    /// The same worth in the minor units of another rail: 1,000 ISK become 100,000 minor units where ISK has cents.
    ///
    /// - Throws: `MoneyError.notExpressible` if the rail's minor unit is too coarse, `MoneyError.overflow` if there are
    ///   too many of them.
    public func expressed(on rail: CurrencyRail) throws(MoneyError) -> Money {
        let target = currency.counted(on: rail)
        let steps = target.exponent - currency.exponent
        let factor = (0..<abs(steps)).reduce(Int64(1)) { power, _ in power * 10 }
        if steps < 0 {
            guard amountMinorUnits % factor == 0 else { throw .notExpressible(self, rail: rail.name) }
            return Money(minorUnits: amountMinorUnits / factor, target)
        }
        let (units, overflow) = amountMinorUnits.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw .overflow("\(amountMinorUnits) × \(factor)", target) }
        return Money(minorUnits: units, target)
    }

    private func combined(
        with other: Money, _ sign: String, _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
    ) throws(MoneyError) -> Money {
        try requireSameCurrency(as: other)
        let (units, overflow) = operation(amountMinorUnits, other.amountMinorUnits)
        guard !overflow else {
            throw .overflow("\(amountMinorUnits) \(sign) \(other.amountMinorUnits)", currency)
        }
        return Money(minorUnits: units, currency)
    }

    private func requireSameCurrency(as other: Money) throws(MoneyError) {
        guard currency == other.currency else { throw .currencyMismatch(currency, other.currency) }
    }
}
