import Money
import Orders
import PaymentProviders
import Testing

/// Each bug that needs a provider, by a short path that shows it, and the same path on the correct service.
@Suite struct `A bug with a provider` {
    struct Path: Sendable {
        let bug: Bug
        /// What the path shows, with the bug and without it.
        let buggy: String
        let correct: String
        let walk: @Sendable (Shop) throws -> String
    }

    static let paths: [Path] = [
        Path(bug: .retryUnderNewID, buggy: "2 refunds at the provider", correct: "1 refunds at the provider") { shop in
            let order = try shop.order(in: .captured)
            shop.provider.script(refund: .effectThenLostReply())
            _ = try shop.service.refund(order, "25.00")
            let refunds = shop.provider.calls.count { if case .refund = $0 { true } else { false } }
            return "\(refunds) refunds at the provider"
        },
        Path(bug: .acknowledgementIsFinal, buggy: "25.00", correct: "0.00") { shop in
            let order = try shop.order(in: .captured)
            shop.provider.script(refund: .effect(.succeeded))
            return try shop.service.refund(order, "25.00")["refunded_amount"] ?? "nothing"
        },
        Path(
            bug: .timeoutIsFailure, buggy: "authorize|failed authorize|succeeded", correct: "authorize|pending"
        ) { shop in
            let order = try shop.service.newOrder()
            shop.provider.script(authorize: .effectThenLostReply())
            for _ in 1...2 { _ = try shop.post(order + "/pay") }
            return try shop.operations(order).joined(separator: " ")
        },
        Path(bug: .duplicateWebhook, buggy: "50.00", correct: "25.00") { shop in
            let order = try shop.order(in: .captured)
            _ = try shop.service.refund(order, "25.00")
            for _ in 1...2 { _ = try shop.deliver("evt_1", shop.refunds(of: order, .succeeded)[0]) }
            return try shop.service.client.get(order)["refunded_amount"] ?? "nothing"
        },
        Path(bug: .lateFailure, buggy: "0.00", correct: "25.00") { shop in
            let order = try shop.order(in: .captured)
            _ = try shop.service.refund(order, "25.00")
            _ = try shop.deliver("evt_1", shop.refunds(of: order, .succeeded)[0])
            _ = try shop.deliver("evt_2", shop.refunds(of: order, .failed)[0])
            return try shop.service.client.get(order)["refunded_amount"] ?? "nothing"
        },
        Path(bug: .unknownObjectAccepted, buggy: "200", correct: "404 unknown_object") { shop in
            let order = try shop.order(in: .paid)
            return try shop.deliver("evt_1", shop.dispute(of: order, .open, 100)).outcome
        },
        Path(bug: .refundLimitFromTotal, buggy: "409 refund_rejected", correct: "422 amount_exceeds_refundable") {
            shop in
            let order = try shop.service.newOrder()
            try shop.capture(order, "60.00")
            return try shop.service.refund(order, "100.00").outcome
        },
        Path(bug: .refundIgnoresPending, buggy: "409 refund_rejected", correct: "422 amount_exceeds_refundable") {
            shop in
            let order = try shop.order(in: .captured)
            _ = try shop.service.refund(order, "60.00")
            return try shop.service.refund(order, "60.00").outcome
        },
        Path(bug: .refundIgnoresDisputes, buggy: "202", correct: "422 amount_exceeds_refundable") { shop in
            let order = try shop.order(in: .captured)
            _ = try shop.deliver("evt_1", shop.dispute(of: order, .lost, 7000))
            return try shop.service.refund(order, "60.00").outcome
        },
        Path(bug: .captureAfterAuthorizationExpired, buggy: "200", correct: "409 authorization_expired") { shop in
            let order = try shop.order(in: .paid)
            try shop.database.execute("UPDATE clock SET offset_seconds = 7 * 86400")
            return try shop.post(order + "/capture").outcome
        },
        Path(bug: .reconcilerGivesUp, buggy: "failed", correct: "pending") { shop in
            let order = try shop.order(in: .captured)
            shop.provider.script(refund: .failure(.lost))
            _ = try shop.service.refund(order, "60.00")
            _ = try shop.reconcile()
            return try shop.database.rows("SELECT status FROM refunds")[0]
        },
        Path(bug: .overCapture, buggy: "409 capture_rejected", correct: "422 amount_exceeds_authorized") { shop in
            let order = try shop.order(in: .paid)
            return try shop.post(order + "/capture", #"{"amount":"100.01"}"#).outcome
        },
        Path(bug: .secondClickCharges, buggy: "2 payments at the provider", correct: "1 payments at the provider") {
            shop in
            let order = try shop.service.newOrder()
            shop.provider.script(authorize: .effectThenLostReply())
            for _ in 1...2 { _ = try shop.post(order + "/pay") }
            let payments = shop.provider.calls.count { if case .authorize = $0 { true } else { false } }
            return "\(payments) payments at the provider"
        },
        Path(bug: .lostAnswerRollsBack, buggy: "409 changed_meanwhile []", correct: #"202 ["authorize|pending"]"#) {
            shop in
            let order = try shop.service.newOrder()
            shop.provider.script(authorize: .effectThenLostReply())
            return try "\(shop.post(order + "/pay").outcome) \(shop.operations(order))"
        },
        Path(bug: .oneSidedEntry, buggy: "balance|10000", correct: "balance|10000 sales|-10000") { shop in
            _ = try shop.order(in: .captured)
            return try shop.database.rows("SELECT account, amount_minor FROM ledger_entries ORDER BY account")
                .joined(separator: " ")
        },
        Path(bug: .partialCaptureCountsAll, buggy: "100.00", correct: "60.00") { shop in
            let order = try shop.service.newOrder()
            try shop.capture(order, "60.00")
            return try shop.service.client.get(order)["captured_amount"] ?? "nothing"
        },
        Path(bug: .reconcilerSkipsPayments, buggy: "pending", correct: "paid") { shop in
            let order = try shop.service.newOrder()
            shop.provider.script(authorize: .effectThenLostReply())
            _ = try shop.post(order + "/pay")
            _ = try shop.reconcile()
            return try shop.status(order) ?? "nothing"
        },
    ]

    @Test(arguments: DatabaseKind.tested, paths)
    func `is a real defect and is absent without its flag`(on kind: DatabaseKind, path: Path) throws {
        #expect(try path.walk(Shop(on: kind, bugs: [path.bug])) == path.buggy, "with \(path.bug.rawValue)")
        #expect(try path.walk(Shop(on: kind)) == path.correct, "without \(path.bug.rawValue)")
    }

    @Test func `is shown by a test`() {
        #expect(Set(Self.paths.map(\.bug)) == Set(Bug.found(by: .providerFaults)))
    }
}
