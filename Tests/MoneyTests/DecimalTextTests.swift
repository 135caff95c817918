import Money
import Testing

@Suite struct `Decimal text` {
    static let accepted: [(text: String, currency: Currency, units: Int64, printed: String)] = [
        ("100.00", .usd, 10_000, "100.00"), ("100", .usd, 10_000, "100.00"), ("100.5", .usd, 10_050, "100.50"),
        ("0", .usd, 0, "0.00"), ("0.00", .usd, 0, "0.00"), ("-0", .usd, 0, "0.00"), ("0.01", .usd, 1, "0.01"),
        ("-0.05", .usd, -5, "-0.05"), ("-100.25", .eur, -10_025, "-100.25"), ("1000", .jpy, 1000, "1000"),
        ("0", .jpy, 0, "0"), ("-7", .jpy, -7, "-7"), ("1.234", .bhd, 1234, "1.234"), ("1.2", .kwd, 1200, "1.200"),
        ("0.0001", .clf, 1, "0.0001"), ("92233720368547758.07", .usd, .max, "92233720368547758.07"),
        ("-92233720368547758.08", .usd, .min, "-92233720368547758.08"),
        ("9223372036854775807", .jpy, .max, "9223372036854775807"),
        ("-9223372036854775808", .jpy, .min, "-9223372036854775808"),
    ]

    @Test(arguments: accepted)
    func `is read exactly and printed with all decimals`(
        text: String, currency: Currency, units: Int64, printed: String
    ) throws {
        let money = try Money(decimal: text, currency)
        #expect(money == Money(minorUnits: units, currency))
        #expect(money.decimalString == printed)
        #expect("\(money)" == "\(printed) \(currency)")
    }

    @Test(
        arguments: [
            "", ".", "-", "-.", ".5", "5.", "-.5", "-5.", "1,000.50", "1.000,50", "1_000", "1 000", " 1", "1 ", "1\n",
            "+1", "--1", "1-", "12abc", "abc", "0x10", "1e2", "1E2", "007", "00", "-00.5", "00.00", "1.2.3", "1..2",
            "１", "١", "²", "NaN", "inf", "100.00 USD", "$1", "1\u{0}", "−1", "1٫5",
        ])
    func `that is not a plain decimal is refused`(text: String) {
        let expected =
            "\"\(text)\" is not a decimal amount; expected digits, at most one point with digits on both sides, and "
            + "nothing else, such as \"100.00\" or \"-5\"."
        let error = #expect(throws: MoneyError.self) { try Money(decimal: text, .usd) }
        #expect(error?.description == expected)
    }

    @Test(
        arguments: [
            ("100.001", Currency.usd, "\"100.001\" has too many decimals; USD has 2."),
            ("100.000", .usd, "\"100.000\" has too many decimals; USD has 2."),
            ("1.0", .jpy, "\"1.0\" has too many decimals; JPY has 0."),
            ("1.2345", .bhd, "\"1.2345\" has too many decimals; BHD has 3."),
        ])
    func `with more decimals than the currency is refused`(text: String, currency: Currency, expected: String) {
        let error = #expect(throws: MoneyError.self) { try Money(decimal: text, currency) }
        #expect(error?.description == expected)
    }

    @Test(
        arguments: [
            "99999999999999999999", "92233720368547758.08", "-92233720368547758.09", "92233720368547759",
            "184467440737095516.16", "1000000000000000000000000000000000000000000",
        ])
    func `beyond 64 bits is refused`(text: String) {
        let expected =
            "\"\(text)\" is out of range; USD amounts go from -92233720368547758.08 to 92233720368547758.07."
        let error = #expect(throws: MoneyError.self) { try Money(decimal: text, .usd) }
        #expect(error?.description == expected)
    }

    @Test func `printed from any amount reads back as it`() throws {
        var random = Seeded()
        for _ in 0..<2000 {
            let currency = [Currency.usd, .jpy, .bhd, .clf].randomElement(using: &random) ?? .usd
            let money = Money(minorUnits: random.amount(), currency)
            #expect(try Money(decimal: money.decimalString, currency) == money, "\(money), \(random)")
        }
    }
}
