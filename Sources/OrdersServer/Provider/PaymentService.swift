import Foundation
import Money
import Orders
import PaymentProviders

/// What the service does with a provider's help, each in three phases: a short transaction that decides and records what
/// will be asked, the call outside of any transaction, and a transaction that settles what the answer decides.
///
/// A process may die between the phases, and an answer may be lost: what was recorded stays pending, and a webhook or
/// ``reconcile()`` brings it to its end.
struct PaymentService: Sendable {
    private(set) var store: OrderStore
    let clock: ServiceClock
    let rules: ProviderRules
    let payoutRules: PayoutRules
    let subscriptionRules: SubscriptionRules
    let defects: Defects
    let provider: BlockingProvider
    let reconcileAfterSeconds: Int64

    /// The same service for one request that came with a key.
    func under(_ keyed: KeyedRequest) -> PaymentService {
        var copy = self
        copy.store = store.under(keyed)
        return copy
    }

    var requests: ProviderRequests { ProviderRequests(provider: provider) }

    init(_ configuration: OrdersServer.Configuration, store: OrderStore, provider: any PaymentProvider) {
        self.store = store
        clock = ServiceClock(isTestClock: configuration.testClock)
        rules = ProviderRules(bugs: configuration.bugs)
        payoutRules = PayoutRules(bugs: configuration.bugs)
        subscriptionRules = SubscriptionRules(bugs: configuration.bugs)
        defects = Defects(configuration.bugs)
        self.provider = BlockingProvider(provider: provider)
        reconcileAfterSeconds = configuration.reconcileAfterSeconds
    }

    // MARK: Payments, captures, voids

    func perform(_ kind: PaymentOperation.Kind, _ request: AmountRequest? = nil, on id: OrderID) throws -> Performed {
        let begun = try begin(kind, request, on: id)
        try send(begun)
        return try performed(begun.operation)
    }

    /// Phase 1.
    private func begin(_ kind: PaymentOperation.Kind, _ request: AmountRequest?, on id: OrderID) throws -> Begun {
        try store.transaction { tables in
            let order = try tables.lockedOrder(id)
            let now = try self.clock.now(in: tables)
            let pending = try self.pendingOperation(of: id, before: kind, at: now, in: tables)
            let requested = try request?.amount(for: order)
            let amount = try self.rules.begin(kind, requested, on: order, pending: pending, at: now)
            return try Begun(tables.insertOperation(kind, amount, of: order, at: now), of: order, in: tables)
        }
    }

    /// What keeps another operation from beginning; but for the bug that gives up what may have happened.
    private func pendingOperation(
        of id: OrderID, before kind: PaymentOperation.Kind, at now: Timestamp, in tables: OrderTables
    ) throws -> PaymentOperation? {
        let pending = try tables.pendingOperation(of: id)
        guard let pending, defects.has(.secondClickCharges), (kind, pending.kind) == (.authorize, .authorize) else {
            return pending
        }
        _ = try tables.settle(pending, as: .failed, failure: "asked for again", at: now)
        return nil
    }

    /// Phases 2 and 3.
    private func send(_ begun: Begun) throws {
        let (operation, order) = (begun.operation, begun.order)
        try ask("\(operation.kind.command) of order \(order.id)") {
            let payment = try requests.send(begun)
            try settle { _ = try $0.take(payment) }
        } rejected: {
            try $0.reject(operation, $1)
        } unknown: {
            if defects.has(.timeoutIsFailure) { try settle { _ = try $0.reject(operation, "timed out") } }
            if defects.has(.lostAnswerRollsBack) { try rollBack(operation) }
        }
    }

    /// The bug: as if all three phases were one transaction.
    private func rollBack(_ operation: PaymentOperation) throws {
        try store.transaction { try $0.delete(operation) }
        throw ChangedMeanwhile(id: operation.orderID)
    }

    private func performed(_ operation: PaymentOperation) throws -> Performed {
        try store.reading { tables in
            guard let view = try tables.orderView(operation.orderID), let after = try tables.operation(operation.id)
            else { throw UnknownOrder(id: operation.orderID) }
            return Performed(view: view, operation: after)
        }
    }

    // MARK: Refunds

