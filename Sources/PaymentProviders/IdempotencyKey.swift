/// What makes a repeated request the same request: chosen by the caller, stable for as long as the outcome of one
/// intention is not known.
///
/// ```swift
/// let key = try IdempotencyKey("refund-\(row.id)")
/// try await provider.refund(idempotencyKey: key, request)
/// ```
///
/// It covers the repetition of one call over an unreliable network. It does not cover a customer who clicks twice or a
/// job that runs again: those need preconditions and unique constraints on the caller's side. After a definite
/// rejection a *new* key may be used; after an unknown outcome it must be the *same* one.
///
/// There is no default and no generated key: a key that nobody stored cannot be sent again.
public struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
    /// The header's value.
    public let rawValue: String

    /// The longest key that providers take (Stripe: 255 characters).
    public static let maximumLength = 255

    /// Checks a key.
    ///
    /// - Throws: ``Invalid`` if it is empty, too long, or has a character that a header field cannot carry unchanged:
    ///   anything but visible ASCII.
    public init(_ rawValue: String) throws(Invalid) {
        guard !rawValue.isEmpty else { throw .empty }
        guard rawValue.utf8.count <= Self.maximumLength else { throw .tooLong(rawValue.utf8.count) }
        guard let odd = rawValue.unicodeScalars.first(where: { !(0x21...0x7E).contains($0.value) }) else {
            self.rawValue = rawValue
            return
        }
        throw .notSendable(odd)
    }

    /// The key itself.
    public var description: String { rawValue }

    /// Why some text is no key.
    public enum Invalid: Error, Hashable, Sendable, CustomStringConvertible {
        /// There is nothing in it.
        case empty
        /// It has so many bytes.
        case tooLong(Int)
        /// It has a character that is not visible ASCII.
        case notSendable(Unicode.Scalar)

        /// One sentence: what is wrong, and what to do.
        public var description: String {
            switch self {
            case .empty:
                "An idempotency key is empty: without one a repeated request is a second payment. Use the number of the "
                    + "row that stands for the payment or refund."
            case .tooLong(let count):
                "An idempotency key has \(count) bytes; providers take at most \(IdempotencyKey.maximumLength)."
            case .notSendable(let scalar):
                "An idempotency key has the character U+\(String(scalar.value, radix: 16, uppercase: true)), which a "
                    + "header field cannot carry; use letters, digits and punctuation of ASCII, without spaces."
            }
        }
    }
}
