import HyperswitchSandbox
import IdempotencyConformance
import Testing

/// `HyperswitchSandbox`, as the API under test.
@Suite struct `The provider's sandbox` {
    private static let payment =
        #"{"payment_id":"pay_{reference}","amount":10000,"currency":"USD","capture_method":"manual","confirm":true,"#
        + #""payment_method_data":{"card":{"card_number":"4242424242424242"}}}"#

    private func target(_ sandbox: HyperswitchSandbox, apiKey: String) throws -> IdempotencyTarget {
        var target = IdempotencyTarget(baseURL: sandbox.url, operation: .post("/payments", Self.payment))
        target.headers = [("api-key", apiKey)]
        target.otherBody = Self.payment.replacing("10000", with: "700")
        target.otherEndpoint = .post("/refunds", Self.payment)
        target.invalid = .post("/payments", #"{"payment_id":"pay_{reference}","amount":-1,"currency":"USD"}"#)
        target.refused = RefusedRequest(
            .post("/refunds", #"{"payment_id":"pay_{reference}","refund_id":"ref_{reference}","amount":100}"#),
            remedy: [IdempotencyStep(.post("/payments/pay_{reference}/capture", "{}"))],
            before: [IdempotencyStep(.post("/payments", Self.payment), saving: [("payment", ["payment_id"])])])
        target.effects = .custom { _ in Double(sandbox.state.payments.count) }
        target.compensation = [IdempotencyStep(.post("/payments/pay_{reference}/cancel", "{}"))]
        target.isGuarded = true
        target.advanceClock = { try sandbox.advanceClock(bySeconds: Int64($0)) }
        target.faults.slow = { try sandbox.addFault(SandboxFault(.overlap(requests: 2), on: .authorize)) }
        target.rounds = 1
        return target
    }

    @Test(arguments: [
        (
            SandboxSettings.Profile.stripe, IdempotencyProfile.stripe,
            [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 24, 25, 28]
        ),
        (.strictIETF, .ietf, [1, 3, 5, 6, 9, 10, 11, 12, 13, 15, 16, 24, 28]),
        (.router, .router, [1, 3, 6, 9, 11, 12, 15, 16, 28]),
    ])
    func `keeps to each profile that it has`(
        setting: SandboxSettings.Profile, profile: IdempotencyProfile, expected: [Int]
    ) async throws {
        var settings = SandboxSettings()
        settings.profile = setting
        let sandbox = try HyperswitchSandbox(settings: settings)
        defer { sandbox.stop() }
        let target = try target(sandbox, apiKey: sandbox.state.credentials.apiKey)
        let result = try await IdempotencySuite(profile: profile).run(against: target)
        #expect(result.failures.isEmpty && result.undecided.isEmpty, "\n\(result.table)")
        #expect(result.passes.map(\.number) == expected, "\n\(result.table)")
    }

    @Test func `lists the requests that came, and forgets them`() async throws {
        let sandbox = try HyperswitchSandbox()
        defer { sandbox.stop() }
        var target = try target(sandbox, apiKey: sandbox.state.credentials.apiKey)
        target.effects = nil
        _ = try await IdempotencySuite(profile: .router, numbers: [9]).run(against: target)
        #expect(sandbox.calls.map(\.path) == Array(repeating: "/payments", count: 3))
        #expect(Set(sandbox.calls.compactMap(\.idempotencyKey)).count == 2)
        #expect(sandbox.calls.allSatisfy { $0.id?.hasPrefix("pay_") == true })
        let seen = try await Downstream.sandbox(at: sandbox.url, call: "authorize").calls()
        #expect(seen.map(\.key) == sandbox.calls.map(\.idempotencyKey))
        sandbox.reset()
        #expect(sandbox.calls.isEmpty)
    }
}
