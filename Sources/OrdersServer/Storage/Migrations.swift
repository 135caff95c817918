/// A schema as numbered steps. A step that was released is never changed; a new one is added.
struct Migrations {
    let steps: [String]

    /// The service's schema in a dialect's words.
    init(in sql: SQLDialect) {
        steps = [Self.ordersAndRefunds(sql), Self.testClock(sql), Self.idempotencyKeys(sql)]
    }

    /// The steps that are still to be taken.
    ///
    /// - Throws: `MigrationError` if the database is newer than this program.
    func due(after version: Int) throws(MigrationError) -> ArraySlice<String> {
        guard version <= steps.count else { throw MigrationError(found: version, known: steps.count) }
        return steps[version...]
    }

    /// 1: orders and what was returned of them. Amounts have no CHECK: the rules are the service's, and its defects must
    /// be able to break them. `view_count` is only written by one of those.
    private static func ordersAndRefunds(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE orders (
            id \(sql.identity),
            customer_id TEXT NOT NULL,
            amount_minor \(sql.integer) NOT NULL,
            currency TEXT NOT NULL,
            status TEXT NOT NULL
                CHECK (status IN ('pending', 'paid', 'captured', 'refunded', 'canceled', 'expired')),
            captured_minor \(sql.integer) NOT NULL DEFAULT 0,
            refunded_minor \(sql.integer) NOT NULL DEFAULT 0,
            view_count \(sql.integer) NOT NULL DEFAULT 0,
            created_at \(sql.integer) NOT NULL,
            expires_at \(sql.integer) NOT NULL,
            paid_at \(sql.integer)
        ) \(sql.tableEnd);
        CREATE INDEX orders_pending ON orders (expires_at) WHERE status = 'pending';
        CREATE TABLE refunds (
            id \(sql.identity),
            order_id \(sql.integer) NOT NULL REFERENCES orders (id),
            amount_minor \(sql.integer) NOT NULL,
            created_at \(sql.integer) NOT NULL
        ) \(sql.tableEnd);
        CREATE INDEX refunds_order ON refunds (order_id);
        """
    }

    /// 2: the test clock, one row.
    private static func testClock(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE clock (
            id \(sql.integer) PRIMARY KEY CHECK (id = 1),
            started_at \(sql.integer) NOT NULL,
            offset_seconds \(sql.integer) NOT NULL DEFAULT 0
        ) \(sql.tableEnd);
        INSERT INTO clock (id, started_at) VALUES (1, \(sql.now));
        """
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
