import Orders
import PaymentProviders

/// The one way in which what the provider was asked comes to its end, whoever tells: the answer to the call, a webhook, or
/// a look-up. Within a transaction of the caller's.
///
/// Each takes the order's lock first and looks again at what is pending: what has ended stays as it ended, so a message
/// that comes twice, late or out of order changes nothing.
struct Settlement {
    let tables: OrderTables
    let rules: ProviderRules
    let payoutRules: PayoutRules
    let subscriptionRules: SubscriptionRules
    let defects: Defects
    let now: Timestamp

    /// Takes in how a payment stands.
    ///
    /// - Returns: Whether that decided anything.
    /// - Throws: `UnknownObject`, `Contradiction`.
    func take(_ payment: ProviderPayment) throws -> Bool {
        guard let id = try tables.order(ofPayment: payment.id) else {
            throw UnknownObject(description: "No order has the payment \(payment.id).")
        }
        let order = try tables.lockedOrder(id)
        guard let operation = try tables.pendingOperation(of: id), operation.payment == payment.id.rawValue else {
            return false
        }
        switch Verdict(on: operation, seeing: payment) {
        case .succeeded: return try succeed(operation, order)
        case .failed(let reason): return try fail(operation, order, reason)
        case .undecided, .notArrived: return false
        case .contradicts(let what): throw Contradiction(description: "Operation \(operation.id): \(what).")
        }
    }

    /// Takes in that the provider has rejected an operation: it did not happen.
    func reject(_ operation: PaymentOperation, _ reason: String) throws -> Bool {
        try fail(operation, tables.lockedOrder(operation.orderID), reason)
    }

    private func succeed(_ operation: PaymentOperation, _ order: Order) throws -> Bool {
        guard try tables.settle(operation, as: .succeeded, at: now) else { return false }
        try write(try rules.succeed(operation, on: order), from: order)
        if operation.kind == .capture {
            let entries = try LedgerEntry.capture(operation)
            let isHalf = defects.has(.oneSidedEntry)
            try tables.book(isHalf ? entries.filter { $0.account == .balance } : entries, of: order.id, at: now)
        }
        return true
    }

    private func fail(_ operation: PaymentOperation, _ order: Order, _ reason: String) throws -> Bool {
        guard try tables.settle(operation, as: .failed, failure: reason, at: now) else { return false }
        let after = rules.fail(operation, on: order, at: now)
        if after != order { try write(after, from: order) }
        return true
    }

    /// Takes in how a refund stands.
    ///
    /// - Parameter isFinal: whether it is more than the answer to the request.
    func take(_ seen: ProviderRefund, isFinal: Bool) throws -> Bool {
        guard let known = try tables.refund(ofReference: seen.id) else {
            throw UnknownObject(description: "No refund has the name \(seen.id).")
        }
        let order = try tables.lockedOrder(known.orderID)
        let isNews = try tables.acknowledge(known, as: seen.id)
        let isLastWord = isFinal || defects.has(.acknowledgementIsFinal)
        switch Verdict(on: known, seeing: seen, isFinal: isLastWord) {
        case .succeeded: return try succeed(known, order)
        case .failed(let reason): return try fail(known, order, reason)
        case .undecided, .notArrived: return isNews
        case .contradicts(let what): throw Contradiction(description: "Refund \(known.id): \(what).")
        }
    }

    /// Takes in that the provider has rejected a refund: the amount is free again.
    func reject(_ refund: Refund, _ reason: String) throws -> Bool {
        try fail(refund, tables.lockedOrder(refund.orderID), reason)
    }

    private func succeed(_ refund: Refund, _ order: Order) throws -> Bool {
        let isFirst = try tables.settle(refund, as: .succeeded, at: now)
        guard defects.guarding(.duplicateWebhook, isFirst) else { return false }
        try write(try rules.succeed(refund, of: order), from: order)
        try tables.book(LedgerEntry.refund(refund), of: order.id, at: now)
        return true
    }

    private func fail(_ refund: Refund, _ order: Order, _ reason: String) throws -> Bool {
        let isFirst = try tables.settle(
            refund, as: .failed, failure: reason, evenIfEnded: defects.has(.lateFailure), at: now)
        guard isFirst else { return false }
        try write(try rules.fail(refund, of: order), from: order)
        return true
    }

    /// Takes in how a dispute stands. One about an order that is not captured here is not known yet: the news of the
    /// capture is still on its way.
    func take(_ seen: ProviderDispute) throws -> Bool {
        guard let id = try tables.order(ofPayment: seen.payment) else {
            throw UnknownObject(description: "No order has the payment \(seen.payment).")
        }
        let order = try tables.lockedOrder(id)
        guard order.status == .captured || order.status == .refunded else {
            throw UnknownObject(description: "Order \(id) is in dispute and not captured.")
        }
        let known = try tables.dispute(seen.id)
        let dispute = Dispute(
            id: seen.id, orderID: id, amount: known?.amount ?? seen.amount, status: Self.status(of: seen))
        if let known, known.status.isFinal || known.status == dispute.status { return false }
        if known == nil { try tables.insert(dispute, at: now) } else { try tables.update(dispute) }
        try write(try rules.move(dispute, from: known?.status, of: order), from: order)
        try tables.book(LedgerEntry.dispute(dispute, from: known?.status), of: id, at: now)
        return true
    }

    /// Writes an order, and with it what it pays for.
    private func write(_ after: Order, from before: Order) throws {
        try tables.update(after, from: before.status)
        try tables.follow(after, by: subscriptionRules, at: now)
    }

    private static func status(of dispute: ProviderDispute) -> Dispute.Status {
        switch dispute.status {
        case .open: .open
        case .won: .won
        case .lost: .lost
        }
    }
}
