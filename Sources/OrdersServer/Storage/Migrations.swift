import SQLiteDriver

/// The schema as numbered steps. A step that was released is never changed; a new one is added.
enum Migrations {
    static let steps: [String] = [
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
    ]

    /// Takes the steps that the database has not taken yet, all or none.
    ///
    /// - Throws: `MigrationError` if the database is newer than this program.
    static func run(on connection: SQLiteConnection) throws {
        try connection.transaction {
            let version = try connection.prepare("PRAGMA user_version")
            _ = try version.step()
            let taken = Int(version.int64(0))
            version.reset()
            guard taken <= steps.count else { throw MigrationError(found: taken, known: steps.count) }
            guard taken < steps.count else { return }
            for step in steps[taken...] { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(steps.count)")
        }
    }
}

/// A database that a newer version of the service has changed.
public struct MigrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The version of the database's schema.
    public let found: Int
    /// The newest version that this program knows.
    public let known: Int

    /// One sentence: what is wrong, and what to do.
    public var description: String {
        "The database has schema version \(found), and this program knows versions up to \(known); "
            + "use the newer program, or another database."
    }
}
