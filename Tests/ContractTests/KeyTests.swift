import CommandSupport
import ExactJSON
import HyperswitchSandbox
import PaymentProviders
import Testing

extension ContractTests {
    /// The header `Idempotency-Key` as a provider receives it, and the id that goes with it.
    @Suite struct KeyTests {
        /// In which way the first request came to nothing, as far as the service knows.
        enum Loss: String, CaseIterable, Sendable {
            /// It never arrived.
            case request
            /// It had its effect, and nobody told.
            case reply
            /// The same, and the provider, when it is asked, does not know of it yet.
            case replyAndLookUp
        }

        struct Case: Sendable, CustomTestStringConvertible {
            let kind: DatabaseKind
            let request: Request
            let loss: Loss
            let profile: SandboxSettings.Profile

            var testDescription: String { "\(kind.rawValue), \(request), lost \(loss), provider as \(profile)" }

            static let all = DatabaseKind.tested.flatMap { kind in
                [Request.authorize, .refund, .payout].flatMap { request in
                    Loss.allCases.flatMap { loss in
                        [SandboxSettings.Profile.router, .stripe].map { profile in
                            Case(kind: kind, request: request, loss: loss, profile: profile)
                        }
                    }
                }
            }
        }

        @Test(arguments: Case.all)
        func `names the row, and is sent again with the same request after a loss`(_ test: Case) async throws {
            let shop = try await Shop(on: test.kind)
            shop.sandbox.configure { $0.profile = test.profile }
            let order = try await shop.order(after: test.request.before)
            try lose(test, in: shop)
            let answer = try await shop.api.post(order + test.request.path, test.request.body)
            #expect(answer.outcome == "202")
            let first = try #require(shop.relay.calls(to: test.request.providerSuffix).first)
            let row = try rowName(test.request, answer, in: shop)
            #expect(first.key == row)
            #expect(try id(in: first) == derivedID(test.request, row))

            _ = try await shop.reconcile()
            let calls = shop.relay.calls(to: test.request.providerSuffix)
            #expect(calls == Array(repeating: first, count: test.loss == .reply ? 1 : 2))
            _ = try await shop.sandbox.deliverAll()
            try shop.requireAgreement()
        }

        @Test(arguments: DatabaseKind.tested)
        func `is another for each row, and for the same row of another shop`(on kind: DatabaseKind) async throws {
            let shop = try await Shop(on: kind)
            let other = try await Shop(on: kind)
            for shop in [shop, other] {
                let order = try await shop.order(after: [.authorize, .capture])
                for _ in 1...2 { #expect(try await shop.refund("10.00", of: order).outcome == "202") }
            }
            let calls = [shop, other].flatMap { shop in
                ["/payments", "/capture", "/refunds"].flatMap { shop.relay.calls(to: $0) }
            }
            #expect(calls.count == 8)
            #expect(Set(calls.map(\.key)).count == 8 && !calls.contains { $0.key?.isEmpty ?? true })
        }

        private func lose(_ test: Case, in shop: Shop) throws {
            let suffix = test.request.providerSuffix
            switch test.loss {
            case .request: shop.relay.disturbNext("POST", suffix, .loseRequest)
            case .reply: try shop.sandbox.addFault(SandboxFault(.loseReply, on: test.request.call))
            case .replyAndLookUp:
                try shop.sandbox.addFault(SandboxFault(.loseReply, on: test.request.call))
                let unknown = #"{"error":{"type":"invalid_request","message":"It does not exist","code":"HE_02"}}"#
                shop.relay.disturbNext("GET", "", .answer(status: 404, body: unknown))
            }
        }

        /// The name of the row that the service wrote before it asked.
        private func rowName(_ request: Request, _ answer: Answer, in shop: Shop) throws -> String {
            switch request {
            case .authorize: try shop.database.nameOfRow("1", in: "operations")
            case .refund: try shop.database.nameOfRow(answer["refund_id"], in: "refunds")
            case .payout: try shop.database.nameOfRow(answer["id"], in: "payouts") + "/1"
            case .capture, .void: throw DeadlinePassed(description: "It has no row of its own at the provider.")
            }
        }

        private func derivedID(_ request: Request, _ row: String) -> String {
            switch request {
            case .authorize, .capture, .void: ProviderID.payment(ofRow: row).rawValue
            case .refund: ProviderID.refund(ofRow: row).rawValue
            case .payout: ProviderID.payout(ofRow: row).rawValue
            }
        }

        private func id(in call: Relay.Call) throws -> String {
            let body = try JSON(parsing: Array(call.body.utf8))
            let names = ["refund_id", "payment_id", "payout_id"]
            guard case .string(let id)? = names.lazy.compactMap({ body[$0] }).first else { return "" }
            return id
        }
    }
}
