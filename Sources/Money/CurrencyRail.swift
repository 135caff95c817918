/// A payment rail's own table of exponents: ISO 4217, with the rail's deviations from it.
public struct CurrencyRail: Hashable, Sendable {
    /// How errors call the rail.
    public let name: String

    /// The exponents that deviate from ISO 4217, by currency code.
    public let exponents: [String: Int]

    /// Describes a rail by its deviations from the standard.
    public init(name: String, exponents: [String: Int] = [:]) {
        self.name = name
        self.exponents = exponents
    }

    /// The standard itself.
    public static let iso4217 = CurrencyRail(name: "ISO 4217")

    /// Hyperswitch, whose router counts króna in hundredths, and ariary and rial whole
    /// (the project's fact sheet on Hyperswitch, §7).
    public static let hyperswitch = CurrencyRail(name: "Hyperswitch", exponents: ["ISK": 2, "MGA": 0, "IRR": 0])

    func exponent(ofKnown code: String) -> Int {
        exponents[code] ?? Self.standardExponents[code] ?? 2
    }

    /// ISO 4217's exponents other than 2.
    private static let standardExponents: [String: Int] = {
        let codes = [
            0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
            3: "BHD IQD JOD KWD LYD OMR TND",
            4: "CLF UYW",
        ]
        return codes.reduce(into: [:]) { table, entry in
            for code in entry.value.split(separator: " ") { table[String(code)] = entry.key }
        }
    }()

    /// The codes in use on 2026-01-01, without metals, testing codes and units that have no minor unit (`XAU`, `XDR`,
    /// `XTS`, `XXX` …): nobody is charged in those.
    ///
    /// Source: Debian's `iso-codes` 4.15.0, less what was withdrawn since (`ANG`, `BGN`, `CUC`, `HRK`, `SLL`, `ZWL`),
    /// plus what was added (`XAD`, `XCG`, `ZWG`).
    static let activeCodes: Set<String> = {
        let codes = """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
            CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
            GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
            LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB
            PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
            TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XOF XPF
            YER ZAR ZMW ZWG
            """
        return Set(codes.split { $0 == " " || $0 == "\n" }.map(String.init))
    }()
}
