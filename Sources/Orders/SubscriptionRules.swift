/// When a subscription may be used: never without an effective payment.
public struct SubscriptionRules: Sendable {
    private let defects: Defects

    /// The rules, or with bugs, rules that each lack something.
    public init(bugs: Set<Bug> = []) {
        defects = Defects(bugs)
    }

    /// Whether an order can pay for a new subscription.
    ///
    /// - Parameter other: the subscription that it pays for already, if any.
    /// - Throws: `SubscriptionRefusal`.
    public func requireSubscribable(_ order: Order, having other: Subscription?, at now: Timestamp)
        throws(SubscriptionRefusal)
    {
        if let other { throw .orderTaken(other.id) }
        if Self.isBeyondPayment(order, at: now) || order.status == .refunded { throw .wrongState(order.status) }
    }

    /// The subscription as it is at a time, given its order as it is then.
    ///
    /// Authorised money is not enough: it is the shop's only when it is captured.
    public func current(_ subscription: Subscription, of order: Order, at now: Timestamp) -> Subscription {
        var after = subscription
        switch subscription.status {
        case .pendingPayment:
            if isEffectivelyPaid(order) {
                after.status = .active
                after.activatedAt = now
            } else if Self.isBeyondPayment(order, at: now) || order.status == .refunded {
                after.status = .expired
            }
        case .active:
            if order.status == .refunded {
                after.status = .ended
            } else if let end = subscription.endsAt, now >= end {
                after.status = .expired
            }
        case .expired, .ended: break
        }
        return after
    }

    private func isEffectivelyPaid(_ order: Order) -> Bool {
        switch order.status {
        case .captured: !defects.has(.captureActivatesNothing)
        case .paid: defects.has(.activeWithoutPayment)
        case .pending, .refunded, .canceled, .expired: false
        }
    }

    /// Whether the order can no longer come to be captured.
    private static func isBeyondPayment(_ order: Order, at now: Timestamp) -> Bool {
        switch order.status {
        case .pending: now >= order.expiresAt
        case .canceled, .expired: true
        case .paid: order.authorizationExpiresAt.map { now >= $0 } ?? false
        case .captured, .refunded: false
        }
    }
}

/// Why there is no subscription. Nothing has changed.
public enum SubscriptionRefusal: Error, Hashable, Sendable {
    /// The order cannot be captured any more, or was refunded.
    case wrongState(OrderStatus)
    /// The order pays for another one.
    case orderTaken(SubscriptionID)

    /// The reason as a word for programs.
    public enum Code: String, CaseIterable, Sendable {
        /// See `SubscriptionRefusal.wrongState`.
        case wrongState = "wrong_state"
        /// See `SubscriptionRefusal.orderTaken`.
        case orderTaken = "order_taken"
    }

    /// The reason as a word for programs.
    public var code: Code {
        switch self {
        case .wrongState: .wrongState
        case .orderTaken: .orderTaken
        }
    }
}

extension SubscriptionRefusal: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .wrongState(.pending): "Cannot subscribe with an order whose payment window has closed."
        case .wrongState(let status): "Cannot subscribe with an order that is \(status.rawValue)."
        case .orderTaken(let id): "The order pays for subscription \(id) already."
        }
    }
}
