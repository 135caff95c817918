import Money

/// What a ``RecordingProvider`` knows: a value, and the rules by which it changes.
struct RecordedState {
    typealias PaymentOutcome = RecordingProvider.Outcome<ProviderPayment.Status>

    let repetition: RecordingProvider.Repetition
    var calls: [RecordingProvider.Call] = []
    var payments: [ProviderID: ProviderPayment] = [:]
    var refunds: [ProviderID: ProviderRefund] = [:]
    var payouts: [ProviderID: ProviderPayout] = [:]
    var events: [ProviderEvent] = []
    var authorizations: [PaymentOutcome] = []
    var captures: [PaymentOutcome] = []
    var cancellations: [PaymentOutcome] = []
    var refundOutcomes: [RecordingProvider.Outcome<ProviderRefund.Status>] = []
    var payoutOutcomes: [RecordingProvider.Outcome<ProviderPayout.Status>] = []
    var lookUpErrors: [ProviderError?] = []
    /// The key under which each object was made.
    private var keys: [ProviderID: IdempotencyKey] = [:]

    init(repetition: RecordingProvider.Repetition) { self.repetition = repetition }

    mutating func authorize(
        _ key: IdempotencyKey, _ request: PaymentRequest
    ) -> Result<ProviderPayment, ProviderError> {
        calls.append(.authorize(key, request))
        return settle(next(&authorizations), request.id) { state, status throws(ProviderError) in
            if let known = try state.repeated(state.payments[request.id], request.id, key) { return known }
            guard request.amount.isPositive else { throw .notPositive }
            let status = status ?? .authorized
            let captured = status == .captured ? request.amount : .zero(request.amount.currency)
            let payment = ProviderPayment(
                id: request.id, status: status, amount: request.amount, capturedAmount: captured,
                failure: status == .failed ? "declined" : nil)
            state.payments[request.id] = payment
            return payment
        }
    }

    mutating func capture(
        _ key: IdempotencyKey, _ id: ProviderID, _ amount: Money
    ) -> Result<ProviderPayment, ProviderError> {
        calls.append(.capture(key, payment: id, amount: amount))
        return settle(next(&captures), id) { state, status throws(ProviderError) in
            var payment = try state.known(id)
            guard payment.status == .authorized else { throw .unexpectedStatus(payment.status, "captured") }
            guard amount.isPositive else { throw .notPositive }
            guard let fits = try? amount.isAtMost(payment.amount), fits else { throw .tooMuchCaptured }
            payment.status = status ?? .captured
            if payment.status == .captured { payment.capturedAmount = amount }
            state.payments[id] = payment
            return payment
        }
    }

    mutating func cancel(_ key: IdempotencyKey, _ id: ProviderID) -> Result<ProviderPayment, ProviderError> {
        calls.append(.cancel(key, payment: id))
        return settle(next(&cancellations), id) { state, status throws(ProviderError) in
            var payment = try state.known(id)
            guard payment.status == .authorized else { throw .cannotCancel(payment.status) }
            payment.status = status ?? .canceled
            state.payments[id] = payment
            return payment
        }
    }

    mutating func refund(
        _ key: IdempotencyKey, _ request: ProviderRefundRequest
    ) -> Result<ProviderRefund, ProviderError> {
        calls.append(.refund(key, request))
        return settle(next(&refundOutcomes), request.id) { state, status throws(ProviderError) in
            if let known = try state.repeated(state.refunds[request.id], request.id, key) { return known }
            let payment = try state.known(request.payment)
            guard payment.status == .captured else { throw .unexpectedStatus(payment.status, "refund") }
            guard request.amount.isPositive else { throw .notPositive }
            guard state.canReturn(request.amount, of: payment) else { throw .tooMuchRefunded }
            let status = status ?? .pending
            let refund = ProviderRefund(
                id: request.id, payment: request.payment, status: status, amount: request.amount,
                failure: status == .failed ? "declined" : nil)
            state.refunds[request.id] = refund
            return refund
        }
    }

