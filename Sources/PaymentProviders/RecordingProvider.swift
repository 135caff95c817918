import Digests
import Money
import Synchronization

/// A provider for tests: it moves no money, remembers every call, and fails as it is told.
///
/// ```swift
/// let provider = RecordingProvider()
/// provider.script(refund: .effectThenLostReply())
/// await #expect(throws: ProviderError.self) { try await service.refund(order) }
/// #expect(provider.lastIdempotencyKey?.rawValue == "refund-17")
/// #expect(provider.calls.count == 3)                             // authorize, capture, refund
/// #expect(try await provider.refund(id)?.status == .pending)     // it happened all the same
/// ```
///
/// What is not scripted goes well: an authorisation is `authorized`, a capture `captured`, a cancellation `canceled`; a
/// refund and a payout are `pending`, that is acknowledged, until ``set(_:)-(ProviderRefund)`` says how they ended. The
/// rules a provider has about amounts and statuses hold here too, with Hyperswitch's codes: what is against them is
/// rejected.
///
/// May be used from several tasks at once; calls are then recorded in the order they took effect.
public final class RecordingProvider: PaymentProvider {
    /// One call, with all that was passed.
    public enum Call: Hashable, Sendable {
        case authorize(IdempotencyKey, PaymentRequest)
        case capture(IdempotencyKey, payment: ProviderID, amount: Money)
        case cancel(IdempotencyKey, payment: ProviderID)
        case refund(IdempotencyKey, ProviderRefundRequest)
        case payout(IdempotencyKey, PayoutRequest)
        case lookUpPayment(ProviderID)
        case lookUpRefund(ProviderID)
        case lookUpPayout(ProviderID)

        /// The key; look-ups have none.
        public var idempotencyKey: IdempotencyKey? {
            switch self {
            case .authorize(let key, _), .capture(let key, _, _), .cancel(let key, _), .refund(let key, _),
                .payout(let key, _):
                key
            case .lookUpPayment, .lookUpRefund, .lookUpPayout: nil
            }
        }
    }

    /// What becomes of one call.
    public enum Outcome<Status: Hashable & Sendable>: Hashable, Sendable {
        /// It happens, and the answer has this status; without one, the usual.
        case effect(Status? = nil)
        /// It happens, and the answer is lost: the caller gets ``ProviderError/unknown(_:)``, a look-up finds it.
        case effectThenLostReply(Status? = nil)
        /// Nothing happens, and the caller gets this error.
        case failure(ProviderError)
    }

    /// What happens if an object's id comes a second time.
    public enum Repetition: Hashable, Sendable {
        /// 400 `HE_01`, whatever the key, as Hyperswitch's router does: the caller has to look up.
        case rejected
        /// The same key gets the object as it stands now, another key `HE_01`: much as Stripe does.
        case replayed
    }

    private let state: Mutex<RecordedState>
    /// Any key does: it only has to tell webhooks made here from forged ones.
    private static let webhookKey = Array("recording-provider".utf8)

    /// A provider that has no payments yet.
    public init(repetition: Repetition = .rejected) {
        state = Mutex(RecordedState(repetition: repetition))
    }

    /// Every call so far, in order, look-ups and failed ones included.
    public var calls: [Call] { state.withLock { $0.calls } }

    /// The key of the last call that had one.
    public var lastIdempotencyKey: IdempotencyKey? { calls.reversed().lazy.compactMap(\.idempotencyKey).first }

    /// Forgets the calls, and nothing else.
    public func forgetCalls() { state.withLock { $0.calls = [] } }
}

// MARK: What a test says

extension RecordingProvider {
    /// What becomes of the next authorisations, one after another; after that the usual.
    public func script(authorize outcomes: Outcome<ProviderPayment.Status>...) {
        state.withLock { $0.authorizations += outcomes }
    }

    /// What becomes of the next captures.
    public func script(capture outcomes: Outcome<ProviderPayment.Status>...) {
        state.withLock { $0.captures += outcomes }
    }

    /// What becomes of the next cancellations.
    public func script(cancel outcomes: Outcome<ProviderPayment.Status>...) {
        state.withLock { $0.cancellations += outcomes }
    }