    func refund(_ id: OrderID, _ request: AmountRequest) throws -> RefundPerformed {
        let reserved =
            try defects.has(.refundWithoutLock) ? reserveWithoutLock(request, of: id) : reserve(request, of: id)
        try send(reserved)
        return try store.reading { tables in
            guard let view = try tables.orderView(id), let after = try tables.refund(reserved.refund.id) else {
                throw UnknownOrder(id: id)
            }
            return RefundPerformed(view: view, refund: after)
        }
    }

    /// Phase 1.
    private func reserve(_ request: AmountRequest, of id: OrderID) throws -> Reserved {
        try store.transaction { tables in
            let order = try tables.lockedOrder(id)
            let pending = try tables.pendingOperation(of: id)
            let (after, amount) = try self.rules.reserveRefund(
                try request.amount(for: order), of: order, pending: pending)
            // What the seller has, or may have, is not the order's to give back.
            try self.payoutRules.requireRefundable(after: tables.payouts(of: id))
            try tables.update(after, from: order.status)
            let refund = try tables.insertPendingRefund(amount, of: id, at: try self.clock.now(in: tables))
            return try Reserved(refund, in: tables)
        }
    }

    /// The bug: what is left is read, the provider is asked whether it knows the payment, and only then is the refund written
    /// down, on top of what was read.
    private func reserveWithoutLock(_ request: AmountRequest, of id: OrderID) throws -> Reserved {
        let (status, after, amount, payment) = try store.reading { tables in
            guard let order = try tables.order(id) else { throw UnknownOrder(id: id) }
            let pending = try tables.pendingOperation(of: id)
            let (after, amount) = try self.rules.reserveRefund(
                try request.amount(for: order), of: order, pending: pending)
            try self.payoutRules.requireRefundable(after: tables.payouts(of: id))
            return (order.status, after, amount, try tables.payment(of: id))
        }
        _ = try? requests.lookUpPayment(payment)
        return try store.transaction { tables in
            try tables.update(after, from: status)
            let refund = try tables.insertPendingRefund(amount, of: id, at: try self.clock.now(in: tables))
            return try Reserved(refund, in: tables)
        }
    }

    /// Phases 2 and 3.
    private func send(_ reserved: Reserved) throws {
        let refund = reserved.refund
        try ask("refund \(refund.id)") {
            let answer = try requests.send(reserved)
            try settle { _ = try $0.take(answer, isFinal: false) }
        } rejected: {
            try $0.reject(refund, $1)
        } unknown: {
            if defects.has(.timeoutIsFailure) { try settle { _ = try $0.reject(refund, "timed out") } }
            if defects.has(.retryUnderNewID) { try sendAnew(refund) }
        }
    }

    /// The bug: what may have happened is given up, and asked for as if it were something else.
    private func sendAnew(_ refund: Refund) throws {
        try settle { _ = try $0.reject(refund, "timed out") }
        try send(reserve(AmountRequest(amount: refund.amount.decimalString), of: refund.orderID))
    }

    // MARK: Without the provider's help

    func cancel(_ id: OrderID) throws -> Order {
        try store.transaction { tables in
            let order = try tables.lockedOrder(id)
            let after = try self.rules.cancel(order, pending: try tables.pendingOperation(of: id))
            try tables.update(after, from: order.status)
            try tables.follow(after, by: self.subscriptionRules, at: try self.clock.now(in: tables))
            return after
        }
    }

    /// Closes what time has run out for: orders that were not paid, or not captured.
    func expire(in tables: OrderTables, at now: Timestamp) throws -> [OrderID] {
        let authorizedBy = now.advanced(bySeconds: -Order.authorizationSeconds)
        try expireSubscriptions(in: tables, at: now)
        let due =
            try tables.lockedPendingOrders(dueBy: now) + tables.lockedPaidOrders(authorizedBy: authorizedBy)
        return try due.compactMap { order in
            let pending = try tables.pendingOperation(of: order.id)
            guard let after = rules.expire(order, pending: pending, at: now) else { return nil }
            try tables.update(after, from: order.status)
            try tables.follow(after, by: subscriptionRules, at: now)
            return order.id
        }
        .sorted { $0.rawValue < $1.rawValue }
    }

