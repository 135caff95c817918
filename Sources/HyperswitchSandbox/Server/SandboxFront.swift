import ExactJSON
import HTTPServer
import Synchronization

/// What stands between the state and the network: one lock, the clock, and what waits.
final class SandboxFront: Sendable {
    private struct Core: Sendable {
        var state: SandboxState
        /// Up to when the clock has followed real time; `nil` when it stands still.
        var followedUntil: ContinuousClock.Instant?
    }

    let post = WebhookPost()
    let calls = CallLog()
    let delivery: HyperswitchSandbox.Delivery
    private let core: Mutex<Core>
    private let beginning: SandboxState
    private let gate = Gate()
    private let courier = Courier()

    /// How long requests that are to overlap wait for each other.
    private static let longestOverlapMilliseconds = 2000

    init(state: SandboxState, delivery: HyperswitchSandbox.Delivery) {
        self.delivery = delivery
        beginning = state
        core = Mutex(Core(state: state, followedUntil: delivery == .manual ? nil : .now))
    }

    func start(onDelivery: @escaping @Sendable (SandboxDeliveryReport) -> Void) {
        if delivery != .manual { courier.start(self, onDelivery) }
    }

    func stop() {
        gate.open()
        courier.stop()
    }

    func wakeCourier() { courier.wake() }

    func reset() {
        calls.clear()
        withState { [beginning] in $0.replaceContent(with: beginning) }
    }

    /// Calls the closure with the state, alone with it, and with the clock as it should be.
    func withState<Result: Sendable, Failure: Error>(
        _ body: (inout SandboxState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { courier.wake() }
        return try withStateOfCourier(body)
    }

    /// The same for the courier, which is awake and must not wake itself: it would never rest.
    private func withStateOfCourier<Result: Sendable, Failure: Error>(
        _ body: (inout SandboxState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try core.withLock { core throws(Failure) in
            followRealTime(&core)
            return try body(&core.state)
        }
    }

    private func followRealTime(_ core: inout Core) {
        guard let last = core.followedUntil, case .automatic(let speed) = delivery else { return }
        let passed = Double((ContinuousClock.now - last) / .milliseconds(1))
        let milliseconds = Int64(passed * speed)
        guard milliseconds > 0 else { return }
        core.followedUntil = last + .microseconds(Int64(Double(milliseconds) / speed * 1000))
        core.state.moveClock(to: SandboxInstant(milliseconds: core.state.now.milliseconds + milliseconds))
    }

    /// How long until the next delivery is due; `nil` if none will be.
    func millisecondsToNextDelivery() -> Double? {
        guard case .automatic(let speed) = delivery, post.hasURL else { return nil }
        return core.withLock { core in
            followRealTime(&core)
            guard let due = core.state.nextDeliveryTime else { return nil }
            return max(0, Double(due.milliseconds - core.state.now.milliseconds) / speed)
        }
    }

    // MARK: Requests

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        if let control = ControlRequest(request) { return answer(control) }
        let keys = request.headers.all("Idempotency-Key")
        var request = SandboxRequest(
            request.method, request.path,
            query: Dictionary(request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
            apiKey: request.headers["api-key"], idempotencyKey: keys.first, body: request.body)
        request.repeatsIdempotencyKey = keys.count > 1
        calls.note(request)
        switch withState({ $0.admit(request) }) {
        case .answered(let reply): return send(reply)
        case .admitted(let admission):
            gate.meet(admission.call, admission.overlap, atMostMilliseconds: Self.longestOverlapMilliseconds)
            return send(withState { $0.complete(admission) })
        }
    }

    private func send(_ reply: SandboxReply) -> HTTPResponse {
        switch reply.fate {
        case .lost(let milliseconds):
            gate.hold(forMilliseconds: milliseconds)
            return .none
        case .sent(let milliseconds):
            gate.hold(forMilliseconds: milliseconds)
            let mark = reply.isReplayed ? [(name: "Idempotent-Replayed", value: "true")] : []
            let headers = HTTPHeaders([(name: "Content-Type", value: "application/json")] + mark)
            return HTTPResponse(status: reply.status, headers: headers, body: Array(reply.body.utf8))
        }
    }

    // MARK: Webhooks

    /// Sends the next webhook that is due, for the courier or for a control. Blocks until it is answered, without the lock: the service may call back.
    func deliverNext() -> SandboxDeliveryReport? {
        let next = withStateOfCourier { state -> (event: SandboxEvent, dispatches: [SandboxDispatch])? in
            guard let taken = state.takeDueDelivery(), let event = state.events[taken.eventID] else { return nil }
            return (event, taken.dispatches)
        }
        guard let (event, dispatches) = next else { return nil }
        let outcomes = dispatches.map { post.send($0) }
        if let first = outcomes.first {
            // Of two, one that was taken in is enough.
            let status = outcomes.compactMap(\.status).first { (200...299).contains($0) } ?? first.status
            withStateOfCourier { $0.noteAttempt(event.id, status: status) }
        }
        return SandboxDeliveryReport(eventID: event.id, eventType: event.eventType, outcomes: outcomes)
    }

    /// Sends the webhook of an event; `nil` if there is no such event.
    func deliver(_ eventID: String, as form: SandboxDispatch.Form, times: Int) -> SandboxDeliveryReport? {
        let found = withState { ($0.events[eventID], $0.dispatch(eventID, as: form)) }
        guard let event = found.0, let dispatch = found.1 else { return nil }
        let outcomes = (0..<max(1, times)).map { _ in post.send(dispatch) }
        if form == .genuine {
            for outcome in outcomes { withState { $0.noteAttempt(eventID, status: outcome.status) } }
        }
        return SandboxDeliveryReport(eventID: eventID, eventType: event.eventType, outcomes: outcomes)
    }
}
