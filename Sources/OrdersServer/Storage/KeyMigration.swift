extension Migrations {
    /// Requests that came with an `Idempotency-Key` and took effect, or were refused by the rules. `headers` is JSON.
    static func idempotencyKeys(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE idempotency_keys (
            account TEXT NOT NULL,
            idempotency_key TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('in_flight', 'interrupted', 'answered')),
            resource TEXT,
            status \(sql.integer),
            headers TEXT,
            body TEXT,
            created_at \(sql.integer) NOT NULL,
            expires_at \(sql.integer) NOT NULL,
            PRIMARY KEY (account, idempotency_key)
        ) \(sql.tableEnd);
        CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
        """
    }
}
