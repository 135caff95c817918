extension Migrations {
    /// What sellers get. `earnings_of` is what keeps an order's earnings from being paid out twice; a payout that is over
    /// gives them back.
    static func payouts(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE payouts (
            id \(sql.identity),
            order_id \(sql.integer) NOT NULL REFERENCES orders (id),
            earnings_of \(sql.integer),
            seller_id TEXT NOT NULL,
            amount_minor \(sql.integer) NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN
                ('pending', 'completed', 'failed', 'reversal_pending', 'reversed', 'permanently_failed')),
            attempt \(sql.integer) NOT NULL DEFAULT 1,
            attempt_open \(sql.integer) NOT NULL DEFAULT 1 CHECK (attempt_open IN (0, 1)),
            failure TEXT,
            created_at \(sql.integer) NOT NULL,
            updated_at \(sql.integer) NOT NULL,
            completed_at \(sql.integer)
        ) \(sql.tableEnd);
        CREATE UNIQUE INDEX payouts_earnings ON payouts (earnings_of)
            WHERE status <> 'reversed' AND (status <> 'permanently_failed' OR completed_at IS NOT NULL);
        CREATE INDEX payouts_order ON payouts (order_id);
        CREATE INDEX payouts_undecided ON payouts (id) WHERE attempt_open = 1 OR status = 'reversal_pending';
        CREATE TABLE payout_attempts (
            id TEXT PRIMARY KEY NOT NULL,
            payout_id \(sql.integer) NOT NULL REFERENCES payouts (id),
            attempt \(sql.integer) NOT NULL,
            amount_minor \(sql.integer) NOT NULL,
            created_at \(sql.integer) NOT NULL,
            UNIQUE (payout_id, attempt)
        ) \(sql.tableEnd);

        """
    }

    /// What customers may use, and for how long.
    static func subscriptions(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE subscriptions (
            id \(sql.identity),
            order_id \(sql.integer) NOT NULL UNIQUE REFERENCES orders (id),
            plan TEXT NOT NULL CHECK (plan IN ('monthly')),
            status TEXT NOT NULL CHECK (status IN ('pending_payment', 'active', 'expired', 'ended')),
            created_at \(sql.integer) NOT NULL,
            activated_at \(sql.integer),
            ends_at \(sql.integer)
        ) \(sql.tableEnd);
        CREATE INDEX subscriptions_active ON subscriptions (ends_at) WHERE status = 'active';
        """
    }
}
