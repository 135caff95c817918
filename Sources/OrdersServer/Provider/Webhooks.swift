import Orders
import PaymentProviders

/// What the provider tells by itself.
extension PaymentService {
    /// Takes a delivery: the signature first, then one effect for each event, then the log.
    ///
    /// An event about an object that is not known here is an error and is not recorded, so that the provider tries
    /// again: the row may be on its way.
    ///
    /// - Throws: `WebhookError`, `UnknownObject`, `Contradiction`.
    func receive(_ body: [UInt8], signature: String?) throws -> DeliveryResult {
        let event = try believed(body, signature)
        do {
            return try settle { settlement in
                let (tables, now) = (settlement.tables, settlement.now)
                let isNew = try tables.insertEvent(event.id, at: now)
                let isToBeTaken = self.defects.guarding(.duplicateWebhook, isNew)
                let hadEffect = isToBeTaken ? try self.takeIfKnown(event.subject, settlement) : false
                let result: DeliveryResult = hadEffect ? .ok : .skipped
                try tables.insertDelivery(event: event.id, type: event.type, result, at: now)
                return result
            }
        } catch {
            try log(.error, event: event.id, type: event.type)
            throw error
        }
    }

    private func takeIfKnown(_ subject: ProviderEvent.Subject, _ settlement: Settlement) throws -> Bool {
        do {
            return try take(subject, settlement)
        } catch let error as UnknownObject {
            guard defects.has(.unknownObjectAccepted) else { throw error }
            return false
        }
    }

    private func take(_ subject: ProviderEvent.Subject, _ settlement: Settlement) throws -> Bool {
        switch subject {
        case .payment(let payment): return try settlement.take(payment)
        case .refund(let refund): return try settlement.take(refund, isFinal: true)
        case .dispute(let dispute): return try settlement.take(dispute)
        case .payout(let payout): return try settlement.take(payout, isFinal: true)
        case .other: return false
        }
    }

    /// The event, if the signature is that of exactly these bytes.
    private func believed(_ body: [UInt8], _ signature: String?) throws -> ProviderEvent {
        do {
            return try provider.provider.event(body: body, signature: signature)
        } catch WebhookError.unreadable(let reason) {
            try log(.error, event: nil, type: nil)
            throw WebhookError.unreadable(reason)
        } catch {
            try log(.signatureInvalid, event: nil, type: nil)
            throw error
        }
    }

    private func log(_ result: DeliveryResult, event: String?, type: String?) throws {
        try store.transaction { tables in
            try tables.insertDelivery(event: event, type: type, result, at: try self.clock.now(in: tables))
        }
    }
}
