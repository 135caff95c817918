import ExactJSON

/// What became of a request on its arrival.
public enum SandboxArrival: Sendable {
    /// It is answered, and had no effect.
    case answered(SandboxReply)
    /// It may go on; the effect is still to come.
    case admitted(SandboxAdmission)
}

/// A request that was admitted. Until it is completed, others may be.
public struct SandboxAdmission: Sendable {
    /// How many requests of its kind have to be admitted before any is completed.
    public let overlap: Int?
    /// What is called.
    public let call: SandboxFault.Call
    let endpoint: SandboxEndpoint
    let request: SandboxRequest
    let fault: SandboxFaultEffect?
    /// A refund as it was checked on arrival; nothing if it is to be checked in the step that keeps it.
    let checked: Result<SandboxRefund, SandboxRefusal>?
    let hasIdempotencyRecord: Bool
}

extension SandboxState {
    /// Answers a request.
    public mutating func respond(to request: SandboxRequest) -> SandboxReply {
        switch admit(request) {
        case .answered(let reply): reply
        case .admitted(let admission): complete(admission)
        }
    }

    /// The first step of an answer: who calls and what, the plan of faults, the idempotency key; and for a refund the
    /// checks, unless ``SandboxSettings/checksRefundsUnderLock``. Two refunds that are both admitted before one is
    /// completed are checked against the same past.
    public mutating func admit(_ request: SandboxRequest) -> SandboxArrival {
        do throws(SandboxRefusal) {
            let endpoint = try SandboxEndpoint(method: request.method, path: request.path)
            guard request.apiKey == credentials.apiKey else { throw .unauthorized }
            let fault = takeFault(on: endpoint.call)
            if case .failBefore(let status)? = fault { throw .injected(status) }
            if let reply = try takeIdempotencyKey(of: request) { return .answered(reply.meeting(fault)) }
            var checked: Result<SandboxRefund, SandboxRefusal>?
            if endpoint == .createRefund && !settings.checksRefundsUnderLock { checked = checkedRefund(request.body) }
            var overlap: Int?
            if case .overlap(let requests)? = fault { overlap = requests }
            return .admitted(
                SandboxAdmission(
                    overlap: overlap, call: endpoint.call, endpoint: endpoint, request: request, fault: fault,
                    checked: checked, hasIdempotencyRecord: keepsIdempotencyRecords(of: request)))
        } catch {
            return .answered(error.reply)
        }
    }

    /// The second step: the effect, and the answer.
    public mutating func complete(_ admission: SandboxAdmission) -> SandboxReply {
        var reply: SandboxReply
        var isValidation = false
        do throws(SandboxRefusal) {
            reply = SandboxReply(200, try act(on: admission))
        } catch {
            reply = error.reply
            isValidation = error.isValidation
        }
        if admission.hasIdempotencyRecord {
            finishIdempotencyRecord(of: admission.request, with: isValidation ? nil : reply)
        }
        return reply.meeting(admission.fault)
    }

    private mutating func act(on admission: SandboxAdmission) throws(SandboxRefusal) -> JSON {
        let body = admission.request.body
        switch admission.endpoint {
        case .createPayment: return try createPayment(SandboxBody(body))
        case .retrievePayment(let id): return paymentJSON(try payment(id), query: admission.request.query)
        case .confirmPayment(let id): return try confirmPayment(id, SandboxBody(body))
        case .capturePayment(let id): return try capturePayment(id, SandboxBody(body))
        case .cancelPayment(let id): return try cancelPayment(id, SandboxBody(body))
        case .cancelPaymentPostCapture(let id): return try cancelPaymentPostCapture(id, SandboxBody(body))
        case .createRefund: return try keepRefund((admission.checked ?? checkedRefund(body)).get())
        case .retrieveRefund(let id): return refundJSON(try refund(id))
        case .listRefunds: return try listRefunds(SandboxBody(body))
        case .createPayout: return try createPayout(SandboxBody(body))
        case .retrievePayout(let id): return payoutJSON(try payout(id))
        case .confirmPayout(let id): return try confirmPayout(id)
        case .retrieveDispute(let id): return disputeJSON(try dispute(id))
        case .listDisputes: return listDisputes()
        }
    }

    private func checkedRefund(_ body: [UInt8]) -> Result<SandboxRefund, SandboxRefusal> {
        Result { () throws(SandboxRefusal) in try refundToMake(SandboxBody(body)) }
    }
}

extension SandboxReply {
    /// The answer after what a fault does to it.
    fileprivate func meeting(_ fault: SandboxFaultEffect?) -> SandboxReply {
        var reply = self
        switch fault {
        case .failAfter(let status)?: reply = SandboxRefusal.injected(status).reply
        case .loseReply?: reply.fate = .lost(afterMilliseconds: 0)
        case .holdReply(let milliseconds)?: reply.fate = .lost(afterMilliseconds: milliseconds)
        case .slow(let milliseconds)?: reply.fate = .sent(afterMilliseconds: milliseconds)
        default: break
        }
        return reply
    }
}
