import Money

/// Which command is allowed when, and what it does to an order.
///
/// ```swift
/// let rules = OrderRules()
/// let paid = try rules.decide(.pay, on: order, at: now).order
/// let decision = try rules.decide(.refund(Money(decimal: "25.00", .usd)), on: paid, at: now)
/// decision.refund                                   // 25.00 USD, to be recorded with the order
/// ```
///
/// Rules read nothing and write nothing: whoever stores orders calls them within a transaction that holds the order.
public struct OrderRules: Sendable {
    private let defects: Defects

    /// What a command does, if it is allowed.
    public struct Decision: Hashable, Sendable {
        /// The order afterwards.
        public let order: Order
        /// The amount to return, for a refund.
        public let refund: Money?
    }

    /// The rules, or with bugs, rules that each lack something.
    public init(bugs: Set<Bug> = []) {
        defects = Defects(bugs)
    }

    /// Whether an order of this amount may be made.
    ///
    /// - Throws: `Refusal.amountNotPositive`.
    public func requireOrderable(_ amount: Money) throws(Refusal) {
        guard amount.isPositive else { throw .amountNotPositive(amount) }
    }

    /// Decides on a command.
    ///
    /// - Throws: `Refusal` if it is not allowed. With bugs also `MoneyError.overflow` and `MissingPaymentDate`.
    public func decide(_ command: Command, on order: Order, at now: Timestamp) throws -> Decision {
        if case .refund = command, defects.has(.crashOnUnpaidRefund) { _ = try order.requiredPaymentDate() }
        guard permits(command, from: order.status) else {
            throw Refusal.wrongState(command: command.name, status: order.status)
        }
        var after = order
        switch command {
        case .pay:
            guard defects.guarding(.payAfterExpiry, now < order.expiresAt) else {
                throw Refusal.paymentWindowClosed(since: order.expiresAt)
            }
            after.status = .paid
            after.paidAt = now
        case .capture:
            after.status = .captured
            after.capturedAmount = try order.capturedAmount.adding(order.amount)
        case .refund(let requested):
            return try refund(requested, of: order)
        case .cancel:
            after.status = .canceled
        case .expire:
            guard now >= order.expiresAt else { throw Refusal.paymentWindowOpen(until: order.expiresAt) }
            after.status = .expired
        }
        return Decision(order: after, refund: nil)
    }

    /// Every guard on the status. One line for each status that a command is refused from.
    private func permits(_ command: Command, from status: OrderStatus) -> Bool {
        switch command {
        case .pay:
            status != .paid && status != .captured && status != .refunded && status != .canceled
                && defects.guarding(.payAfterExpiry, status != .expired)
        case .capture:
            status != .pending && status != .canceled && status != .expired
                && defects.guarding(.doubleCapture, status != .captured)
                && defects.guarding(.captureAfterRefund, status != .refunded)
        case .refund:
            status != .pending && status != .expired
                && defects.guarding(.refundAfterCancel, status != .canceled)
                && defects.guarding(.doubleRefund, status != .refunded)
        case .cancel:
            status != .captured && status != .refunded && status != .canceled && status != .expired
                && defects.guarding(.lateCancel, status != .paid)
        case .expire:
            status == .pending
        }
    }

    private func refund(_ requested: Money?, of order: Order) throws -> Decision {
        let left = try order.amount.subtracting(order.refundedAmount)
        // The status says that something is left. It is the whole amount, unless a part was returned before.
        let amount = requested ?? (order.isPartlyRefunded ? left : order.amount)
        if requested != nil { try requireRefundable(amount, of: order, left: left) }
        var after = order
        after.refundedAmount = try order.refundedAmount.adding(amount)
        let isEverything = try order.amount.isAtMost(after.refundedAmount)
        if defects.guarding(.partialRefundCloses, isEverything) { after.status = .refunded }
        return Decision(order: after, refund: amount)
    }

    /// Every guard on the amount of a partial refund.
    private func requireRefundable(_ amount: Money, of order: Order, left: Money) throws {
        guard amount.currency == order.amount.currency else {
            throw Refusal.currencyMismatch(requested: amount.currency, expected: order.amount.currency)
        }
        guard defects.guarding(.negativeRefund, amount.isPositive) else { throw Refusal.amountNotPositive(amount) }
        let limit = defects.has(.partialRefundOverflow) ? order.amount : left
        let isWithinLimit =
            try defects.has(.roundingOverflow)
            ? amount.wholeUnits <= limit.wholeUnits
            : amount.isAtMost(limit)
        guard isWithinLimit else { throw Refusal.amountExceedsRefundable(requested: amount, refundable: left) }
    }
}

extension Money {
    /// The amount without its decimals.
    fileprivate var wholeUnits: Int64 {
        (0..<currency.exponent).reduce(amountMinorUnits) { units, _ in units / 10 }
    }
}
