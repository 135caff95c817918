import Orders

/// What may be used while its order's payment is good.
extension PaymentService {
    /// Subscribes with an order that can still be captured, or is.
    func subscribe(_ plan: Subscription.Plan, with id: OrderID) throws -> Subscription {
        try store.transaction { tables in
            let order = try tables.lockedOrder(id)
            let now = try self.clock.now(in: tables)
            let rules = self.subscriptionRules
            try rules.requireSubscribable(order, having: tables.subscription(of: id), at: now)
            let made = try tables.insertSubscription(plan, of: id, at: now)
            try tables.noteMade("/subscriptions/\(made.id)")
            try tables.follow(order, by: rules, at: now)
            return rules.current(made, of: order, at: now)
        }
    }

    /// A subscription as it is now, also if nothing has written down yet that its time is over.
    func subscription(_ id: SubscriptionID) throws -> Subscription {
        try store.reading { tables in
            guard let known = try tables.subscription(id), let order = try tables.order(known.orderID) else {
                throw UnknownSubscription(id: id)
            }
            return self.subscriptionRules.current(known, of: order, at: try self.clock.now(in: tables))
        }
    }

    /// Ends the subscriptions whose time is over.
    func expireSubscriptions(in tables: OrderTables, at now: Timestamp) throws {
        for subscription in try tables.overdueSubscriptions(at: now) {
            guard let order = try tables.order(subscription.orderID) else { continue }
            try tables.update(subscriptionRules.current(subscription, of: order, at: now), from: subscription.status)
        }
    }
}

extension OrderTables {
    /// Lets what an order pays for follow it, in the transaction in which the order changes.
    func follow(_ order: Order, by rules: SubscriptionRules, at now: Timestamp) throws {
        guard let subscription = try subscription(of: order.id) else { return }
        let after = rules.current(subscription, of: order, at: now)
        if after != subscription { try update(after, from: subscription.status) }
    }
}

/// No subscription has this number.
struct UnknownSubscription: Error {
    let id: SubscriptionID
}