    /// What becomes of the next refunds.
    public func script(refund outcomes: Outcome<ProviderRefund.Status>...) {
        state.withLock { $0.refundOutcomes += outcomes }
    }

    /// What becomes of the next payouts.
    public func script(payout outcomes: Outcome<ProviderPayout.Status>...) {
        state.withLock { $0.payoutOutcomes += outcomes }
    }

    /// What the next look-ups of any kind throw; `nil` lets one through.
    public func script(lookUp errors: ProviderError?...) { state.withLock { $0.lookUpErrors += errors } }

    /// Makes a payment be as given, as if it had changed, or been made, at the provider.
    public func set(_ payment: ProviderPayment) { state.withLock { $0.payments[payment.id] = payment } }

    /// Makes a refund be as given.
    public func set(_ refund: ProviderRefund) { state.withLock { $0.refunds[refund.id] = refund } }

    /// Makes a payout be as given.
    public func set(_ payout: ProviderPayout) { state.withLock { $0.payouts[payout.id] = payout } }

    /// A signed webhook that ``event(body:signature:)`` reads as this event.
    public func webhook(_ event: ProviderEvent) -> (body: [UInt8], signature: String) {
        let number = state.withLock { state in
            state.events.append(event)
            return state.events.count - 1
        }
        let body = Array("event \(number)".utf8)
        return (body, Self.signature(of: body))
    }

    private static func signature(of body: [UInt8]) -> String {
        Digests.hexadecimal(Digests.hmacSHA512(of: body, key: webhookKey))
    }
}

// MARK: What the service calls

extension RecordingProvider {
    public func authorize(
        idempotencyKey: IdempotencyKey, _ request: PaymentRequest
    ) async throws(ProviderError) -> ProviderPayment {
        try perform { $0.authorize(idempotencyKey, request) }
    }

    public func capture(
        idempotencyKey: IdempotencyKey, payment: ProviderID, amount: Money
    ) async throws(ProviderError) -> ProviderPayment {
        try perform { $0.capture(idempotencyKey, payment, amount) }
    }

    public func cancel(
        idempotencyKey: IdempotencyKey, payment: ProviderID
    ) async throws(ProviderError) -> ProviderPayment {
        try perform { $0.cancel(idempotencyKey, payment) }
    }

    public func payment(_ id: ProviderID) async throws(ProviderError) -> ProviderPayment? {
        try perform { $0.lookUp(.lookUpPayment(id)) { $0.payments[id] } }
    }

    public func refund(
        idempotencyKey: IdempotencyKey, _ request: ProviderRefundRequest
    ) async throws(ProviderError) -> ProviderRefund {
        try perform { $0.refund(idempotencyKey, request) }
    }

    public func refund(_ id: ProviderID) async throws(ProviderError) -> ProviderRefund? {
        try perform { $0.lookUp(.lookUpRefund(id)) { $0.refunds[id] } }
    }

    public func payout(
        idempotencyKey: IdempotencyKey, _ request: PayoutRequest
    ) async throws(ProviderError) -> ProviderPayout {
        try perform { $0.payout(idempotencyKey, request) }
    }

    public func payout(_ id: ProviderID) async throws(ProviderError) -> ProviderPayout? {
        try perform { $0.lookUp(.lookUpPayout(id)) { $0.payouts[id] } }
    }

    public func event(body: [UInt8], signature: String?) throws(WebhookError) -> ProviderEvent {
        guard let signature else { throw .unsigned }
        guard signature == Self.signature(of: body) else { throw .wrongSignature }
        let number = Int(String(decoding: body, as: UTF8.self).dropFirst("event ".count))
        return try state.withLock { state throws(WebhookError) in
            guard let number, state.events.indices.contains(number) else {
                throw .unreadable("it was made by another RecordingProvider")
            }
            return state.events[number]
        }
    }

    private func perform<Object>(
        _ action: (inout RecordedState) -> Result<Object, ProviderError>
    ) throws(ProviderError) -> Object where Object: Sendable {
        try state.withLock { action(&$0) }.get()
    }
}
