import SQLiteDriver

extension Migrations {
    static let sqlite = Migrations(steps: [
        // 1: orders and what was returned of them. Amounts have no CHECK: the rules are the service's, and its defects
        // must be able to break them. `view_count` is only written by one of those.
        """
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            customer_id TEXT NOT NULL,
            amount_minor INTEGER NOT NULL,
            currency TEXT NOT NULL,
            status TEXT NOT NULL
                CHECK (status IN ('pending', 'paid', 'captured', 'refunded', 'canceled', 'expired')),
            captured_minor INTEGER NOT NULL DEFAULT 0,
            refunded_minor INTEGER NOT NULL DEFAULT 0,
            view_count INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            paid_at INTEGER
        ) STRICT;
        CREATE INDEX orders_pending ON orders (expires_at) WHERE status = 'pending';
        CREATE TABLE refunds (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_id INTEGER NOT NULL REFERENCES orders (id),
            amount_minor INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX refunds_order ON refunds (order_id);
        """,
        // 2: the test clock, one row.
        """
        CREATE TABLE clock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            started_at INTEGER NOT NULL,
            offset_seconds INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        INSERT INTO clock (id, started_at) VALUES (1, unixepoch());
        """,
    ])

    /// Takes the steps that the database has not taken yet, all or none.
    ///
    /// - Throws: `MigrationError` if the database is newer than this program.
    func run(on connection: SQLiteConnection) throws {
        try connection.transaction {
            let version = try connection.prepare("PRAGMA user_version")
            _ = try version.step()
            let steps = try due(after: Int(version.int64(0)))
            version.reset()
            guard !steps.isEmpty else { return }
            for step in steps { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(self.steps.count)")
        }
    }
}