    mutating func payout(_ key: IdempotencyKey, _ request: PayoutRequest) -> Result<ProviderPayout, ProviderError> {
        calls.append(.payout(key, request))
        return settle(next(&payoutOutcomes), request.id) { state, status throws(ProviderError) in
            if let known = try state.repeated(state.payouts[request.id], request.id, key) { return known }
            guard request.amount.isPositive else { throw .notPositive }
            let status = status ?? .pending
            let payout = ProviderPayout(
                id: request.id, status: status, amount: request.amount, failure: status == .failed ? "declined" : nil)
            state.payouts[request.id] = payout
            return payout
        }
    }

    mutating func lookUp<Object>(
        _ call: RecordingProvider.Call, _ read: (RecordedState) -> Object?
    ) -> Result<Object?, ProviderError> {
        calls.append(call)
        if !lookUpErrors.isEmpty, let error = lookUpErrors.removeFirst() { return .failure(error) }
        return .success(read(self))
    }

    // MARK: Below them

    private func next<Status>(
        _ outcomes: inout [RecordingProvider.Outcome<Status>]
    ) -> RecordingProvider.Outcome<Status> {
        outcomes.isEmpty ? .effect() : outcomes.removeFirst()
    }

    /// Lets the effect happen or not, and the answer arrive or not. A rejection is an answer too, and is lost alike.
    private mutating func settle<Object, Status>(
        _ outcome: RecordingProvider.Outcome<Status>, _ id: ProviderID,
        _ effect: (inout RecordedState, Status?) throws(ProviderError) -> Object
    ) -> Result<Object, ProviderError> {
        switch outcome {
        case .failure(let error):
            return .failure(error)
        case .effect(let status):
            return attempt(status, effect)
        case .effectThenLostReply(let status):
            _ = attempt(status, effect)
            return .failure(.unknown(.init(id: id, reason: "the answer was lost")))
        }
    }

    private mutating func attempt<Object, Status>(
        _ status: Status?, _ effect: (inout RecordedState, Status?) throws(ProviderError) -> Object
    ) -> Result<Object, ProviderError> {
        do throws(ProviderError) {
            return .success(try effect(&self, status))
        } catch {
            return .failure(error)
        }
    }

    /// The object that has this id already, if the key may have it again; `nil` for a new id, whose key is kept.
    private mutating func repeated<Object>(
        _ known: Object?, _ id: ProviderID, _ key: IdempotencyKey
    ) throws(ProviderError) -> Object? {
        guard let known else {
            keys[id] = key
            return nil
        }
        guard repetition == .replayed, keys[id] == key else { throw .duplicate(id) }
        return known
    }

    private func known(_ id: ProviderID) throws(ProviderError) -> ProviderPayment {
        guard let payment = payments[id] else { throw .noSuchPayment }
        return payment
    }

    /// Whether what was captured covers this and all refunds that have not failed.
    private func canReturn(_ amount: Money, of payment: ProviderPayment) -> Bool {
        let earlier = refunds.values.filter { $0.payment == payment.id && $0.status != .failed }
        let total = try? earlier.reduce(amount) { try $0.adding($1.amount) }
        return (try? total?.isAtMost(payment.capturedAmount)) ?? false
    }
}

/// Rejections as Hyperswitch words them (fact sheet, §2 and §5).
extension ProviderError {
    fileprivate static let noSuchPayment = rejection(404, "HE_02", "Payment does not exist in our records")
    fileprivate static let notPositive = rejection(
        422, "IR_05", "amount contains invalid data. Expected format is positive integer")
    fileprivate static let tooMuchCaptured = rejection(422, "IR_06", "amount_to_capture is greater than amount")
    fileprivate static let tooMuchRefunded = rejection(
        400, "IR_13", "The refund amount exceeds the amount captured")

    fileprivate static func duplicate(_ id: ProviderID) -> ProviderError {
        rejection(400, "HE_01", "\(id) already exists in our records")
    }

    fileprivate static func unexpectedStatus(_ status: ProviderPayment.Status, _ deed: String) -> ProviderError {
        rejection(400, "IR_14", "This Payment could not be \(deed) because it has a status of \(status.rawValue)")
    }

    fileprivate static func cannotCancel(_ status: ProviderPayment.Status) -> ProviderError {
        rejection(400, "IR_16", "You cannot cancel this payment because it has status \(status.rawValue)")
    }

    private static func rejection(_ httpStatus: Int, _ code: String, _ message: String) -> ProviderError {
        .rejected(.init(httpStatus: httpStatus, type: "invalid_request", code: code, message: message))
    }
}
