import HyperswitchSandbox
import Testing

extension ContractTests {
    /// Two clients who want the same money.
    @Suite struct ConcurrencyTests {
        private static let rounds = 200

        @Test(arguments: DatabaseKind.tested)
        func `two refunds at once never return more than was captured, here or at the provider`(
            on kind: DatabaseKind
        ) async throws {
            let shop = try await Shop(on: kind, usesRelay: false)
            #expect(
                !shop.sandbox.state.settings.checksRefundsUnderLock, "The provider must not be what keeps it right.")
            let api = try shop.api
            var outcomes: [[String]: Int] = [:]
            for _ in 1...Self.rounds {
                let order = try await shop.order(after: [.authorize, .capture])
                async let one = api.post(order + "/refund", ["amount": "60.00"])
                async let other = api.post(order + "/refund", ["amount": "60.00"])
                outcomes[try await [one.outcome, other.outcome].sorted(), default: 0] += 1
            }
            #expect(outcomes == [["202", "422 amount_exceeds_refundable"]: Self.rounds])
            let perPayment = Dictionary(grouping: shop.sandbox.state.refunds, by: \.paymentID)
            #expect(perPayment.count == Self.rounds)
            #expect(perPayment.values.allSatisfy { $0.map(\.amount) == [6000] })
            let kept = "SELECT DISTINCT captured_minor, refunded_minor + refund_pending_minor FROM orders"
            #expect(try shop.database.rows(kept) == ["10000|6000"])

            // The provider tells, and nothing of it comes to more.
            let run = try await shop.reconcile()
            #expect(run["settled"] == "\(Self.rounds)" && run["resent"] == "0")
            let totals = "SELECT sum(captured_minor), sum(refunded_minor), sum(refund_pending_minor) FROM orders"
            #expect(try shop.database.rows(totals) == ["\(Self.rounds * 10000)|\(Self.rounds * 6000)|0"])
            #expect(try shop.database.number("SELECT sum(amount_minor) FROM ledger_entries") == 0)
        }
    }
}
