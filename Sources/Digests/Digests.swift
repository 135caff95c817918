import CCrypto

/// Digests and message authentication codes, by OpenSSL's libcrypto.
public enum Digests {
    /// The SHA-256 of some bytes: 32 bytes.
    public static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let done = EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
        precondition(done == 1 && length == 32, "libcrypto could not compute a SHA-256: is this process out of memory?")
        return digest
    }

    /// The HMAC with SHA-512 of a message: 64 bytes (RFC 2104).
    public static func hmacSHA512(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 64)
        var length: UInt32 = 0
        let done = HMAC(EVP_sha512(), key, Int32(key.count), message, message.count, &code, &length)
        precondition(done != nil && length == 64, "libcrypto could not compute an HMAC: is this process out of memory?")
        return code
    }

    /// Whether two codes are equal, in a time that does not tell where they differ. Whether they are of one length may
    /// show.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// Two lowercase hexadecimal digits for each byte.
    public static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The bytes that hexadecimal digits stand for, in either case.
    /// - Returns: `nil` if they are not pairs of digits.
    public static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        let values = digits.compactMap { $0 }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
