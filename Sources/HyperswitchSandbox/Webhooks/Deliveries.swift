/// The queue of deliveries, and its retries (fact sheet, §4).
extension SandboxState {
    /// How long is waited before each retry, in seconds: 1 minute, 2 × 5 minutes, 5 × 10 minutes, 5 × 1 hour, 3 × 6 hours.
    public static let retryDelaysSeconds: [Int64] =
        [60] + Array(repeating: 300, count: 2) + Array(repeating: 600, count: 5) + Array(repeating: 3600, count: 5)
        + Array(repeating: 21_600, count: 3)

    /// Those still to be sent, in the order in which they will be.
    public var queuedDeliveries: [SandboxDelivery] {
        deliveries.filter { $0.position > 0 }.sorted { a, b in
            let times = (a.dueOn ?? .start, b.dueOn ?? .start)
            return (times.0, a.position) < (times.1, b.position)
        }
    }

    /// The next one that is due.
    public var nextDueDelivery: SandboxDelivery? {
        queuedDeliveries.first { $0.status == .pending && ($0.dueOn ?? .start) <= now }
    }

    /// When the next one will be due, if nothing else happens; nothing if none will.
    public var nextDeliveryTime: SandboxInstant? {
        queuedDeliveries.first { $0.status == .pending }?.dueOn
    }

    /// Takes the next delivery that is due, by the plan of faults.
    /// - Returns: what is to be sent, perhaps nothing or twice; `nil` if no delivery is due.
    public mutating func takeDueDelivery() -> (eventID: String, dispatches: [SandboxDispatch])? {
        guard var delivery = nextDueDelivery, let event = events[delivery.id] else { return nil }
        if delivery.attempts > 0 && presentEventType(of: event) != event.eventType {
            leaveQueue(&delivery, .stopped)
            return (delivery.id, [])
        }
        let fault = takeFault(on: .delivery)
        switch fault {
        case .drop?:
            leaveQueue(&delivery, .dropped)
            return (delivery.id, [])
        case .reorder?:
            delivery.status = .heldBack
            deliveries.put(delivery)
            return (delivery.id, [])
        default:
            let form = fault.flatMap { SandboxDispatch.Form(rawValue: $0.name) } ?? .genuine
            let count = fault == .duplicate ? 2 : 1
            return (delivery.id, Array(repeating: dispatch(delivery.id, as: form), count: count).compactMap { $0 })
        }
    }

    /// Notes what became of an attempt: done with a status of 2xx, otherwise tried again later, until the last retry.
    /// One that is no longer queued is not touched: it was a repetition.
    /// - Parameter status: the HTTP status of the answer; `nil` if there was none.
    public mutating func noteAttempt(_ eventID: String, status: Int?) {
        guard var delivery = deliveries[eventID], delivery.position > 0 else { return }
        releaseHeldBack(except: eventID)
        delivery = deliveries[eventID] ?? delivery
        delivery.attempts += 1
        delivery.lastStatus = status.map { Int64($0) }
        let retry = Int(delivery.attempts) - 1
        if let status, (200...299).contains(status) {
            leaveQueue(&delivery, .delivered)
        } else if retry < Self.retryDelaysSeconds.count {
            delivery.status = .pending
            delivery.dueOn = now.advanced(bySeconds: Self.retryDelaysSeconds[retry])
            deliveries.put(delivery)
        } else {
            leaveQueue(&delivery, .exhausted)
        }
    }

    /// Gives a queued delivery up, as if it had got lost.
    /// - Throws: ``SandboxControlError``
    public mutating func dropDelivery(_ eventID: String) throws(SandboxControlError) {
        guard var delivery = deliveries[eventID], delivery.position > 0 else { throw .noQueuedDelivery(eventID) }
        leaveQueue(&delivery, .dropped)
    }

    /// Lets go of what was held back.
    mutating func releaseHeldBack(except eventID: String? = nil) {
        for var delivery in queuedDeliveries where delivery.status == .heldBack && delivery.id != eventID {
            delivery.status = .pending
            deliveries.put(delivery)
        }
    }

    /// Ends a delivery; those behind it move up, so that the queue alone says where each stands.
    private mutating func leaveQueue(_ delivery: inout SandboxDelivery, _ status: SandboxDelivery.Status) {
        let position = delivery.position
        (delivery.status, delivery.position, delivery.dueOn) = (status, 0, nil)
        deliveries.put(delivery)
        for var other in queuedDeliveries where other.position > position {
            other.position -= 1
            deliveries.put(other)
        }
    }
}
