import Foundation
import PostgresDriver
import Rewind

/// Transactions that are still under way when the API has answered.
struct OpenTransactions {
    private let sentences: [String]
    /// Those that were prepared for a two-phase commit, and belong to no session any more.
    let prepared: [String]

    var areNone: Bool { sentences.isEmpty && prepared.isEmpty }

    /// As clauses, for a message.
    var description: String { sentences.joined(separator: "; ") }

    /// Each as a clause, for a list.
    var inWords: [String] {
        sentences + prepared.map { "the transaction “\($0)” is prepared for a two-phase commit" }
    }

    /// Looks for sessions of this database whose transaction has written something.
    init(_ connection: PostgresConnection) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT pid, application_name, coalesce(state, 'in a transaction'),
            coalesce(round(extract(epoch FROM clock_timestamp() - xact_start), 1)::text, 'an unknown number of'),
            left(query, 200) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL
            AND backend_type IS DISTINCT FROM 'autovacuum worker' ORDER BY xact_start
            """)
        prepared = try Self.prepared(connection)
        sentences = (0..<found.rowCount).map { row in
            let name = found.string(row, 1)
            let who = name.isEmpty ? "session \(found.string(row, 0))" : "session \(found.string(row, 0)) (\(name))"
            return
                "\(who) is \(found.string(row, 2)) for \(found.string(row, 3)) s, its last query: \(found.string(row, 4))"
        }
    }

    /// Waits until there are none.
    /// - Throws: `SystemError` of kind `.notRewindable` naming those that stay open.
    static func waitForEnd(atMost patience: Duration, _ connection: PostgresConnection, _ place: DatabasePlace) throws {
        var open: OpenTransactions?
        let isOver = try polling(for: patience) { () -> Bool? in
            open = try OpenTransactions(connection)
            return open?.areNone == true ? true : nil
        }
        if isOver == nil { throw SystemError.transactionsOpen(open, for: patience, place) }
    }

    private static func prepared(_ connection: PostgresConnection) throws(PostgresError) -> [String] {
        let found = try connection.query(
            "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared")
        return (0..<found.rowCount).map { found.string($0, 0) }
    }
}

/// Asks again and again, a little later each time, until there is an answer or the time is over.
func polling<R>(for duration: Duration, _ attempt: () throws -> R?) throws -> R? {
    let deadline = ContinuousClock.now + duration
    var pauseMicroseconds: UInt32 = 200
    while true {
        if let answer = try attempt() { return answer }
        if ContinuousClock.now >= deadline { return nil }
        usleep(pauseMicroseconds)
        pauseMicroseconds = min(pauseMicroseconds * 2, 20_000)
    }
}
