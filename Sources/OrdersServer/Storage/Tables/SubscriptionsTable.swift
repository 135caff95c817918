import Orders

/// The table `subscriptions`.
extension OrderTables {
    private static let columns = "id, order_id, plan, status, created_at, activated_at"

    /// Records a subscription that waits for its order's money.
    func insertSubscription(_ plan: Subscription.Plan, of id: OrderID, at now: Timestamp) throws -> Subscription {
        let number = try connection.run(
            """
            INSERT INTO subscriptions (order_id, plan, status, created_at) VALUES ($1, $2, 'pending_payment', $3)
            RETURNING id
            """, [.integer(id.rawValue), .text(plan.rawValue), .integer(now.secondsSince1970)]
        ).insertedID()
        return Subscription(id: SubscriptionID(rawValue: number), orderID: id, plan: plan, createdAt: now)
    }

    func subscription(_ id: SubscriptionID) throws -> Subscription? {
        try subscriptions("WHERE id = $1", id.rawValue).first
    }

    /// What an order pays for.
    func subscription(of id: OrderID) throws -> Subscription? {
        try subscriptions("WHERE order_id = $1", id.rawValue).first
    }

    /// The active subscriptions whose time is over by then.
    func overdueSubscriptions(at now: Timestamp) throws -> [Subscription] {
        try subscriptions("WHERE status = 'active' AND ends_at <= $1 ORDER BY id", now.secondsSince1970)
    }

    /// Writes a subscription back if it still has the status that the decision was made on. If it has not, it has been
    /// decided already.
    func update(_ subscription: Subscription, from status: SubscriptionStatus) throws {
        _ = try connection.run(
            "UPDATE subscriptions SET status = $1, activated_at = $2, ends_at = $3 WHERE id = $4 AND status = $5",
            [
                .text(subscription.status.rawValue), SQLValue(subscription.activatedAt?.secondsSince1970),
                SQLValue(subscription.endsAt?.secondsSince1970), .integer(subscription.id.rawValue),
                .text(status.rawValue),
            ])
    }

    private func subscriptions(_ condition: String, _ value: Int64) throws -> [Subscription] {
        try connection.run("SELECT \(Self.columns) FROM subscriptions \(condition)", [.integer(value)]).rows
            .map(Self.subscription)
    }

    private static func subscription(from row: SQLRow) throws -> Subscription {
        guard let plan = Subscription.Plan(rawValue: row.text(2)),
            let status = SubscriptionStatus(rawValue: row.text(3))
        else { throw UnreadableRow(description: "Subscription \(row.integer(0)) has an unknown plan or status.") }
        return Subscription(
            id: SubscriptionID(rawValue: row.integer(0)), orderID: OrderID(rawValue: row.integer(1)), plan: plan,
            status: status, createdAt: Timestamp(secondsSince1970: row.integer(4)),
            activatedAt: row.optionalInteger(5).map { Timestamp(secondsSince1970: $0) })
    }
}
