/// Webhooks, sent when told.
extension HyperswitchSandbox {
    /// Where webhooks go from now on. The service under test often starts later than its provider.
    /// - Throws: ``SandboxControlError/badWebhookURL(_:)`` unless it is an `http://` URL of this machine: it is a test tool.
    public func sendWebhooks(to url: String) throws(SandboxControlError) {
        try front.post.setURL(url)
        front.wakeCourier()
    }

    /// What is still to be sent, in order. A retry may not be due yet.
    public var pendingDeliveries: [SandboxDelivery] { front.withState { $0.queuedDeliveries } }

    /// Sends the next webhook that is due, as the plan of faults says.
    /// - Returns: what became of it; `nil` if none is due.
    /// - Throws: ``SandboxControlError/noWebhookURL``
    @discardableResult
    public func deliverNext() async throws(SandboxControlError) -> SandboxDeliveryReport? {
        try front.post.checkURL()
        defer { front.wakeCourier() }
        return await front.post.onItsThread { [front] in front.deliverNext() }
    }

    /// Sends webhooks until none is due. Each that fails is due again later only.
    /// - Throws: ``SandboxControlError/noWebhookURL``
    @discardableResult
    public func deliverAll() async throws(SandboxControlError) -> [SandboxDeliveryReport] {
        var reports: [SandboxDeliveryReport] = []
        while let report = try await deliverNext() { reports.append(report) }
        return reports
    }

    /// Sends the webhook of an event, due or not, sent before or not.
    ///
    /// A genuine one that is queued counts as an attempt; any other leaves the queue as it is.
    /// - Parameter times: how often, one after another.
    /// - Throws: ``SandboxControlError``
    @discardableResult
    public func deliver(
        _ eventID: String, as form: SandboxDispatch.Form = .genuine, times: Int = 1
    ) async throws(SandboxControlError) -> SandboxDeliveryReport {
        try front.post.checkURL()
        let report = await front.post.onItsThread { [front] in front.deliver(eventID, as: form, times: times) }
        guard let report else { throw .notFound(kind: "event", id: eventID) }
        return report
    }

    /// Loses a queued delivery.
    /// - Throws: ``SandboxControlError/noQueuedDelivery(_:)``
    public func dropDelivery(_ eventID: String) throws(SandboxControlError) {
        try front.withState { state throws(SandboxControlError) in try state.dropDelivery(eventID) }
    }
}

/// What became of a delivery.
public struct SandboxDeliveryReport: Hashable, Sendable {
    /// What became of one sending.
    public enum Outcome: Hashable, Sendable {
        /// The service answered with that HTTP status.
        case answered(status: Int)
        /// There was no answer, for the reason given.
        case failed(reason: String)

        /// The HTTP status; `nil` if there was no answer.
        public var status: Int? { if case .answered(let status) = self { status } else { nil } }
    }

    public let eventID: String
    /// Such as `refund_succeeded`.
    public let eventType: String
    /// One for each sending: none if it was dropped, held back or given up.
    public let outcomes: [Outcome]

    /// The HTTP status of the last answer; `nil` if there was none.
    public var status: Int? { outcomes.last?.status }
}
