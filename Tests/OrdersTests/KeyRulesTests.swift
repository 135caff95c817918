import Orders
import Testing

@Suite struct `The rules of idempotency keys` {
    private let start = Timestamp(secondsSince1970: 1000)

    @Test(arguments: ["k", "!", "~", String(repeating: "k", count: 255), "\"8e03978e-40d5-43dd-bc93-6894a57f9324\""])
    func `take a key of visible ASCII`(key: String) throws {
        #expect(try request(key: key).key == key)
    }

    @Test(arguments: ["", " ", "a b", "a\tb", "ä", "☃", "a\u{7F}", String(repeating: "k", count: 256)])
    func `refuse anything else`(text: String) {
        #expect(throws: KeyRefusal.invalidKey) { try request(key: text) }
        #expect(throws: KeyRefusal.invalidAccount) { try request(account: text) }
    }

    typealias Row = (
        state: KeyRules.Record.State, age: Int64, same: Result<KeyRules.Decision, KeyRefusal>
    )

    /// What becomes of the same request, by the record's state and its age in seconds.
    static let table: [Row] = [
        (.inFlight, 0, .failure(.inFlight)), (.inFlight, 59, .failure(.inFlight)), (.inFlight, 60, .success(.recover)),
        (.inFlight, 86_399, .success(.recover)), (.inFlight, 86_400, .success(.execute)),
        (.interrupted, 0, .success(.recover)), (.interrupted, 86_400, .success(.execute)),
        (.answered, 0, .success(.replay)), (.answered, 86_399, .success(.replay)),
        (.answered, 86_400, .success(.execute)),
    ]

    @Test func `execute, replay, recover or refuse`() throws {
        let rules = KeyRules()
        for row in Self.table {
            let now = start.advanced(bySeconds: row.age)
            let outcome = { (request: KeyRules.Request) in
                Result { () throws(KeyRefusal) in try rules.decide(request, on: self.record(row.state), at: now) }
            }
            #expect(try outcome(request()) == row.same, "\(row.state) after \(row.age) s")
            let other: Result<KeyRules.Decision, KeyRefusal> =
                row.age >= KeyRules.lifeSeconds ? .success(.execute) : .failure(.reused)
            #expect(try outcome(request(fingerprint: "f2")) == other, "another body, \(row.state) after \(row.age) s")
            #expect(try outcome(request(endpoint: "POST /orders/2/pay")) == other, "another endpoint")
        }
    }

    @Test func `have an account of their own for whoever names none`() throws {
        #expect(try request(account: nil) == request(account: "default"))
        #expect(try request(account: "a") != request(account: "b"))
        let buggy = KeyRules(bugs: [.keyForgetsScope])
        #expect(try request(account: "a", by: buggy) == request(account: "b", by: buggy))
    }

    @Test func `explain themselves`() {
        for refusal in KeyRefusal.allCases {
            #expect(refusal.description.hasSuffix(".") && refusal.description.count > 40)
        }
    }

    private func request(
        account: String? = "a", key: String = "k", endpoint: String = "POST /orders/1/pay", fingerprint: String = "f",
        by rules: KeyRules = KeyRules()
    ) throws(KeyRefusal) -> KeyRules.Request {
        try rules.request(account: account, key: key, endpoint: endpoint, fingerprint: fingerprint)
    }

    private func record(_ state: KeyRules.Record.State) -> KeyRules.Record {
        KeyRules.Record(endpoint: "POST /orders/1/pay", fingerprint: "f", state: state, createdAt: start)
    }
}
