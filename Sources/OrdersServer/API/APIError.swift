import Foundation
import HTTPServer
import Money
import Orders
import PaymentProviders

/// A refusal as a client sees it: a status, a word for programs, a sentence for people.
struct APIError: Error {
    let status: Int
    let code: String
    let message: String
    var headers: HTTPHeaders = [:]

    static func unknownRoute(_ path: String) -> APIError {
        APIError(status: 404, code: "unknown_route", message: "There is nothing at \"\(path)\".")
    }

    static func unknownOrder(_ id: String) -> APIError {
        APIError(status: 404, code: "unknown_order", message: "There is no order \"\(id)\".")
    }

    static func unknownPayout(_ id: String) -> APIError {
        APIError(status: 404, code: "unknown_payout", message: "There is no payout \"\(id)\".")
    }

    static func unknownSubscription(_ id: String) -> APIError {
        APIError(status: 404, code: "unknown_subscription", message: "There is no subscription \"\(id)\".")
    }

    static func unknownPlan(_ name: String) -> APIError {
        let known = Subscription.Plan.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return APIError(
            status: 422, code: "unknown_plan", message: "There is no plan \"\(name)\"; there is \(known).")
    }

    static func wrongMethod(_ method: String, allowed: [String]) -> APIError {
        let list = allowed.joined(separator: ", ")
        return APIError(
            status: 405, code: "wrong_method", message: "\(method) is not allowed here; use \(list).",
            headers: ["Allow": list])
    }

    static func invalidBody(_ message: String) -> APIError {
        APIError(status: 400, code: "invalid_body", message: message)
    }

    static let answerLost = APIError(
        status: 409, code: "idempotency_answer_lost",
        message: "The request with this idempotency key took effect, and its answer was lost.")

    static let unexpected = APIError(
        status: 500, code: "internal_error", message: "The request failed unexpectedly; the service's log says why.")

    /// The connection may have been lost after the last word of a transaction and before its answer.
    static let databaseUnavailable = APIError(
        status: 503, code: "database_unavailable",
        message: "The database cannot be used at the moment; see whether the request took effect before trying again.")

    /// The answer to an error, or nothing if it is none that a client can do something about.
    init?(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as Refusal: self.init(error)
        case let error as PayoutRefusal:
            self.init(status: 409, code: error.code.rawValue, message: error.description)
        case let error as SubscriptionRefusal:
            self.init(status: 409, code: error.code.rawValue, message: error.description)
        case let error as KeyRefusal: self.init(error)
        case let error as MoneyError: self.init(error)
        case let error as UnknownOrder: self = .unknownOrder("\(error.id)")
        case let error as UnknownPayout: self = .unknownPayout("\(error.id)")
        case let error as UnknownSubscription: self = .unknownSubscription("\(error.id)")
        case is ChangedMeanwhile:
            self.init(status: 409, code: "changed_meanwhile", message: "The order was changed meanwhile; try again.")
        case is DatabaseUnavailable: self = .databaseUnavailable
        case let error as WebhookError: self.init(error)
        case let error as UnknownObject:
            self.init(status: 404, code: "unknown_object", message: error.description)
        case let error as Contradiction:
            self.init(status: 409, code: "contradiction", message: error.description)
        default: return nil
        }
    }

    /// The provider has said no to an operation. Only a payment is the customer's to try again.
    init?(_ operation: PaymentOperation) {
        guard operation.status == .failed else { return nil }
        let reason = operation.failure ?? "no reason given"
        switch operation.kind {
        case .authorize:
            self.init(status: 402, code: "payment_declined", message: "The payment was declined: \(reason).")
        case .capture:
            self.init(status: 409, code: "capture_rejected", message: "The capture was rejected: \(reason).")
        case .void: self.init(status: 409, code: "void_rejected", message: "The void was rejected: \(reason).")
        }
    }

    /// The provider has said no to a refund.
    init?(_ refund: Refund) {
        guard refund.status == .failed else { return nil }
        let reason = refund.failure ?? "no reason given"
        self.init(status: 409, code: "refund_rejected", message: "The refund was rejected: \(reason).")
    }

    private init(_ error: WebhookError) {
        switch error {
        case .unsigned, .wrongSignature:
            self.init(status: 401, code: "invalid_signature", message: error.description)
        case .unreadable: self.init(status: 400, code: "invalid_body", message: error.description)
        }
    }

    private init(_ refusal: Refusal) {
        let status =
            switch refusal {
            case .wrongState, .paymentWindowClosed, .paymentWindowOpen, .operationPending, .authorizationExpired,
                .nothingToRefund:
                409
            case .amountNotPositive, .amountExceedsRefundable, .amountExceedsAuthorized, .currencyMismatch: 422
            }
        self.init(status: status, code: refusal.code.rawValue, message: refusal.description)
    }

    private init(_ refusal: KeyRefusal) {
        let status =
            switch refusal {
            case .invalidKey, .invalidAccount: 400
            case .reused: 422
            case .inFlight: 409
            }
        self.init(status: status, code: refusal.rawValue, message: refusal.description)
    }

    private init?(_ error: MoneyError) {
        switch error {
        case .notADecimal, .tooManyDecimals, .outOfRange:
            self.init(status: 400, code: "invalid_amount", message: error.description)
        case .unknownCurrency:
            self.init(status: 422, code: "unsupported_currency", message: error.description)
        case .overflow, .currencyMismatch, .notExpressible, .invalidWeights: return nil
        }
    }

    private init(status: Int, code: String, message: String) {
        self.init(status: status, code: code, message: message, headers: [:])
    }

    private init(status: Int, code: String, message: String, headers: HTTPHeaders) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }
}
