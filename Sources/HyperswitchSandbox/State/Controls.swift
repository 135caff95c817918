/// What a test control asked for and cannot be.
public enum SandboxControlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such object.
    case notFound(kind: String, id: String)
    /// The object's status does not allow it.
    case wrongStatus(kind: String, id: String, status: String, wanted: String)
    /// A dispute of more than was captured and is not gone yet.
    case amountTooLarge(Int64, available: Int64)
    /// The event is not waiting to be sent.
    case noQueuedDelivery(String)
    /// The fault concerns deliveries and was put on calls, or the other way round.
    case faultDoesNotFit(effect: String, call: String)
    /// Time does not go back.
    case clockBackwards(seconds: Int64)
    /// Nobody said where webhooks go.
    case noWebhookURL
    /// Webhooks cannot go there.
    case badWebhookURL(String)

    public var description: String {
        switch self {
        case .notFound(let kind, let id): "The sandbox has no \(kind) \(id)."
        case .wrongStatus(let kind, let id, let status, let wanted):
            "The \(kind) \(id) is \(status) and cannot become \(wanted)."
        case .amountTooLarge(let amount, let available):
            "A dispute of \(amount) minor units is more than the \(available) that were captured."
        case .noQueuedDelivery(let id): "No delivery of event \(id) is queued."
        case .faultDoesNotFit(let effect, let call): "The fault \(effect) cannot happen to a \(call)."
        case .clockBackwards(let seconds): "The clock cannot be advanced by \(seconds) seconds: time does not go back."
        case .noWebhookURL:
            "The sandbox does not know where webhooks go: call sendWebhooks(to:), or give --webhook-url."
        case .badWebhookURL(let url):
            "Webhooks cannot be sent to “\(url)”: the sandbox is a test tool and takes http:// URLs of this machine only, "
                + "such as http://127.0.0.1:8080/webhooks."
        }
    }
}

/// What test controls do: the parts of the world that the merchant does not decide.
extension SandboxState {
    /// Moves the clock, and does what becomes due by it: sessions and holds end, and held-back deliveries are let go.
    /// - Throws: ``SandboxControlError/clockBackwards(seconds:)``
    public mutating func advanceClock(bySeconds seconds: Int64) throws(SandboxControlError) {
        guard seconds >= 0 else { throw .clockBackwards(seconds: seconds) }
        moveClock(to: now.advanced(bySeconds: seconds))
    }

    /// Moves the clock to a later time; an earlier one is no change.
    mutating func moveClock(to time: SandboxInstant) {
        guard time > now else { return }
        now = time
        releaseHeldBack()
        for before in payments.sorted(by: { $0.id < $1.id }) {
            guard let payment = expired(before) else { continue }
            changed(payment, from: before)
        }
        for record in idempotencyRecords where record.expiresOn <= now { idempotencyRecords[record.id] = nil }
    }

    /// The payment once its session or its hold has ended; nothing if neither has.
    private func expired(_ before: SandboxPayment) -> SandboxPayment? {
        var payment = before
        if before.status.expiresWithSession && before.expiresOn <= now {
            payment.status = .expired
        } else if let end = before.captureBefore, end <= now, before.capturable > 0,
            before.status.mayBeCaptured(before.captureMethod)
        {
            payment.status = before.captured > 0 ? .partiallyCaptured : .expired
            payment.capturable = 0
        } else {
            return nil
        }
        return payment
    }

    /// The customer agrees at the bank, or does not.
    /// - Throws: ``SandboxControlError``
    public mutating func completeAuthentication(
        of id: String, succeeds: Bool = true
    ) throws(SandboxControlError) {
        guard let before = payments[id] else { throw .notFound(kind: "payment", id: id) }
        guard before.status == .requiresCustomerAction else {
            throw .wrongStatus(kind: "payment", id: id, status: before.status.rawValue, wanted: "authenticated")
        }
        var payment = before
        if succeeds {
            decide(&payment)
        } else {
            payment.status = .failed
            (payment.errorCode, payment.errorMessage) = ("DC_09", "Three DS authentication failed")
        }
        changed(payment, from: before)
    }

    /// Puts a payment into any status, as a connector may: `processing`, `review`, `conflicted` and others that no
    /// request of the merchant leads to.
    ///
    /// What is held and captured follows: all is captured in `succeeded`, all is held in `requires_capture`, nothing is
    /// held in an end.
    /// - Throws: ``SandboxControlError/notFound(kind:id:)``
    public mutating func movePayment(_ id: String, to status: IntentStatus) throws(SandboxControlError) {
        guard let before = payments[id] else { throw .notFound(kind: "payment", id: id) }
        var payment = before
        payment.status = status
        switch status {
        case .succeeded: (payment.captured, payment.capturable) = (payment.amount, 0)
        case .requiresCapture, .partiallyAuthorizedAndRequiresCapture, .processing:
            payment.capturable = payment.amount - payment.captured
        case .failed, .cancelled, .expired, .cancelledPostCapture, .partiallyCaptured: payment.capturable = 0
        default: break
        }
        changed(payment, from: before)
    }

