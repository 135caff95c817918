import ExactJSON

/// What the control API reads and shows.
extension SandboxState {
    func json(_ delivery: SandboxDelivery) -> JSON {
        let event = events[delivery.id]
        return [
            "event_id": .string(delivery.id), "event_type": .text(event?.eventType),
            "object_id": .text(event?.objectID), "status": .string(delivery.status.rawValue),
            "attempts": .integer(delivery.attempts), "due_on": .text(delivery.dueOn?.description),
            "last_status": delivery.lastStatus.map(JSON.integer) ?? .null,
        ]
    }

    var settingsJSON: JSON {
        [
            "profile": .string(settings.profile.rawValue), "refunds": .string(settings.refunds.rawValue),
            "payouts": .string(settings.payouts.rawValue), "cancel_rules": .string(settings.cancelRules.rawValue),
            "allows_manual_retry": .bool(settings.allowsManualRetry),
            "checks_refunds_under_lock": .bool(settings.checksRefundsUnderLock),
        ]
    }
}

extension SandboxSettings {
    /// These settings with what a body says of them.
    func moved(by body: SandboxBody) throws(SandboxRefusal) -> SandboxSettings {
        var settings = self
        settings.profile = try body.oneOf("profile", Profile.self) ?? profile
        settings.refunds = try body.oneOf("refunds", Settlement.self) ?? refunds
        settings.payouts = try body.oneOf("payouts", Settlement.self) ?? payouts
        settings.cancelRules = try body.oneOf("cancel_rules", CancelRules.self) ?? cancelRules
        settings.allowsManualRetry = try body.bool("allows_manual_retry") ?? allowsManualRetry
        settings.checksRefundsUnderLock = try body.bool("checks_refunds_under_lock") ?? checksRefundsUnderLock
        return settings
    }
}

extension SandboxFault {
    var json: JSON {
        [
            "fault": .string(id), "effect": .string(effect.name),
            "value": effect.value.map { .integer(Int64($0)) } ?? .null, "call": .string(call.rawValue),
            "at": repeats ? "every" : .integer(remaining),
        ]
    }

    /// Reads `{"effect":"fail-before","value":503,"call":"refund","at":"next"}`.
    init(_ body: SandboxBody) throws(SandboxRefusal) {
        guard let name = try body.string("effect") else { throw .missing("effect") }
        guard let call = try body.oneOf("call", Call.self) else { throw .missing("call") }
        let value = try body.integer("value")
        guard let effect = SandboxFaultEffect(name: name, value: value.map { Int(clamping: $0) }) else {
            throw .badFormat("effect", expected: "the name of a fault, with its value where it has one")
        }
        self.init(effect, on: call, at: try Self.occurrence(body))
    }

    private static func occurrence(_ body: SandboxBody) throws(SandboxRefusal) -> Occurrence {
        switch body["at"] {
        case nil, .null?, .string("next")?: return .next
        case .string("every")?: return .every
        case let given?:
            guard let number = given.integer, (1...1_000_000).contains(number) else {
                throw .badFormat("at", expected: "next, every, or a number from 1")
            }
            return .nth(Int(number))
        }
    }
}

extension SandboxDeliveryReport {
    var json: JSON {
        let shown = outcomes.map { outcome -> JSON in
            switch outcome {
            case .answered(let status): ["status": .integer(Int64(status))]
            case .failed(let reason): ["failed": .string(reason)]
            }
        }
        return ["event_id": .string(eventID), "event_type": .string(eventType), "outcomes": .array(shown)]
    }
}
