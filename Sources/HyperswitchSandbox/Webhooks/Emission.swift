import ExactJSON

/// Events come about (fact sheet, §4).
extension SandboxState {
    /// Makes the event that an object came into a status, and queues its delivery: once for each object and type, so a
    /// second partial capture, or a refund that fails twice, is silent.
    mutating func emit(
        _ type: String, _ subject: SandboxEvent.Subject, _ objectID: String, _ object: JSON,
        at time: SandboxInstant
    ) {
        let id = SandboxIDs.event(type, of: objectID)
        guard events[id] == nil else { return }
        let body: JSON = [
            "merchant_id": .string(credentials.merchantID), "event_id": .string(id), "event_type": .string(type),
            "content": ["type": .string("\(subject.rawValue)_details"), "object": object],
            "timestamp": .string(time.description), "processor_merchant_id": .string(credentials.merchantID),
        ]
        var event = SandboxEvent()
        (event.id, event.subject, event.objectID, event.eventType) = (id, subject, objectID, type)
        (event.body, event.said, event.createdAt) = (body.text, object.withoutTimesOfChange.text, time)
        events.put(event)
        var delivery = SandboxDelivery()
        delivery.id = id
        delivery.dueOn = now
        delivery.position = Int64(queuedDeliveries.count) + 1
        deliveries.put(delivery)
    }

    /// The event type that the object's present status calls for.
    func presentEventType(of event: SandboxEvent) -> String? {
        switch event.subject {
        case .payment: payments[event.objectID]?.status.eventType
        case .refund: refunds[event.objectID]?.status.eventType
        case .payout: payouts[event.objectID]?.status.eventType
        case .dispute: disputes[event.objectID]?.status.rawValue
        }
    }
}

extension JSON {
    /// Without the members, at any depth, that say when something was made or changed.
    fileprivate var withoutTimesOfChange: JSON {
        switch self {
        case .object(let members):
            .object(
                members.filter { !Self.timesOfChange.contains($0.name) }
                    .map { Member($0.name, $0.value.withoutTimesOfChange) })
        case .array(let elements): .array(elements.map(\.withoutTimesOfChange))
        case .null, .bool, .number, .string: self
        }
    }

    private static let timesOfChange: Set = [
        "created", "created_at", "modified_at", "updated", "updated_at", "connector_updated_at",
    ]
}
