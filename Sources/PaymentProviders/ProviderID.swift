import Digests

/// A name for a payment, refund or payout at the provider, chosen by the caller *before* the call, so that an outcome that
/// got lost can be looked up.
///
/// ```swift
/// ProviderID.payment(ofRow: "orders/17")        // pay_ and 26 characters, the same every time
/// ```
///
/// Exactly 30 characters: what Hyperswitch's documents and its code agree on (fact sheet, §1).
public struct ProviderID: Hashable, Sendable, CustomStringConvertible {
    /// The name as the provider knows it.
    public let rawValue: String

    /// A name that the provider gave, or that was stored.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The name of the payment that a row of the caller's stands for.
    ///
    /// - Parameter row: what names the row among all rows that are sent to one merchant account: with the number alone
    ///   a second shop, or the same shop with a new database, would meet the first one's payments.
    public static func payment(ofRow row: String) -> ProviderID { derived("pay", row) }

    /// The name of the refund that a row of the caller's stands for.
    public static func refund(ofRow row: String) -> ProviderID { derived("ref", row) }

    /// The name of the payout that a row of the caller's stands for.
    public static func payout(ofRow row: String) -> ProviderID { derived("out", row) }

    /// The name itself.
    public var description: String { rawValue }

    /// The first 130 bits of a digest, five to a letter of Crockford's base 32.
    private static func derived(_ prefix: String, _ row: String) -> ProviderID {
        let letters = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        let digest = Digests.sha256("\(prefix)/\(row)".utf8)
        let name = (0..<26).map { position in
            let (byte, shift) = (position * 5 / 8, position * 5 % 8)
            let pair = UInt16(digest[byte]) << 8 | UInt16(digest[byte + 1])
            return letters[Int(pair >> (11 - shift) & 31)]
        }
        return ProviderID(rawValue: "\(prefix)_" + String(decoding: name, as: UTF8.self))
    }
}
