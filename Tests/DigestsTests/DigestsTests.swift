import Digests
import Testing

struct DigestsTests {
    /// FIPS 180-4's example.
    @Test func `SHA-256 of abc`() {
        #expect(
            Digests.hexadecimal(Digests.sha256("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    /// RFC 4231, test cases 2 and 6 (a key longer than a block).
    @Test(arguments: [
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"
        ),
    ])
    func `HMAC with SHA-512`(key: [UInt8], message: String, expected: String) {
        #expect(Digests.hexadecimal(Digests.hmacSHA512(of: Array(message.utf8), key: key)) == expected)
    }

    @Test func `an empty key and an empty message have a code too`() {
        #expect(Digests.hmacSHA512(of: [], key: []).count == 64)
        #expect(Digests.sha256([]).count == 32)
    }

    @Test func `codes are compared in full`() {
        #expect(Digests.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!Digests.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!Digests.areEqual([1, 2, 3], [1, 2]))
        #expect(Digests.areEqual([], []))
    }

    @Test func `hexadecimal digits are read back, in either case`() {
        #expect(Digests.bytes(hexadecimal: "00fFa0") == [0, 255, 160])
        #expect(Digests.bytes(hexadecimal: "0") == nil)
        #expect(Digests.bytes(hexadecimal: "zz") == nil)
        #expect(Digests.bytes(hexadecimal: "é") == nil)
    }
}
