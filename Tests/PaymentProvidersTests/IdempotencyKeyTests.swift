import PaymentProviders
import Testing

struct IdempotencyKeyTests {
    @Test func `what is visible ASCII is a key`() throws {
        #expect(try IdempotencyKey("refund-17").rawValue == "refund-17")
        #expect(try IdempotencyKey(String(repeating: "k", count: 255)).rawValue.count == 255)
    }

    @Test(arguments: [
        ("", IdempotencyKey.Invalid.empty),
        (String(repeating: "k", count: 256), .tooLong(256)),
        ("two words", .notSendable(" ")),
        ("line\r\nX-Evil: 1", .notSendable("\r")),
        ("ключ", .notSendable("к")),
        ("nul\0", .notSendable("\0")),
    ])
    func `what a header cannot carry is none`(text: String, error: IdempotencyKey.Invalid) {
        #expect(throws: error) { try IdempotencyKey(text) }
    }
}

struct ProviderIDTests {
    @Test func `an id has 30 characters that every provider takes`() {
        for number in 1...500 {
            let id = ProviderID.refund(ofRow: "refunds/\(number)").rawValue
            #expect(id.utf8.count == 30 && id.hasPrefix("ref_"))
            #expect(
                id.utf8.allSatisfy { Character(UnicodeScalar($0)).isLetter || $0 == 0x5F || (0x30...0x39).contains($0) }
            )
        }
    }

    @Test func `an id is the same every time, and another for another row or kind`() {
        // Pinned: a process that starts anew must look up what an earlier one sent.
        #expect(ProviderID.payment(ofRow: "orders/17").rawValue == "pay_sytrasq9j4sxkbn14m28xe0mzv")
        let ids = Set(
            (1...1000).flatMap {
                [ProviderID.payment(ofRow: "\($0)"), .refund(ofRow: "\($0)"), .payout(ofRow: "\($0)")]
            })
        #expect(ids.count == 3000)
        #expect(Set(ids.map { $0.rawValue.dropFirst(4) }).count == 3000)
    }
}
