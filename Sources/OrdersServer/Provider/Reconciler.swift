import Orders
import PaymentProviders

/// What a run of the reconciler came to.
public struct Reconciliation: Hashable, Sendable {
    /// How many operations, refunds and payouts were old and pending, and were asked about.
    public var asked = 0
    /// How many of them have ended by it.
    public var settled = 0
    /// How many the provider did not know, so that they were sent again, under the same key and id.
    public var resent = 0
    /// How many are still pending.
    public var undecided = 0

    /// A run that found nothing to ask about.
    public init() {}
}

/// Asks the provider about what has been pending for long, and takes in the answers on the same way as webhooks.
extension PaymentService {
    private static let batchSize = 50

    /// How things stand for an operator. What the reconciler would ask about is stuck.
    func gauges() throws -> Gauges {
        try store.reading { tables in
            let now = try self.clock.now(in: tables)
            return try tables.gauges(oldSince: now.advanced(bySeconds: -self.reconcileAfterSeconds))
        }
    }

    func reconcile() throws -> Reconciliation {
        let now = try store.reading { try self.clock.now(in: $0) }
        let limit = now.advanced(bySeconds: -reconcileAfterSeconds)
        var run = Reconciliation()
        if !defects.has(.reconcilerSkipsPayments) {
            try inBatches(
                { try $0.pendingOperations(recordedBy: limit, after: $1, limit: Self.batchSize) }, number: \.id
            ) { count(try attempt("operation \($0.id)", $0, lookUp), in: &run) }
        }
        try inBatches(
            { try $0.pendingRefunds(recordedBy: limit, after: $1, limit: Self.batchSize) }, number: \.id
        ) { count(try attempt("refund \($0.id)", $0, lookUp), in: &run) }
        try inBatches(
            { try $0.undecidedPayouts(since: limit, after: $1, limit: Self.batchSize) }, number: \.id.rawValue
        ) { count(try attempt("payout \($0.id)", $0, lookUp), in: &run) }
        let finished = run
        try store.transaction { tables in
            let now = try self.clock.now(in: tables)
            _ = try self.expire(in: tables, at: now)
            try tables.deleteExpiredKeys(at: now)
            try tables.record(finished, at: now)
        }
        return finished
    }

    /// What asking about something pending came to.
    enum Found {
        case settled, settledAfterResending, resent, undecided
    }

    private func count(_ found: Found, in run: inout Reconciliation) {
        run.asked += 1
        switch found {
        case .settled: run.settled += 1
        case .settledAfterResending: (run.settled, run.resent) = (run.settled + 1, run.resent + 1)
        case .resent: (run.undecided, run.resent) = (run.undecided + 1, run.resent + 1)
        case .undecided: run.undecided += 1
        }
    }

    /// Calls the body with each row, of which so many are in memory at a time.
    private func inBatches<Row: Sendable>(
        _ fetch: @escaping @Sendable (OrderTables, Int64) throws -> [Row], number: (Row) -> Int64,
        _ body: (Row) throws -> Void
    ) throws {
        var last: Int64 = 0
        while true {
            let after = last
            let batch = try store.reading { try fetch($0, after) }
            for row in batch { try body(row) }
            guard let end = batch.last, batch.count == Self.batchSize else { return }
            last = number(end)
        }
    }

    /// One that cannot be settled does not keep the others from it.
    private func attempt<Row>(_ name: String, _ row: Row, _ lookUp: (Row) throws -> Found) throws -> Found {
        do {
            return try lookUp(row)
        } catch let error as DatabaseUnavailable {
            throw error
        } catch {
            Log.note("reconciling \(name): \(error)")
            return .undecided
        }
    }

    /// What is not there never arrived: the same request may be sent again. It must not count as failed, since it may still
    /// be on its way.
    private func lookUp(_ operation: PaymentOperation) throws -> Found {
        if let hasEnded = try learn(of: operation) { return hasEnded ? .settled : .undecided }
        guard !defects.has(.reconcilerGivesUp) else { return try giveUp { try $0.reject(operation, "not found") } }
        let begun = try store.reading { tables in
            guard let order = try tables.order(operation.orderID) else { throw UnknownOrder(id: operation.orderID) }
            return try Begun(operation, of: order, in: tables)
        }
        return try sendAgain {
            let payment = try requests.send(begun)
            return try settle { try $0.take(payment) }
        } lookUp: {
            try learn(of: operation)
        } rejected: {
            try $0.reject(operation, $1)
        }
    }

    private func lookUp(_ refund: Refund) throws -> Found {
        if let hasEnded = try learn(of: refund) { return hasEnded ? .settled : .undecided }
        guard !defects.has(.reconcilerGivesUp) else { return try giveUp { try $0.reject(refund, "not found") } }
        let reserved = try store.reading { try Reserved(refund, in: $0) }
        return try sendAgain {
            let answer = try requests.send(reserved)
            return try settle { try $0.take(answer, isFinal: false) } && answer.status == .failed
        } lookUp: {
            try learn(of: refund)
        } rejected: {
            try $0.reject(refund, $1)
        }
    }

    /// Takes in how an operation stands at the provider.
    ///
    /// - Returns: whether that is its end; `nil` if the provider does not show it.
    private func learn(of operation: PaymentOperation) throws -> Bool? {
        guard let seen = try requests.lookUpPayment(operation.payment),
            Verdict(on: operation, seeing: seen) != .notArrived
        else { return nil }
        return try settle { try $0.take(seen) }
    }

    /// The same for refunds.
    private func learn(of refund: Refund) throws -> Bool? {
        guard let seen = try requests.lookUpRefund(refund.reference) else { return nil }
        return try settle { try $0.take(seen, isFinal: true) } && seen.status.isEnd
    }

    /// The bug: what has not arrived is taken for what never will.
    private func giveUp(_ reject: @Sendable (Settlement) throws -> Bool) throws -> Found {
        try settle(reject) ? .settled : .undecided
    }
}

extension ProviderRefund.Status {
    fileprivate var isEnd: Bool { self == .succeeded || self == .failed }
}