    /// Ends a pending refund, or one in review.
    /// - Throws: ``SandboxControlError``
    public mutating func settleRefund(_ id: String, as status: SandboxRefund.Status) throws(SandboxControlError) {
        guard var refund = refunds[id] else { throw .notFound(kind: "refund", id: id) }
        guard refund.status == .pending || refund.status == .manualReview, status != .pending else {
            throw .wrongStatus(kind: "refund", id: id, status: refund.status.rawValue, wanted: status.rawValue)
        }
        refund.status = status
        let failed = status.hasFailed
        (refund.errorCode, refund.errorMessage) = failed ? ("RE_00", "The bank refused the refund") : (nil, nil)
        refund.updatedAt = timeOfChange(after: refund.updatedAt)
        keep(refund)
    }

    /// Ends a pending payout, or reverses one that succeeded: the seller's bank sent the money back.
    /// - Throws: ``SandboxControlError``
    public mutating func settlePayout(_ id: String, as status: SandboxPayout.Status) throws(SandboxControlError) {
        guard var payout = payouts[id] else { throw .notFound(kind: "payout", id: id) }
        let isPossible =
            switch (payout.status, status) {
            case (.pending, .success), (.pending, .failed), (.pending, .cancelled), (.success, .reversed): true
            default: false
            }
        guard isPossible else {
            throw .wrongStatus(kind: "payout", id: id, status: payout.status.rawValue, wanted: status.rawValue)
        }
        payout.status = status
        let failed = status == .failed
        (payout.errorCode, payout.errorMessage) = failed ? ("PO_00", "The bank refused the payout") : (nil, nil)
        payout.updatedAt = timeOfChange(after: payout.updatedAt)
        keep(payout)
    }

    /// A customer's bank wants money back.
    /// - Parameter amount: in minor units; all that was captured if left out.
    /// - Returns: the dispute's id.
    /// - Throws: ``SandboxControlError``
    @discardableResult
    public mutating func raiseDispute(
        of payment: String, amount: Int64? = nil
    ) throws(SandboxControlError) -> String {
        guard let disputed = payments[payment] else { throw .notFound(kind: "payment", id: payment) }
        let amount = amount ?? disputed.captured
        guard (1...max(1, disputed.captured)).contains(amount), disputed.captured > 0 else {
            throw .amountTooLarge(amount, available: disputed.captured)
        }
        let number = disputes.count { $0.paymentID == payment } + 1
        var dispute = SandboxDispute()
        dispute.id = "dp_" + SandboxIDs.derived(from: "dispute/\(payment)/\(number)", length: 20)
        (dispute.paymentID, dispute.amount, dispute.currency) = (payment, amount, disputed.currency)
        (dispute.createdAt, dispute.updatedAt) = (now, now)
        keep(dispute)
        return dispute.id
    }

    /// Decides a dispute.
    /// - Throws: ``SandboxControlError``
    public mutating func settleDispute(_ id: String, as status: SandboxDispute.Status) throws(SandboxControlError) {
        guard var dispute = disputes[id] else { throw .notFound(kind: "dispute", id: id) }
        guard dispute.status.mayBecome(status), dispute.status != status else {
            throw .wrongStatus(kind: "dispute", id: id, status: dispute.status.rawValue, wanted: status.rawValue)
        }
        dispute.status = status
        dispute.updatedAt = timeOfChange(after: dispute.updatedAt)
        keep(dispute)
    }

    /// Puts a fault in force.
    /// - Returns: its id.
    /// - Throws: ``SandboxControlError/faultDoesNotFit(effect:call:)``
    @discardableResult
    public mutating func addFault(_ fault: SandboxFault) throws(SandboxControlError) -> String {
        guard fault.effect.concernsDeliveries == (fault.call == .delivery) else {
            throw .faultDoesNotFit(effect: fault.effect.name, call: fault.call.rawValue)
        }
        var number = 1
        while faults["\(number)"] != nil { number += 1 }
        var fault = fault
        fault.id = "\(number)"
        faults.put(fault)
        return fault.id
    }

    /// Takes all faults out of force.
    public mutating func removeFaults() {
        for fault in sortedFaults { faults[fault.id] = nil }
    }
}
