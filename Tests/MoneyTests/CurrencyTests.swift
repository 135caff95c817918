import Foundation
import Money
import Testing

@Suite struct `A currency` {
    @Test(
        arguments: [
            (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
            (2, "USD EUR GBP CHF MGA IRR MXN ZWG XCG"),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
            (4, "CLF UYW"),
        ])
    func `has the exponent of ISO 4217`(exponent: Int, codes: String) throws {
        for code in codes.split(separator: " ") {
            #expect(try Currency(String(code)).exponent == exponent, "\(code)")
        }
    }

    @Test(arguments: ["", "US", "usd", "USDD", "XXX", "XAU", "DEM", "BGN", " USD", "ＵＳＤ"])
    func `is refused unless its code is in use`(code: String) {
        let expected =
            "\"\(code)\" is not an ISO 4217 currency in use; expected a code such as \"USD\", in capital letters."
        let error = #expect(throws: MoneyError.self) { try Currency(code) }
        #expect(error?.description == expected)
    }

    @Test(arguments: [("ISK", 2, 0), ("MGA", 0, 2), ("IRR", 0, 2), ("USD", 2, 2), ("BHD", 3, 3)])
    func `may be counted differently by a rail`(code: String, hyperswitch: Int, standard: Int) throws {
        #expect(try Currency(code, on: .hyperswitch).exponent == hyperswitch)
        #expect(try Currency(code).exponent == standard)
    }

    @Test func `counted differently is another currency`() throws {
        let standard = Money(minorUnits: 1000, .isk)
        let onRail = Money(minorUnits: 1000, try Currency("ISK", on: .hyperswitch))
        let error = #expect(throws: MoneyError.self) { try standard.adding(onRail) }
        #expect(error?.description == "ISK and ISK/2 cannot be reckoned together; convert one of them first.")
    }

    @Test(arguments: [(Int64(1000), "ISK", "100000", "1000.00"), (-500, "MGA", "-5", "-5"), (7, "USD", "7", "0.07")])
    func `keeps an amount's worth when it moves to a rail`(
        units: Int64, code: String, railUnits: String, decimal: String
    ) throws {
        let moved = try Money(minorUnits: units, Currency(code)).expressed(on: .hyperswitch)
        #expect(String(moved.amountMinorUnits) == railUnits)
        #expect(moved.decimalString == decimal)
        #expect(try moved.expressed(on: .iso4217) == Money(minorUnits: units, Currency(code)))
    }

    @Test func `too coarse for an amount refuses it`() throws {
        let cents = Money(minorUnits: 150, try Currency("MGA"))
        let error = #expect(throws: MoneyError.self) { try cents.expressed(on: .hyperswitch) }
        #expect(
            error?.description
                == "1.50 MGA cannot be expressed on Hyperswitch: its minor unit of MGA is too coarse.")
    }

    @Test func `too fine for an amount refuses it`() {
        let error = #expect(throws: MoneyError.self) {
            try Money(minorUnits: .max, .isk).expressed(on: .hyperswitch)
        }
        #expect(
            error?.description
                == "9223372036854775807 × 100 is out of range; ISK/2 amounts go from -9223372036854775808 to "
                + "9223372036854775807 minor units.")
    }

    @Test func `survives encoding with its rail`() throws {
        let amounts = [
            Money(minorUnits: 5, .usd), Money(minorUnits: -5, try Currency("ISK", on: .hyperswitch)),
        ]
        let data = try JSONEncoder().encode(amounts)
        #expect(try JSONDecoder().decode([Money].self, from: data) == amounts)
    }

    @Test(arguments: ["", "usd", "USD/", "USD/x", "USD/9", "USD/-1", "/2"])
    func `is not decoded from anything else`(text: String) throws {
        let data = try JSONEncoder().encode([text])
        #expect(throws: MoneyError.self) { try JSONDecoder().decode([Currency].self, from: data) }
    }
}
