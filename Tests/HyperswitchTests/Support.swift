import Foundation
import Hyperswitch
import Money
import PaymentProviders
import RawServer
import Synchronization

let apiKey = "snd_secret_key"
let paymentID = ProviderID.payment(ofRow: "orders/17")
let refundID = ProviderID.refund(ofRow: "refunds/3")
let payoutID = ProviderID.payout(ofRow: "payouts/5")

func dollars(_ text: String) throws -> Money { try Money(decimal: text, .usd) }

func key(_ text: String = "order-17") throws -> IdempotencyKey { try IdempotencyKey(text) }

/// The servers of one test, which must outlive its last request and not only their own last mention.
final class Servers: Sendable {
    private let started = Mutex<[TestServer]>([])

    func start(_ answer: @escaping @Sendable (TestServer.Received) -> TestServer.Answer) throws -> TestServer {
        let server = try TestServer(answer: answer)
        started.withLock { $0.append(server) }
        return server
    }
}

extension TestServer {
    /// A client of this server.
    func client(timeoutMilliseconds: Int = 10_000, maximumConnections: Int = 8) throws -> HyperswitchClient {
        try HyperswitchClient(
            HyperswitchConfiguration(
                baseURL: url, apiKey: Secret(apiKey), timeoutMilliseconds: timeoutMilliseconds,
                maximumConnections: maximumConnections))
    }
}

/// A payment as the router writes it, with some members changed or added.
func paymentBody(_ changes: String = "", status: String = "requires_capture", amount: String = "10000") -> String {
    let rest = changes.isEmpty ? "" : ",\(changes)"
    return
        #"{"payment_id":"\#(paymentID)","merchant_id":"m","status":"\#(status)","amount":\#(amount),"currency":"USD"\#(rest)}"#
}

func refundBody(_ changes: String = "", status: String = "pending", amount: String = "4000") -> String {
    let rest = changes.isEmpty ? "" : ",\(changes)"
    return
        #"{"refund_id":"\#(refundID)","payment_id":"\#(paymentID)","status":"\#(status)","amount":\#(amount),"currency":"USD"\#(rest)}"#
}

func payoutBody(status: String = "initiated") -> String {
    #"{"payout_id":"\#(payoutID)","status":"\#(status)","amount":900,"currency":"USD"}"#
}

func disputeBody(status: String = "dispute_opened", amount: String = #""2500""#) -> String {
    #"{"dispute_id":"dp_1","payment_id":"\#(paymentID)","amount":\#(amount),"currency":"USD","#
        + #""dispute_stage":"dispute","dispute_status":"\#(status)","is_already_refunded":false}"#
}

func errorBody(_ code: String, _ message: String, kind: String = #""type":"invalid_request""#) -> String {
    #"{"error":{\#(kind),"message":"\#(message)","code":"\#(code)"}}"#
}

/// Every call that can move money, with the key it is given.
enum MoneyCall: String, CaseIterable, Sendable {
    case createPayment, createPaymentSimple, confirm, capture, cancel, createRefund, createPayout

    func make(_ client: HyperswitchClient, _ key: IdempotencyKey) async throws {
        switch self {
        case .createPayment:
            let creation = PaymentCreation(id: paymentID, amount: try dollars("100.00"))
            _ = try await client.createPayment(idempotencyKey: key, creation)
        case .createPaymentSimple:
            _ = try await client.createPaymentSimple(
                idempotencyKey: key, id: paymentID, orderID: "17", amount: try dollars("100.00"), customerID: "ada",
                returnURL: "https://shop.test/back")
        case .confirm:
            _ = try await client.confirm(idempotencyKey: key, payment: paymentID)
        case .capture:
            _ = try await client.capture(idempotencyKey: key, payment: paymentID, amount: try dollars("60.00"))
        case .cancel:
            _ = try await client.cancel(idempotencyKey: key, payment: paymentID, reason: "too late")
        case .createRefund:
            let creation = RefundCreation(id: refundID, payment: paymentID, amount: try dollars("40.00"))
            _ = try await client.createRefund(idempotencyKey: key, creation)
        case .createPayout:
            let creation = PayoutCreation(id: payoutID, amount: try dollars("9.00"), customerID: "seller")
            _ = try await client.createPayout(idempotencyKey: key, creation)
        }
    }

    /// What a lost outcome is looked up by.
    var id: ProviderID {
        switch self {
        case .createRefund: refundID
        case .createPayout: payoutID
        default: paymentID
        }
    }

    /// A good answer.
    var answer: String {
        switch self {
        case .createRefund: refundBody()
        case .createPayout: payoutBody()
        default: paymentBody()
        }
    }
}
