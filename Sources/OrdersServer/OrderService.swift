import Money
import Orders
import Synchronization

/// What the service can do, each in one transaction: read the order, ask the rules, write what they decided.
struct OrderService: Sendable {
    private var store: OrderStore
    private let clock: ServiceClock
    private let rules: OrderRules
    private let defects: Defects
    private let cache: OrderCache?

    /// What it does with a provider's help; nothing without a provider, when payments and refunds settle at once.
    private(set) var payments: PaymentService?
    /// What it remembers of requests that came with a key.
    let keys: KeyService

    init(_ configuration: OrdersServer.Configuration) throws {
        let store = try OrderStore(configuration)
        self.store = store
        clock = ServiceClock(isTestClock: configuration.testClock)
        rules = OrderRules(bugs: configuration.bugs)
        defects = Defects(configuration.bugs)
        payments = configuration.provider.map { PaymentService(configuration, store: store, provider: $0) }
        keys = KeyService(store: store, clock: clock, rules: KeyRules(bugs: configuration.bugs))
        cache = configuration.cachesOrdersInMemory ? OrderCache() : nil
    }

    /// The same service for one request that came with a key.
    func under(_ keyed: KeyedRequest) -> OrderService {
        var copy = self
        copy.store = store.under(keyed)
        copy.payments = payments?.under(keyed)
        return copy
    }

    func create(amount: Money, customerID: String) throws -> Order {
        try rules.requireOrderable(amount)
        let order = try store.transaction { store in
            let order = try store.insertOrder(
                amount: amount, customerID: customerID, at: try self.clock.now(in: store))
            try store.noteMade("/orders/\(order.id)")
            return order
        }
        remember([order])
        return order
    }

    func find(_ id: OrderID) throws -> Order {
        if let known = cache?.orders.withLock({ $0[id] }) { return known }
        if defects.has(.getTouches) { try store.transaction { try $0.countView(of: id) } }
        let order = try store.order(id)
        guard let order else { throw UnknownOrder(id: id) }
        return order
    }

    /// Pays, captures or cancels.
    func perform(_ command: Command, on id: OrderID) throws -> Order {
        let order = try store.transaction { store in
            let order = try store.lockedOrder(id)
            let decision = try self.rules.decide(command, on: order, at: try self.clock.now(in: store))
            let isStale = command == .capture && self.defects.has(.staleStatus)
            try store.update(decision.order, from: order.status, keepingStatus: isStale)
            return decision.order
        }
        remember([order])
        return order
    }

    func refund(_ id: OrderID, _ request: AmountRequest) throws -> Refunded {
        let early = defects.has(.refusedRefundLeavesRow) ? try recordEarly(id, request) : nil
        let refunded = try store.transaction { store in
            let order = try store.lockedOrder(id)
            let now = try self.clock.now(in: store)
            let command = Command.refund(try request.amount(for: order))
            let decision = try self.rules.decide(command, on: order, at: now)
            let amount = decision.refund ?? .zero(order.amount.currency)
            try store.update(
                decision.order, from: order.status, keepingRefundedAmount: self.defects.has(.staleTotal))
            let refundID = try early ?? store.insertRefund(amount, of: id, at: now)
            return Refunded(order: decision.order, refundID: refundID, amount: amount)
        }
        remember([refunded.order])
        return refunded
    }

    /// Moves the test clock, and closes the payment windows that have passed by then.
    func advanceClock(bySeconds seconds: Int64) throws -> ClockAdvanced {
        let (now, expired) = try store.transaction { store in
            try store.advanceClock(bySeconds: seconds)
            let now = try self.clock.now(in: store)
            if let payments = self.payments { return (now, try payments.expire(in: store, at: now)) }
            let overdue = try store.lockedPendingOrders(dueBy: now)
            let expired = try overdue.map { try self.rules.decide(.expire, on: $0, at: now).order }
            for order in expired { try store.update(order, from: .pending) }
            self.remember(expired)
            return (now, expired.map(\.id))
        }
        return ClockAdvanced(now: now, expired: expired)
    }

    /// The bug: what belongs into the transaction of `refund` is committed before it.
    private func recordEarly(_ id: OrderID, _ request: AmountRequest) throws -> Int64 {
        try store.transaction { store in
            let order = try store.lockedOrder(id)
            let amount = try request.amount(for: order) ?? order.amount
            return try store.insertRefund(amount, of: id, at: try self.clock.now(in: store))
        }
    }

    private func remember(_ orders: [Order]) {
        cache?.orders.withLock { cache in
            for order in orders { cache[order.id] = order }
        }
    }
}

/// What a service remembers of its orders that should not.
private final class OrderCache: Sendable {
    let orders = Mutex([OrderID: Order]())
}

/// How much to capture or refund, as far as the request says: all that is left without an amount, in the order's currency
/// unless it names one.
struct AmountRequest: Sendable {
    var amount: String?
    var currency: Currency?

    func amount(for order: Order) throws(MoneyError) -> Money? {
        guard let amount else { return nil }
        return try Money(decimal: amount, currency ?? order.amount.currency)
    }
}

/// A refund that was made, and the order after it.
struct Refunded: Sendable {
    let order: Order
    let refundID: Int64
    let amount: Money
}

/// The time after the clock was moved, and the orders that expired.
struct ClockAdvanced: Sendable {
    let now: Timestamp
    let expired: [OrderID]
}

/// No order has this number.
struct UnknownOrder: Error {
    let id: OrderID
}