    func find(_ id: OrderID) throws -> OrderView {
        guard let view = try store.reading({ try $0.orderView(id) }) else { throw UnknownOrder(id: id) }
        return view
    }

    func refunds(of id: OrderID) throws -> [Refund] {
        try store.reading { tables in
            guard try tables.order(id) != nil else { throw UnknownOrder(id: id) }
            return try tables.refunds(of: id)
        }
    }

    // MARK: Phases 2 and 3, whatever it is about

    /// Calls the provider and takes in what it says. An outcome that nobody knows leaves what was recorded pending, and its
    /// key and id with it: it may have happened.
    ///
    /// - Parameters:
    ///   - name: what is asked, for the log.
    ///   - call: calls, and settles what the answer decides.
    ///   - rejected: settles a definite no, for the reason given.
    ///   - unknown: what else is done when nobody knows.
    func ask(
        _ name: String, _ call: () throws -> Void,
        rejected: @Sendable (Settlement, _ reason: String) throws -> Bool, unknown: () throws -> Void = {}
    ) throws {
        do {
            try call()
        } catch ProviderError.rejected(let rejection) {
            try settle { _ = try rejected($0, rejection.message) }
        } catch let error as ProviderError {
            Log.note("\(name): \(error)")
            try unknown()
        } catch let error where error.isAboutTheAnswer {
            Log.note("\(error)")
        }
    }

    /// Sends again what never arrived, the same under the same key. A rejection may mean that the first request has arrived
    /// meanwhile: only what is still not there has failed.
    ///
    /// - Parameters:
    ///   - send: sends, and settles what the answer decides: whether that is its end.
    ///   - lookUp: settles how it stands by then, and says whether that is its end; `nil` if it is still not there.
    ///   - rejected: settles a definite no, for the reason given.
    func sendAgain(
        _ send: () throws -> Bool, lookUp: () throws -> Bool?,
        rejected: @Sendable (Settlement, _ reason: String) throws -> Bool
    ) throws -> Found {
        do {
            return try send() ? .settledAfterResending : .resent
        } catch ProviderError.rejected(let rejection) {
            let hasEnded = try lookUp() ?? settle { try rejected($0, rejection.message) }
            return hasEnded ? .settledAfterResending : .resent
        }
    }

    /// Phase 3: in a transaction of its own.
    func settle<R: Sendable>(_ body: @Sendable (Settlement) throws -> R) throws -> R {
        try store.transaction { tables in
            try body(
                Settlement(
                    tables: tables, rules: rules, payoutRules: payoutRules, subscriptionRules: subscriptionRules,
                    defects: defects, now: try clock.now(in: tables)))
        }
    }
}

extension Error {
    /// Whether the provider has answered something else than it was asked for: as good as no answer.
    var isAboutTheAnswer: Bool { self is Contradiction || self is UnknownObject }
}

/// What phase 1 hands to phase 2.
struct Begun: Sendable {
    let operation: PaymentOperation
    let order: Order
    /// The row's name among all rows of all databases.
    let rowName: String

    init(_ operation: PaymentOperation, of order: Order, in tables: OrderTables) throws {
        self.operation = operation
        self.order = order
        rowName = try tables.nameOfRow(operation.id, in: "operations")
    }
}

/// The same for refunds.
struct Reserved: Sendable {
    let refund: Refund
    let payment: String
    let rowName: String

    init(_ refund: Refund, in tables: OrderTables) throws {
        self.refund = refund
        payment = try tables.payment(of: refund.orderID)
        rowName = try tables.nameOfRow(refund.id, in: "refunds")
    }
}

/// An order with what is not decided about it.
struct OrderView: Sendable {
    let order: Order
    let pending: PaymentOperation?
}

/// An operation after its three phases, and the order after it.
struct Performed: Sendable {
    let view: OrderView
    let operation: PaymentOperation
}

/// A refund after its three phases, and the order after it.
struct RefundPerformed: Sendable {
    let view: OrderView
    let refund: Refund
}

extension OrderTables {
    /// An order and what is pending, as they were at one time or shortly after one another.
    func orderView(_ id: OrderID) throws -> OrderView? {
        try order(id).map { OrderView(order: $0, pending: try pendingOperation(of: id)) }
    }
}
