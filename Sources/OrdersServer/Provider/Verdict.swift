import Orders
import PaymentProviders

/// What a payment or refund, as the provider shows it, says about what the provider was asked.
enum Verdict: Hashable {
    /// It happened.
    case succeeded
    /// It did not happen, and will not.
    case failed(String)
    /// The provider has it and has not decided.
    case undecided
    /// The provider does not show it: it has not arrived, or not yet.
    case notArrived
    /// It contradicts what was asked; a person has to look.
    case contradicts(String)

    /// One line for each status that an operation's payment can have.
    init(on operation: PaymentOperation, seeing payment: ProviderPayment) {
        guard payment.amount == operation.amount || operation.kind != .authorize else {
            self = .contradicts("the payment is of \(payment.amount), not \(operation.amount)")
            return
        }
        self =
            switch (operation.kind, payment.status) {
            case (_, .pending), (_, .review): .undecided
            case (_, .failed): .failed(payment.failure ?? "failed")
            case (.authorize, .authorized), (.void, .canceled): .succeeded
            case (.authorize, .canceled), (.capture, .canceled): .failed("canceled")
            case (.authorize, .captured): .contradicts("the payment is captured already")
            case (.capture, .captured): Self(captured: payment, by: operation)
            case (.capture, .authorized), (.void, .authorized): .notArrived
            case (.void, .captured): .failed("captured")
            }
    }

    private init(captured payment: ProviderPayment, by operation: PaymentOperation) {
        self =
            payment.capturedAmount == operation.amount
            ? .succeeded : .contradicts("\(payment.capturedAmount) were captured, not \(operation.amount)")
    }

    /// - Parameter isFinal: Whether the provider told by a webhook or a look-up. The answer to the request itself only
    ///   says what it has accepted: that is not the last word, unless it is no.
    init(on refund: Refund, seeing seen: ProviderRefund, isFinal: Bool) {
        guard seen.amount == refund.amount else {
            self = .contradicts("the refund is of \(seen.amount), not \(refund.amount)")
            return
        }
        self =
            switch seen.status {
            case .succeeded: isFinal ? .succeeded : .undecided
            case .failed: .failed(seen.failure ?? "failed")
            case .pending, .review: .undecided
            }
    }
}

/// The provider shows something else than what it was asked for.
struct Contradiction: Error, CustomStringConvertible {
    let description: String
}

/// The provider tells of something that is not in the database, or not yet.
struct UnknownObject: Error, CustomStringConvertible {
    let description: String
}
