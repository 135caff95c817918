import Money

/// Which command is allowed when, and what an outcome makes of an order, where a provider moves the money and may leave
/// everyone in the dark about it.
///
/// ```text
/// pending ── pay ──▶ paid ── capture ──▶ captured ── refunds ──▶ refunded
///    ├─ cancel ─▶ canceled ◀─ void ─┤
///    └─ expire ─▶ expired ◀─ expire ┘
/// ```
///
/// A command is first *begun*: the rules say whether it may be asked of the provider, and it is recorded as pending. The
/// order changes when it is known how it *ended*. While one operation is pending, no other may begin.
///
/// As ``OrderRules``, these read nothing and write nothing: whoever stores orders calls them within a transaction that
/// holds the order.
public struct ProviderRules: Sendable {
    private let defects: Defects

    /// The rules, or with bugs, rules that each lack something.
    public init(bugs: Set<Bug> = []) {
        defects = Defects(bugs)
    }

    // MARK: Payments, captures, voids

    /// Whether the provider may be asked to do this now.
    ///
    /// - Parameters:
    ///   - requested: how much to capture; everything if left out.
    ///   - pending: what the provider was asked about the order and has not decided yet.
    /// - Returns: The amount it is about.
    /// - Throws: `Refusal`.
    public func begin(
        _ kind: PaymentOperation.Kind, _ requested: Money? = nil, on order: Order, pending: PaymentOperation?,
        at now: Timestamp
    ) throws -> Money {
        try requireNothingPending(pending)
        guard permits(kind, from: order.status) else {
            throw Refusal.wrongState(command: kind.command, status: order.status)
        }
        switch kind {
        case .authorize:
            guard now < order.expiresAt else { throw Refusal.paymentWindowClosed(since: order.expiresAt) }
        case .capture:
            try requireAuthorizationAlive(order, at: now)
            if let requested { try requireCapturable(requested, of: order) }
        case .void: try requireAuthorizationAlive(order, at: now)
        }
        return requested ?? order.amount
    }

    /// The order after the provider has done it.
    ///
    /// An authorisation counts from when it was asked for: when it was given is not known exactly, and it must not be
    /// thought to live longer than it does.
    public func succeed(_ operation: PaymentOperation, on order: Order) throws -> Order {
        guard permits(operation.kind, from: order.status) else {
            throw Refusal.wrongState(command: operation.kind.command, status: order.status)
        }
        var after = order
        switch operation.kind {
        case .authorize:
            after.status = .paid
            after.paidAt = operation.createdAt
        case .capture:
            after.status = .captured
            let captured = defects.has(.partialCaptureCountsAll) ? order.amount : operation.amount
            after.capturedAmount = try order.capturedAmount.adding(captured)
        case .void:
            after.status = .canceled
        }
        return after
    }

    /// The order after the provider has refused: as before, but for what its time has run out for meanwhile.
    public func fail(_ operation: PaymentOperation, on order: Order, at now: Timestamp) -> Order {
        expire(order, pending: nil, at: now) ?? order
    }

    /// Every guard on the status.
    private func permits(_ kind: PaymentOperation.Kind, from status: OrderStatus) -> Bool {
        switch kind {
        case .authorize: status == .pending
        case .capture: status == .paid
        case .void: status == .paid
        }
    }

    private func requireNothingPending(_ pending: PaymentOperation?) throws(Refusal) {
        if let pending { throw .operationPending(command: pending.kind.command) }
    }

    private func requireAuthorizationAlive(_ order: Order, at now: Timestamp) throws {
        let end = try order.requiredPaymentDate().advanced(bySeconds: Order.authorizationSeconds)
        guard defects.guarding(.captureAfterAuthorizationExpired, now < end) else {
            throw Refusal.authorizationExpired(since: end)
        }
    }

    private func requireCapturable(_ amount: Money, of order: Order) throws {
        try requireSameCurrency(amount, order)
        guard amount.isPositive else { throw Refusal.amountNotPositive(amount) }
        let isAuthorized = try amount.isAtMost(order.amount)
        guard defects.guarding(.overCapture, isAuthorized) else {
            throw Refusal.amountExceedsAuthorized(requested: amount, authorized: order.amount)
        }
    }

    private func requireSameCurrency(_ amount: Money, _ order: Order) throws(Refusal) {
        guard amount.currency == order.amount.currency else {
            throw .currencyMismatch(requested: amount.currency, expected: order.amount.currency)
        }
    }

