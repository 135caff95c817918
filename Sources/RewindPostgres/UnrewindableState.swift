import PostgresDriver
import Rewind

/// What a database holds beside rows, and Rewind can't take back: only noticed when content is verified.
struct UnrewindableState {
    private var digests: [String: String] = [:]

    /// Each with how a person calls it. Cost: a few catalog look-ups, and reading materialized views.
    init(_ connection: PostgresConnection) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT 'large objects', concat(count(*), ':', max(oid::bigint)) FROM pg_largeobject_metadata
            UNION ALL SELECT 'prepared transactions', string_agg(gid, ',' ORDER BY gid) FROM pg_prepared_xacts
                WHERE database = current_database()
            UNION ALL SELECT format('the materialized view “%s”', c.relname), concat(c.relfilenode, c.relispopulated)
                FROM pg_class c WHERE c.relkind = 'm'
            """)
        for row in 0..<found.rowCount { digests[found.string(row, 0)] = found.string(row, 1) }
    }

    /// What there is of it, without prepared transactions, as a person calls it.
    static func inWords(_ connection: PostgresConnection) throws(PostgresError) -> [String] {
        let found = try connection.query(
            """
            SELECT 'large objects' WHERE EXISTS (SELECT FROM pg_largeobject_metadata) UNION ALL
            (SELECT format('the materialized view “%s”', c.relname) FROM pg_class c WHERE c.relkind = 'm' ORDER BY 1)
            """)
        return (0..<found.rowCount).map { found.string($0, 0) }
    }

    /// - Throws: `SystemError` of kind `.notRewindable` naming what changed.
    func verify(_ connection: PostgresConnection, _ place: DatabasePlace) throws {
        let now = try UnrewindableState(connection)
        let changed = Set(digests.keys).union(now.digests.keys).filter { digests[$0] != now.digests[$0] }.sorted()
        if changed.isEmpty { return }
        throw SystemError(
            .notRewindable,
            """
            What the API did to \(changed.joined(separator: ", ")) in \(place) can't be taken back. Rewind takes back rows \
            of tables and the standing of sequences.
            """)
    }
}
