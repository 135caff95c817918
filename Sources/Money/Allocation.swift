/// Dividing an amount without losing or inventing a minor unit.
extension Money {
    /// Divides the amount in proportion to the weights, by largest remainder.
    ///
    /// The shares always sum up to the amount, and each is within one minor unit of its exact value. Minor units that
    /// do not divide go to the shares with the largest remainders; among equals, to the earlier ones. A negative amount
    /// is divided like its opposite.
    ///
    /// - Throws: `MoneyError.invalidWeights` if there are none, one is negative, or they do not sum up to something
    ///   positive within the range of `Int`.
    public func allocate(byWeights weights: [Int]) throws(MoneyError) -> [Money] {
        let total = try Self.total(of: weights)
        let magnitude = amountMinorUnits.magnitude
        let exact = weights.map { weight in
            // Never traps: the quotient is at most the magnitude, since a weight is at most the total.
            total.dividingFullWidth(magnitude.multipliedFullWidth(by: UInt64(weight)))
        }
        var shares = exact.map(\.quotient)
        let missing = Int(magnitude - shares.reduce(0, +))
        let byRemainder = exact.indices.sorted {
            (exact[$1].remainder, $0) < (exact[$0].remainder, $1)
        }
        for index in byRemainder.prefix(missing) { shares[index] += 1 }
        return shares.map { share in
            let units = Int64(truncatingIfNeeded: share)
            return Money(minorUnits: isNegative ? 0 &- units : units, currency)
        }
    }

    /// Divides the amount into equal parts, the first ones a minor unit larger where it does not divide.
    ///
    /// - Throws: `MoneyError.invalidWeights` if there are no parts.
    public func split(into parts: Int) throws(MoneyError) -> [Money] {
        try allocate(byWeights: Array(repeating: 1, count: max(0, parts)))
    }

    private static func total(of weights: [Int]) throws(MoneyError) -> UInt64 {
        var total = 0
        for weight in weights {
            let (sum, overflow) = total.addingReportingOverflow(weight)
            guard weight >= 0 && !overflow else { throw .invalidWeights(weights) }
            total = sum
        }
        guard total > 0 else { throw .invalidWeights(weights) }
        return UInt64(total)
    }
}
