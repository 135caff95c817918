import HTTPServer
import Synchronization

/// A payment provider on this machine that behaves as Hyperswitch's router does, and fails as it is told.
///
/// ```swift
/// let sandbox = try HyperswitchSandbox()
/// defer { sandbox.stop() }
/// let service = try startService(provider: sandbox.url, apiKey: sandbox.state.credentials.apiKey)
/// try sandbox.sendWebhooks(to: service.url + "/webhooks/hyperswitch")
///
/// try sandbox.addFault(SandboxFault(.loseReply, on: .refund))    // the refund happens, its answer gets lost
/// …
/// try await sandbox.deliverNext()                                // the webhook arrives
/// #expect(sandbox.state.refunds.count == 1)
/// ```
///
/// Everything it knows is ``state``, a value: to keep it is a snapshot, to set it goes back. ``SandboxSystem`` makes it part
/// of an exploration. In the process of a test nothing is sent and no time passes until a control says so.
///
/// The controls below are also an HTTP API, without a key, whose bodies and answers are JSON:
///
/// | request | body | what it does |
/// |---|---|---|
/// | `GET /_sandbox/deliveries` | | lists what is still to be sent, in order |
/// | `POST /_sandbox/deliveries/next` | | sends the next that is due; `{"event_id":null}` if none is |
/// | `POST /_sandbox/deliveries/{event_id}` | `{"form":"genuine","times":1}` | sends that one; forms as ``SandboxDispatch/Form`` |
/// | `DELETE /_sandbox/deliveries/{event_id}` | | loses it |
/// | `GET /_sandbox/clock` | | tells the virtual time |
/// | `POST /_sandbox/clock/advance` | `{"seconds":60}` | moves it, and what is due by then happens |
/// | `POST /_sandbox/payments/{id}/authenticate` | `{"succeeds":true}` | the customer agrees at the bank, or not |
/// | `POST /_sandbox/payments/{id}/status` | `{"status":"review"}` | puts it into any status, as a connector may |
/// | `POST /_sandbox/refunds/{id}/settle` | `{"status":"success"}` | ends it; statuses as ``SandboxRefund/Status`` |
/// | `POST /_sandbox/payouts/{id}/settle` | `{"status":"failed"}` | ends it, or has it `reversed` |
/// | `POST /_sandbox/disputes` | `{"payment_id":"…","amount":100}` | a customer's bank wants money back |
/// | `POST /_sandbox/disputes/{id}/settle` | `{"status":"dispute_lost"}` | decides it |
/// | `GET`, `DELETE /_sandbox/faults` | | lists the plan of faults; empties it |
/// | `POST /_sandbox/faults` | `{"effect":"fail-before","value":503,"call":"refund","at":"next"}` | adds to it; `at` may be a number or `every` |
/// | `GET`, `DELETE /_sandbox/calls` | | lists the requests to the provider as they came, the newest 10,000; forgets them |
/// | `GET`, `POST /_sandbox/settings` | `{"profile":"stripe"}` | tells and moves the switches of ``SandboxSettings`` |
/// | `POST /_sandbox/reset` | | forgets everything but the settings it was started with |
public final class HyperswitchSandbox: Sendable {
    /// How webhooks get sent.
    public enum Delivery: Hashable, Sendable {
        /// When a control says so. Time stands still in between.
        case manual
        /// As soon as they come about, and again by the schedule. The clock goes that many times as fast as a real one.
        case automatic(clockSpeed: Double = 1)
    }

    /// Where it listens: `http://127.0.0.1:` and the port.
    public let url: String
    /// The port it listens on.
    public let port: UInt16

    let front: SandboxFront
    private let server: HTTPServer

    /// Starts listening; it answers as soon as this returns.
    ///
    /// - Parameters:
    ///   - port: 0 for any free port.
    ///   - now: where the virtual clock starts.
    ///   - onDelivery: called after each delivery that is made automatically.
    /// - Throws: `HTTPServerError` if it cannot listen there.
    public init(
        port: UInt16 = 0, credentials: SandboxCredentials = SandboxCredentials(),
        settings: SandboxSettings = SandboxSettings(), delivery: Delivery = .manual, now: SandboxInstant = .start,
        onDelivery: @escaping @Sendable (SandboxDeliveryReport) -> Void = { _ in }
    ) throws(HTTPServerError) {
        let state = SandboxState(credentials: credentials, settings: settings, now: now)
        let front = SandboxFront(state: state, delivery: delivery)
        self.front = front
        server = try HTTPServer(port: port, threads: 0) { front.answer($0) }
        self.port = server.port
        url = "http://127.0.0.1:\(server.port)"
        front.start(onDelivery: onDelivery)
    }