    // MARK: Calling off and running out

    /// Calls off an order that nobody has paid, or is paying.
    ///
    /// - Throws: `Refusal`.
    public func cancel(_ order: Order, pending: PaymentOperation?) throws(Refusal) -> Order {
        try requireNothingPending(pending)
        guard order.status == .pending else { throw .wrongState(command: "cancel", status: order.status) }
        var after = order
        after.status = .canceled
        return after
    }

    /// The order after its time has run out: that to pay it, or that to capture what was authorised.
    ///
    /// - Returns: `nil` if it has not, or if something is pending that may still decide otherwise.
    public func expire(_ order: Order, pending: PaymentOperation?, at now: Timestamp) -> Order? {
        let end: Timestamp? =
            switch order.status {
            case .pending: order.expiresAt
            case .paid: order.authorizationExpiresAt
            case .captured, .refunded, .canceled, .expired: nil
            }
        guard let end, pending == nil, now >= end else { return nil }
        var after = order
        after.status = .expired
        return after
    }

    // MARK: Refunds and disputes

    /// Reserves an amount for a refund, before it is asked for: what is pending counts as returned, so that however
    /// many are asked for at once, they cannot exceed what was captured.
    ///
    /// - Parameter requested: how much; all that is left if left out.
    /// - Throws: `Refusal`.
    public func reserveRefund(
        _ requested: Money?, of order: Order, pending: PaymentOperation?
    ) throws -> (order: Order, amount: Money) {
        try requireNothingPending(pending)
        guard order.status == .captured else { throw Refusal.wrongState(command: "refund", status: order.status) }
        let left = try refundable(order)
        let amount = requested ?? left
        if let requested {
            try requireSameCurrency(requested, order)
            guard requested.isPositive else { throw Refusal.amountNotPositive(requested) }
            guard try requested.isAtMost(left) else {
                throw Refusal.amountExceedsRefundable(requested: requested, refundable: left)
            }
        }
        guard amount.isPositive else { throw Refusal.nothingToRefund }
        var after = order
        after.refundPendingAmount = try order.refundPendingAmount.adding(amount)
        return (after, amount)
    }

    /// What can still be refunded: what was captured, less what was returned, is being returned, or is in dispute. Never
    /// negative, though a bank may dispute what was refunded already.
    private func refundable(_ order: Order) throws -> Money {
        var left = defects.has(.refundLimitFromTotal) ? order.amount : order.capturedAmount
        left = try left.subtracting(order.refundedAmount)
        if !defects.has(.refundIgnoresPending) { left = try left.subtracting(order.refundPendingAmount) }
        if !defects.has(.refundIgnoresDisputes) { left = try left.subtracting(order.disputedAmount) }
        return left.isPositive ? left : .zero(order.amount.currency)
    }

    /// The order after a refund that was reserved has reached the customer.
    public func succeed(_ refund: Refund, of order: Order) throws -> Order {
        var after = order
        after.refundPendingAmount = try order.refundPendingAmount.subtracting(refund.amount)
        after.refundedAmount = try order.refundedAmount.adding(refund.amount)
        if after.status == .captured && after.refundedAmount == order.capturedAmount { after.status = .refunded }
        return after
    }

    /// The order after a refund that was reserved has failed: the amount is free again.
    public func fail(_ refund: Refund, of order: Order) throws -> Order {
        var after = order
        if defects.has(.lateFailure) && refund.status == .succeeded {
            after.refundedAmount = try order.refundedAmount.subtracting(refund.amount)
            after.status = .captured
            return after
        }
        after.refundPendingAmount = try order.refundPendingAmount.subtracting(refund.amount)
        return after
    }

    /// The order after a dispute began, or came to its end: won frees the amount, lost keeps it.
    ///
    /// - Parameter earlier: how the dispute stood before; nothing if it is new.
    public func move(_ dispute: Dispute, from earlier: Dispute.Status?, of order: Order) throws -> Order {
        var after = order
        switch (earlier?.holdsMoney ?? false, dispute.status.holdsMoney) {
        case (false, true): after.disputedAmount = try order.disputedAmount.adding(dispute.amount)
        case (true, false): after.disputedAmount = try order.disputedAmount.subtracting(dispute.amount)
        case (true, true), (false, false): break
        }
        return after
    }
}
