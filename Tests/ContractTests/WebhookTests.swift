import CommandSupport
import HyperswitchSandbox
import Testing

extension ContractTests {
    /// What the provider tells by itself: more than once, too early, too late, or not at all.
    @Suite struct WebhookTests {
        @Test(arguments: DatabaseKind.tested)
        func `has one effect in a hundred deliveries, many at once`(on kind: DatabaseKind) async throws {
            let shop = try await Shop(on: kind)
            let order = try await shop.order(after: [.authorize, .capture, .refund])
            let event = try event("refund_succeeded", in: shop)
            let dispatch = try #require(shop.sandbox.state.dispatch(event))
            let api = try shop.api
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...100 {
                    group.addTask { try await api.deliver(dispatch.body, signature: dispatch.signature).outcome }
                }
                return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(outcomes == ["200": 100])
            #expect(try await shop.api.get(order)["refunded_amount"] == "25.00")
            let results = "SELECT result, count(*) FROM webhook_deliveries GROUP BY result ORDER BY result"
            #expect(try shop.database.rows(results) == ["ok|1", "skipped|99"])
            let lines = "SELECT count(*) FROM ledger_entries WHERE account = 'refunds'"
            #expect(try shop.database.number(lines) == 1)
            try shop.requireAgreement()
        }

        @Test(arguments: DatabaseKind.tested, Request.allCases)
        func `may come before the answer`(on kind: DatabaseKind, request: Request) async throws {
            let shop = try await Shop(on: kind)
            let order = try await shop.order(after: request.before)
            let hold = Relay.Hold()
            // Whatever fails below: nobody waits for ever.
            defer { hold.release(passes: false) }
            shop.relay.disturbNext("POST", request.providerSuffix, .holdAnswer(hold))
            let api = try shop.api
            let answer = Task { try await api.post(order + request.path, request.body) }
            try await eventually("the effect") { hold.isReached }
            let reports = try await shop.sandbox.deliverAll()
            #expect(!reports.isEmpty && reports.allSatisfy { $0.status == 200 })
            let booksBefore = try shop.ownBooks(of: "1")
            #expect(try booksBefore == shop.providersBooks(of: "1"))
            hold.release(passes: true)
            #expect(try await answer.value.outcome == "200")
            #expect(try shop.ownBooks(of: "1") == booksBefore)
            try shop.requireAgreement()
        }

        @Test(
            arguments: DatabaseKind.tested,
            [
                (SandboxDispatch.Form.forgedSignature, 401), (.unsigned, 401), (.staleSignature, 401),
                (.staleBody, 200),
            ])
        func `has no effect unless the provider has signed these bytes`(
            on kind: DatabaseKind, forgery: (form: SandboxDispatch.Form, status: Int)
        ) async throws {
            let shop = try await Shop(on: kind)
            // The answer got lost: the webhook would have an effect, and there is an older truth about the same payment.
            try shop.sandbox.addFault(SandboxFault(.loseReply, on: .capture))
            _ = try await shop.order(after: [.authorize, .capture])
            let event = try event("payment_succeeded", in: shop)
            let before = try shop.database.rows(Self.everything)
            let report = try await shop.sandbox.deliver(event, as: forgery.form, times: 3)
            #expect(report.outcomes == Array(repeating: .answered(status: forgery.status), count: 3))
            #expect(try shop.database.rows(Self.everything) == before)
            let refused = "SELECT count(*) FROM webhook_deliveries WHERE result = 'signature_invalid'"
            #expect(try shop.database.number(refused) == (forgery.status == 401 ? 3 : 0))
            #expect(try await shop.sandbox.deliver(event).status == 200)
            #expect(try shop.database.rows(Self.everything) != before)
            try shop.requireAgreement()
        }

        private static let everything = """
            SELECT 'order', id, status, captured_minor FROM orders
            UNION ALL SELECT 'operation', id, status, amount_minor FROM operations
            UNION ALL SELECT 'entry', id, account, amount_minor FROM ledger_entries ORDER BY 1, 2
            """

        @Test(arguments: DatabaseKind.tested)
        func `in any order ends where the provider is`(on kind: DatabaseKind) async throws {
            let shop = try await Shop(on: kind)
            // Each answer gets lost, so that webhooks alone tell, and the next request is possible only when they have.
            for request in [Request.authorize, .capture, .refund] {
                try shop.sandbox.addFault(SandboxFault(.loseReply, on: request.call))
            }
            let order = try await shop.order()
            for request in [Request.authorize, .capture, .refund] {
                #expect(try await shop.api.post(order + request.path, request.body).outcome == "202")
                let events = shop.sandbox.state.events.sorted { $0.createdAt < $1.createdAt }.map(\.id)
                for event in events.reversed() { #expect(try await shop.sandbox.deliver(event).status == 200) }
                try shop.requireAgreement()
            }
            let books = try shop.ownBooks(of: "1")
            for event in shop.sandbox.state.events.sorted(by: { $0.createdAt < $1.createdAt }) {
                #expect(try await shop.sandbox.deliver(event.id, times: 2).status == 200)
                #expect(try shop.ownBooks(of: "1") == books)
            }
            #expect(books == Shop.Books(status: "captured", captured: 10000, refunded: 2500, paidOut: 0))
        }

        private func event(_ type: String, in shop: Shop) throws -> String {
            try #require(shop.sandbox.state.events.first { $0.eventType == type }).id
        }
    }

    /// The service's own `Idempotency-Key`, when it is older than it is remembered.
    @Suite struct KeyLifeTests {
        private static let day: Int64 = 25 * 60 * 60

        @Test(arguments: DatabaseKind.tested)
        func `past it the rules still refuse a second payment and a refund of what is not there`(
            on kind: DatabaseKind
        ) async throws {
            let shop = try await Shop(on: kind)
            let order = try await shop.order()
            for replayed in [false, true] {
                let paid = try await shop.api.post(order + "/pay", key: "pay-1")
                #expect(paid.outcome == "200" && paid.isReplayed == replayed)
            }
            _ = try await shop.api.post("/clock/advance", ["seconds": .number("\(Self.day)")])
            let late = try await shop.api.post(order + "/pay", key: "pay-1")
            #expect(late.outcome == "409 wrong_state" && !late.isReplayed)
            #expect(shop.sandbox.state.payments.count == 1 && shop.relay.calls(to: "/payments").count == 1)

            _ = try await shop.api.post(order + "/capture")
            for replayed in [false, true] {
                let refunded = try await shop.refund("60.00", of: order, key: "refund-1")
                #expect(refunded.outcome == "202" && refunded.isReplayed == replayed)
            }
            _ = try await shop.api.post("/clock/advance", ["seconds": .number("\(Self.day)")])
            let again = try await shop.refund("60.00", of: order, key: "refund-1")
            #expect(again.outcome == "422 amount_exceeds_refundable" && !again.isReplayed)
            #expect(shop.sandbox.state.refunds.count == 1 && shop.relay.calls(to: "/refunds").count == 1)
            _ = try await shop.sandbox.deliverAll()
            try shop.requireAgreement()
        }
    }
}