    deinit {
        stop()
    }

    /// Lets go of the requests that are held, stops listening, and sends nothing more. More than once is no harm.
    public func stop() {
        front.stop()
        server.stop()
    }

    /// Everything it knows. To set it goes back, or anywhere; the credentials stay.
    public var state: SandboxState {
        get { front.withState { $0 } }
        set { front.withState { $0.replaceContent(with: newValue) } }
    }

    // MARK: Switches, time and faults

    /// Moves switches: `sandbox.configure { $0.refunds = .pending }`.
    public func configure(_ change: (inout SandboxSettings) -> Void) {
        front.withState { change(&$0.settings) }
    }

    /// Moves the clock, and does what becomes due by it: sessions and holds end. Retries become due, and are sent when told.
    /// - Throws: ``SandboxControlError/clockBackwards(seconds:)``
    public func advanceClock(bySeconds seconds: Int64) throws(SandboxControlError) {
        try control { state throws(SandboxControlError) in try state.advanceClock(bySeconds: seconds) }
    }

    /// Puts a fault in force.
    /// - Returns: its id.
    /// - Throws: ``SandboxControlError/faultDoesNotFit(effect:call:)``
    @discardableResult
    public func addFault(_ fault: SandboxFault) throws(SandboxControlError) -> String {
        try control { state throws(SandboxControlError) in try state.addFault(fault) }
    }

    /// The requests to the provider as they came, whatever became of them: the newest 10,000. No part of ``state``.
    public var calls: [SandboxCall] { front.calls.all }

    /// Takes all faults out of force.
    public func removeFaults() { front.withState { $0.removeFaults() } }

    /// Forgets everything but the settings it was started with.
    public func reset() { front.reset() }

    // MARK: What the merchant does not decide

    /// The customer agrees at the bank, or does not.
    /// - Throws: ``SandboxControlError``
    public func completeAuthentication(of payment: String, succeeds: Bool = true) throws(SandboxControlError) {
        try control { state throws(SandboxControlError) in
            try state.completeAuthentication(of: payment, succeeds: succeeds)
        }
    }

    /// Puts a payment into any status, as a connector may.
    /// - Throws: ``SandboxControlError/notFound(kind:id:)``
    public func movePayment(_ id: String, to status: IntentStatus) throws(SandboxControlError) {
        try control { state throws(SandboxControlError) in try state.movePayment(id, to: status) }
    }

    /// Ends a pending refund, or one in review.
    /// - Throws: ``SandboxControlError``
    public func settleRefund(_ id: String, as status: SandboxRefund.Status) throws(SandboxControlError) {
        try control { state throws(SandboxControlError) in try state.settleRefund(id, as: status) }
    }

    /// Ends a pending payout, or reverses one that succeeded.
    /// - Throws: ``SandboxControlError``
    public func settlePayout(_ id: String, as status: SandboxPayout.Status) throws(SandboxControlError) {
        try control { state throws(SandboxControlError) in try state.settlePayout(id, as: status) }
    }

    /// A customer's bank wants money back.
    /// - Parameter amount: in minor units; all that was captured if left out.
    /// - Returns: the dispute's id.
    /// - Throws: ``SandboxControlError``
    @discardableResult
    public func raiseDispute(of payment: String, amount: Int64? = nil) throws(SandboxControlError) -> String {
        try control { state throws(SandboxControlError) in try state.raiseDispute(of: payment, amount: amount) }
    }

    /// Decides a dispute.
    /// - Throws: ``SandboxControlError``
    public func settleDispute(_ id: String, as status: SandboxDispute.Status) throws(SandboxControlError) {
        try control { state throws(SandboxControlError) in try state.settleDispute(id, as: status) }
    }

    private func control<Result: Sendable>(
        _ body: (inout SandboxState) throws(SandboxControlError) -> Result
    ) throws(SandboxControlError) -> Result {
        try front.withState(body)
    }
}
