import CommandSupport
import HyperswitchSandbox
import Testing

extension ContractTests {
    /// `kill -9` between the phases of what goes through the provider.
    @Suite struct CrashTests {
        /// Where the process dies.
        enum Moment: String, CaseIterable, Sendable {
            /// What is asked has been written down; the provider never hears of it.
            case requestIsLost
            /// The same, and the provider hears of it only when the next process has asked once more.
            case requestIsLate
            /// The provider has checked the request and done nothing yet. The next process asks meanwhile.
            case beforeTheEffect
            /// The provider has done it.
            case beforeTheAnswer
            /// The answer is on its way, or has just been taken in.
            case uponTheAnswer
            /// The client has its answer.
            case afterwards
        }

        struct Case: Sendable, CustomTestStringConvertible {
            let kind: DatabaseKind
            let request: Request
            let moment: Moment

            var testDescription: String { "\(kind.rawValue), \(request), \(moment)" }

            static let all = DatabaseKind.tested.flatMap { kind in
                Request.allCases.flatMap { request in
                    Moment.allCases.map { Case(kind: kind, request: request, moment: $0) }
                }
            }
        }

        @Test(arguments: Case.all)
        func `leaves one object at the provider for each row, and no money without a place`(
            _ test: Case
        ) async throws {
            let shop = try await Shop(on: test.kind)
            let order = try await shop.order(after: test.request.before)
            let hold = Relay.Hold()
            // Whatever fails below: nobody waits for ever.
            defer { hold.release(passes: false) }
            try arm(test, hold, in: shop)
            let api = try shop.api
            let answer = Task { try await api.post(order + test.request.path, test.request.body) }
            try await arrive(at: test, hold, in: shop, answer)
            try await shop.kill()
            let wasAnswered = try await answer.value.status != nil
            #expect(wasAnswered == (test.moment == .afterwards) || test.moment == .uponTheAnswer)
            if test.moment != .requestIsLate { hold.release(passes: test.moment != .requestIsLost) }

            try await shop.start()
            _ = try await shop.reconcile()
            if test.moment == .requestIsLate { hold.release(passes: true) }
            try await eventually("the end of all calls") { shop.relay.isIdle }
            for report in try await shop.sandbox.deliverAll() { #expect(report.status == 200, "\(report)") }
            try shop.requireAgreement()
            let number = String(order.dropFirst("/orders/".count))
            #expect(try shop.ownBooks(of: number) == expectation(test.request))
        }

        private func arm(_ test: Case, _ hold: Relay.Hold, in shop: Shop) throws {
            let suffix = test.request.providerSuffix
            switch test.moment {
            case .requestIsLost, .requestIsLate: shop.relay.disturbNext("POST", suffix, .holdRequest(hold))
            case .beforeTheEffect:
                try shop.sandbox.addFault(SandboxFault(.overlap(requests: 2), on: test.request.call))
            case .beforeTheAnswer: shop.relay.disturbNext("POST", suffix, .holdAnswer(hold))
            case .uponTheAnswer, .afterwards: break
            }
        }

        private func arrive(
            at test: Case, _ hold: Relay.Hold, in shop: Shop, _ answer: Task<Answer, any Error>
        ) async throws {
            switch test.moment {
            case .requestIsLost, .requestIsLate, .beforeTheAnswer:
                try await eventually("the request that is held") { hold.isReached }
            case .beforeTheEffect:
                try await eventually("the request at the provider") { shop.sandbox.state.faults.isEmpty }
            case .uponTheAnswer:
                try await eventually("the answer") { shop.relay.answers(to: test.request.providerSuffix) == 1 }
            case .afterwards: _ = try await answer.value
            }
        }

        /// What the order has come to: what was asked, as if nothing had happened in between.
        private func expectation(_ request: Request) -> Shop.Books {
            switch request {
            case .authorize: Shop.Books(status: "paid", captured: 0, refunded: 0, paidOut: 0)
            case .capture: Shop.Books(status: "captured", captured: 10000, refunded: 0, paidOut: 0)
            case .void: Shop.Books(status: "canceled", captured: 0, refunded: 0, paidOut: 0)
            case .refund: Shop.Books(status: "captured", captured: 10000, refunded: 2500, paidOut: 0)
            case .payout: Shop.Books(status: "captured", captured: 10000, refunded: 0, paidOut: 10000)
            }
        }
    }
}
