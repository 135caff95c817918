import Foundation
import Money
import Orders
import PaymentProviders
import Testing

@testable import OrdersServer

/// A service with a provider, and what a test does with the two.
final class Shop {
    let service: Service
    let provider: RecordingProvider

    /// - Parameter front: what the service is given instead of the provider itself.
    init(
        on kind: DatabaseKind, bugs: Set<Bug> = [], threads: Int = 1,
        front: ((RecordingProvider) -> any PaymentProvider)? = nil
    ) throws {
        provider = RecordingProvider()
        service = try Service(on: kind, bugs: bugs, threads: threads, provider: front?(provider) ?? provider)
    }

    // MARK: Orders

    func post(_ path: String, _ body: String = "") throws -> Answer { try service.client.post(path, body) }

    func status(_ order: String) throws -> String? { try service.client.get(order)["status"] }

    /// The path of an order of 100.00 USD that has come to that status by the shortest way.
    func order(in status: OrderStatus) throws -> String {
        let order = try service.newOrder()
        switch status {
        case .pending: break
        case .paid: try pay(order)
        case .captured: try capture(order)
        case .refunded:
            try capture(order)
            let refund = try service.refund(order, "100.00")
            #expect(refund.status == 202)
            try endRefunds(of: order)
        case .canceled: #expect(try post(order + "/cancel").status == 200)
        case .expired: _ = try service.passPaymentWindow()
        }
        #expect(try self.status(order) == status.rawValue)
        return order
    }

    func pay(_ order: String) throws { #expect(try post(order + "/pay").status == 200) }

    func capture(_ order: String, _ amount: String? = nil) throws {
        try pay(order)
        let body = amount.map { #"{"amount":"\#($0)"}"# } ?? ""
        #expect(try post(order + "/capture", body).status == 200)
    }

    func pass(seconds: Int64) throws -> Answer { try post("/clock/advance", #"{"seconds":\#(seconds)}"#) }

    /// Lets everything that is pending become old enough to be asked about, and asks.
    func reconcile() throws -> Answer {
        _ = try pass(seconds: 1800)
        return try post("/reconcile")
    }

    // MARK: What the provider tells

    func deliver(_ event: ProviderEvent, signature: String? = nil) throws -> Answer {
        let webhook = provider.webhook(event)
        return try deliver(String(decoding: webhook.body, as: UTF8.self), signature: signature ?? webhook.signature)
    }

    func deliver(_ body: String, signature: String?) throws -> Answer {
        try service.client.request(
            "POST", "/webhooks/provider", body,
            headers: signature.map { ["X-Webhook-Signature-512: \($0)"] } ?? [])
    }

    func deliver(_ id: String, _ subject: ProviderEvent.Subject) throws -> Answer {
        try deliver(ProviderEvent(id: id, type: "test", subject: subject))
    }

    /// The payment of an order's latest authorisation, as it would be in that status.
    func payment(
        of order: String, _ status: ProviderPayment.Status, captured: Int64 = 0
    ) throws -> ProviderEvent.Subject {
        .payment(
            ProviderPayment(
                id: try paymentID(of: order), status: status, amount: dollars(10_000),
                capturedAmount: dollars(captured)))
    }

    func paymentID(of order: String) throws -> ProviderID {
        let row = try database.rows(
            "SELECT provider_id FROM operations WHERE kind = 'authorize' AND order_id = \(number(order)) "
                + "ORDER BY id DESC LIMIT 1")
        return ProviderID(rawValue: try #require(row.first))
    }

    /// The refunds of an order, oldest first, as they would be in that status.
    func refunds(of order: String, _ status: ProviderRefund.Status) throws -> [ProviderEvent.Subject] {
        let rows = try database.rows(
            "SELECT provider_reference, amount_minor FROM refunds WHERE order_id = \(number(order)) ORDER BY id")
        return try rows.map { row in
            let cells = row.split(separator: "|").map(String.init)
            return .refund(
                ProviderRefund(
                    id: ProviderID(rawValue: cells[0]), payment: try paymentID(of: order), status: status,
                    amount: dollars(Int64(cells[1]) ?? 0)))
        }
    }

    /// All refunds succeed at the provider, and it tells.
    func endRefunds(of order: String, _ status: ProviderRefund.Status = .succeeded) throws {
        for (index, refund) in try refunds(of: order, status).enumerated() {
            #expect(try deliver("end-\(number(order))-\(index)", refund).status == 200)
        }
    }

    func dispute(
        of order: String, _ status: ProviderDispute.Status, _ amount: Int64, id: String = "dp_1"
    ) throws -> ProviderEvent.Subject {
        .dispute(
            ProviderDispute(id: id, payment: try paymentID(of: order), status: status, amount: dollars(amount)))
    }

    // MARK: What the database says

    var database: TestDatabase { service.database }

    func operations(_ order: String) throws -> [String] {
        try database.rows("SELECT kind, status FROM operations WHERE order_id = \(number(order)) ORDER BY id")
    }

    /// The books balance, and say what the orders say.
    func expectBalancedBooks(_ comment: Comment = "") throws {
        let unbalanced = try database.rows(
            "SELECT order_id, cause FROM ledger_entries GROUP BY order_id, cause HAVING sum(amount_minor) <> 0")
        #expect(unbalanced.isEmpty, comment)
        let differing = try database.rows(
            """
            SELECT id FROM (SELECT id, captured_minor, refunded_minor, refund_pending_minor, disputed_minor,
                (SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries
                    WHERE order_id = orders.id AND account = 'balance') AS balance,
                (SELECT coalesce(sum(amount_minor), 0) FROM refunds
                    WHERE order_id = orders.id AND status = 'succeeded') AS refunded,
                (SELECT coalesce(sum(amount_minor), 0) FROM refunds
                    WHERE order_id = orders.id AND status = 'pending') AS under_way,
                (SELECT coalesce(sum(amount_minor), 0) FROM disputes
                    WHERE order_id = orders.id AND status <> 'won') AS disputed,
                (SELECT coalesce(sum(amount_minor), 0) FROM payouts
                    WHERE order_id = orders.id AND completed_at IS NOT NULL AND status <> 'reversed') AS paid_out
                FROM orders) AS told
            WHERE balance <> captured_minor - refunded_minor - disputed_minor - paid_out OR refunded <> refunded_minor
                OR under_way <> refund_pending_minor OR disputed <> disputed_minor
                OR refunded_minor + refund_pending_minor > captured_minor
            """)
        #expect(differing.isEmpty, comment)
    }

    private func number(_ order: String) -> Substring { order.split(separator: "/")[1] }

    private func dollars(_ cents: Int64) -> Money { Money(minorUnits: cents, .usd) }
}

extension ProviderError {
    /// Nobody knows whether it happened. It did not.
    static let lost = ProviderError.unknown(.init(id: nil, reason: "timed out"))
    static let nonsense = ProviderError.unusable(.init(id: nil, httpStatus: 200, reason: "not JSON"))
    static let no = ProviderError.rejected(.init(httpStatus: 400, type: "invalid_request", code: "X", message: "no"))
}
