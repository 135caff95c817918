/// A schema as numbered steps. A step that was released is never changed; a new one is added.
struct Migrations {
    let steps: [String]

    /// The service's schema in a dialect's words.
    init(in sql: SQLDialect) {
        steps = [
            Self.ordersAndRefunds(sql), Self.testClock(sql), Self.providerColumns(sql) + Self.operations(sql),
            Self.webhooks(sql) + Self.books(sql), Self.idempotencyKeys(sql),
            Self.payouts(sql) + Self.subscriptions(sql),
        ]
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

    /// 3: what a provider's part in it adds. A refund's own id at the provider is NULL until there is one, and then
    /// unique: many refunds wait for theirs at once, also as the empty text of a careless program.
    private static func providerColumns(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE installation (
            id \(sql.integer) PRIMARY KEY CHECK (id = 1),
            name TEXT NOT NULL
        ) \(sql.tableEnd);
        INSERT INTO installation (id, name) VALUES (1, \(sql.randomText));
        ALTER TABLE orders ADD COLUMN refund_pending_minor \(sql.integer) NOT NULL DEFAULT 0;
        ALTER TABLE orders ADD COLUMN disputed_minor \(sql.integer) NOT NULL DEFAULT 0;
        CREATE INDEX orders_paid ON orders (paid_at) WHERE status = 'paid';
        ALTER TABLE refunds ADD COLUMN status TEXT NOT NULL DEFAULT 'succeeded'
            CHECK (status IN ('pending', 'succeeded', 'failed'));
        ALTER TABLE refunds ADD COLUMN provider_reference TEXT;
        ALTER TABLE refunds ADD COLUMN provider_refund_id TEXT;
        ALTER TABLE refunds ADD COLUMN failure TEXT;
        ALTER TABLE refunds ADD COLUMN settled_at \(sql.integer);
        CREATE UNIQUE INDEX refunds_reference ON refunds (provider_reference) WHERE provider_reference IS NOT NULL;
        CREATE UNIQUE INDEX refunds_provider_id ON refunds (provider_refund_id)
            WHERE provider_refund_id IS NOT NULL AND provider_refund_id <> '';
        CREATE INDEX refunds_pending ON refunds (id) WHERE status = 'pending';

        """
    }

    /// 3: what the provider was asked. At most one operation of an order is undecided at a time.
    private static func operations(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE operations (
            id \(sql.identity),
            order_id \(sql.integer) NOT NULL REFERENCES orders (id),
            kind TEXT NOT NULL CHECK (kind IN ('authorize', 'capture', 'void')),
            amount_minor \(sql.integer) NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
            provider_id TEXT,
            failure TEXT,
            created_at \(sql.integer) NOT NULL,
            settled_at \(sql.integer)
        ) \(sql.tableEnd);
        CREATE UNIQUE INDEX operations_undecided ON operations (order_id) WHERE status = 'pending';
        CREATE UNIQUE INDEX operations_payment ON operations (provider_id) WHERE kind = 'authorize';
        CREATE INDEX operations_order ON operations (order_id);
        """
    }

    /// 4: what the provider told. An event's row is there once its effect is; a delivery's row in any case.
    private static func webhooks(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE disputes (
            id TEXT PRIMARY KEY NOT NULL,
            order_id \(sql.integer) NOT NULL REFERENCES orders (id),
            amount_minor \(sql.integer) NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('open', 'won', 'lost')),
            created_at \(sql.integer) NOT NULL
        ) \(sql.tableEnd);
        CREATE INDEX disputes_order ON disputes (order_id);
        CREATE TABLE webhook_events (
            id TEXT PRIMARY KEY NOT NULL,
            received_at \(sql.integer) NOT NULL
        ) \(sql.tableEnd);
        CREATE TABLE webhook_deliveries (
            id \(sql.identity),
            event_id TEXT,
            type TEXT,
            result TEXT NOT NULL CHECK (result IN ('ok', 'error', 'signature_invalid', 'skipped')),
            received_at \(sql.integer) NOT NULL
        ) \(sql.tableEnd);
        CREATE INDEX webhook_deliveries_received ON webhook_deliveries (received_at);

        """
    }

    /// 4: the double-entry ledger, and when the provider was last asked about what is undecided.
    private static func books(_ sql: SQLDialect) -> String {
        """
        CREATE TABLE ledger_entries (
            id \(sql.identity),
            order_id \(sql.integer) NOT NULL REFERENCES orders (id),
            cause TEXT NOT NULL,
            account TEXT NOT NULL CHECK (account IN ('balance', 'sales', 'refunds', 'disputed', 'chargebacks', 'payouts')),
            amount_minor \(sql.integer) NOT NULL,
            currency TEXT NOT NULL,
            created_at \(sql.integer) NOT NULL
        ) \(sql.tableEnd);
        CREATE INDEX ledger_entries_order ON ledger_entries (order_id);
        CREATE TABLE reconciler (
            id \(sql.integer) PRIMARY KEY CHECK (id = 1),
            last_run_at \(sql.integer),
            asked \(sql.integer) NOT NULL DEFAULT 0,
            settled \(sql.integer) NOT NULL DEFAULT 0,
            resent \(sql.integer) NOT NULL DEFAULT 0,
            undecided \(sql.integer) NOT NULL DEFAULT 0
        ) \(sql.tableEnd);
        INSERT INTO reconciler (id) VALUES (1);
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
