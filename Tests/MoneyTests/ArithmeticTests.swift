import Money
import Testing

@Suite struct `Arithmetic` {
    static let most = Int64.max
    static let least = Int64.min
    static let sums: [(left: Int64, right: Int64, sum: Int64, difference: Int64)] = [
        (1, 2, 3, -1), (-5, 5, 0, -10), (most, 0, most, most), (least, 0, least, least),
        (9_223_372_036_854_775_806, 1, most, 9_223_372_036_854_775_805),
        (-9_223_372_036_854_775_807, -1, least, -9_223_372_036_854_775_806),
    ]

    @Test(arguments: sums)
    func `is exact`(left: Int64, right: Int64, sum: Int64, difference: Int64) throws {
        let (left, right) = (Money(minorUnits: left, .usd), Money(minorUnits: right, .usd))
        #expect(try left.adding(right).amountMinorUnits == sum)
        #expect(try left.subtracting(right).amountMinorUnits == difference)
    }

    @Test func `refuses to leave the range`() {
        let range = "is out of range; USD amounts go from -9223372036854775808 to 9223372036854775807 minor units."
        let (most, least) = (Money(minorUnits: .max, .usd), Money(minorUnits: .min, .usd))
        let one = Money(minorUnits: 1, .usd)
        let cases: [(String, () throws -> Money)] = [
            ("9223372036854775807 + 1", { try most.adding(one) }),
            ("-9223372036854775808 - 1", { try least.subtracting(one) }),
            ("0 - -9223372036854775808", { try least.negated() }),
        ]
        for (operation, body) in cases {
            let error = #expect(throws: MoneyError.self) { try body() }
            #expect(error?.description == "\(operation) \(range)")
        }
    }

    @Test func `overflows exactly where wider numbers leave 64 bits`() {
        var random = Seeded()
        for _ in 0..<2000 {
            let (left, right) = (random.amount(), random.amount())
            let sum = Int128(left) + Int128(right)
            let result = try? Money(minorUnits: left, .usd).adding(Money(minorUnits: right, .usd)).amountMinorUnits
            #expect(result == Int64(exactly: sum), "\(left) + \(right), \(random)")
        }
    }

    @Test func `refuses to mix currencies`() {
        let (dollar, euro) = (Money(minorUnits: 1, .usd), Money(minorUnits: 1, .eur))
        let attempts: [() throws -> Void] = [
            { _ = try dollar.adding(euro) }, { _ = try dollar.subtracting(euro) },
            { _ = try dollar.isLess(than: euro) }, { _ = try dollar.isAtMost(euro) },
        ]
        for attempt in attempts {
            #expect(throws: MoneyError.self) { try attempt() }
        }
        let error = #expect(throws: MoneyError.self) { try dollar.adding(euro) }
        #expect(error?.description == "USD and EUR cannot be reckoned together; convert one of them first.")
    }

    @Test(arguments: [(Int64(1), Int64(2), true, true), (2, 2, false, true), (3, 2, false, false)])
    func `compares within a currency`(left: Int64, right: Int64, isLess: Bool, isAtMost: Bool) throws {
        let (left, right) = (Money(minorUnits: left, .usd), Money(minorUnits: right, .usd))
        #expect(try left.isLess(than: right) == isLess)
        #expect(try left.isAtMost(right) == isAtMost)
    }

    @Test(arguments: [(Int64(-1), true, false, false), (0, false, true, false), (1, false, false, true)])
    func `knows the sign`(units: Int64, isNegative: Bool, isZero: Bool, isPositive: Bool) {
        let money = Money(minorUnits: units, .usd)
        #expect(money.isNegative == isNegative && money.isZero == isZero && money.isPositive == isPositive)
        #expect((money == .zero(.usd)) == isZero)
    }
}

@Suite struct `Division` {
    static let divisions: [(units: Int64, weights: [Int], shares: [Int64])] = [
        (100, [1, 1, 1], [34, 33, 33]), (100, [50, 30, 20], [50, 30, 20]), (5, [3, 7], [2, 3]), (1, [1, 1], [1, 0]),
        (0, [1, 2], [0, 0]), (10, [0, 1, 0], [0, 10, 0]), (-100, [1, 1, 1], [-34, -33, -33]),
        (10, [1, 2, 1], [3, 5, 2]), (Int64.max, [1], [Int64.max]), (Int64.min, [1], [Int64.min]),
        (Int64.min, [1, 1], [-4_611_686_018_427_387_904, -4_611_686_018_427_387_904]),
        (7, [9_223_372_036_854_775_806, 1], [7, 0]),
    ]

    @Test(arguments: divisions)
    func `gives the rest to the largest remainders`(units: Int64, weights: [Int], shares: [Int64]) throws {
        let divided = try Money(minorUnits: units, .usd).allocate(byWeights: weights)
        #expect(divided.map(\.amountMinorUnits) == shares)
    }

    @Test(
        arguments: [
            ([Int](), "[]"), ([0], "[0]"), ([0, 0], "[0, 0]"), ([1, -1, 5], "[1, -1, 5]"),
            ([.max, 1], "[9223372036854775807, 1]"),
        ])
    func `needs weights to divide by`(weights: [Int], printed: String) {
        let error = #expect(throws: MoneyError.self) { try Money(minorUnits: 1, .usd).allocate(byWeights: weights) }
        #expect(
            error?.description
                == "\(printed) are no weights to divide by; expected at least one, none negative, with a positive sum.")
    }

    @Test(arguments: [0, -1])
    func `needs at least one part`(parts: Int) {
        #expect(throws: MoneyError.invalidWeights([])) { try Money(minorUnits: 1, .usd).split(into: parts) }
    }

    @Test func `splits evenly`() throws {
        #expect(try Money(minorUnits: 100, .usd).split(into: 3).map(\.decimalString) == ["0.34", "0.33", "0.33"])
    }

    @Test func `loses nothing and is off by less than one unit`() throws {
        var random = Seeded()
        for _ in 0..<2000 {
            let units = random.amount()
            let ceiling = Int.random(in: 1...1_000_000, using: &random)
            let weights = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                Int.random(in: 0...ceiling, using: &random)
            }
            guard weights.contains(where: { $0 > 0 }) else { continue }
            let shares = try Money(minorUnits: units, .usd).allocate(byWeights: weights).map(\.amountMinorUnits)
            let evidence: Comment = "\(units) by \(weights) gave \(shares), \(random)"
            #expect(shares.reduce(Int128(0)) { $0 + Int128($1) } == Int128(units), evidence)
            let total = weights.reduce(Int128(0)) { $0 + Int128($1) }
            for (share, weight) in zip(shares, weights) {
                let error = Int128(share) * total - Int128(units) * Int128(weight)
                #expect(error.magnitude < total.magnitude, evidence)
            }
        }
    }
}
