import Foundation
import PostgresDriver
import Rewind

/// Who is exploring a database. A lock of the session says that someone is, and goes with the session; a row tells who
/// it was when the session is gone.
enum Owner {
    /// “Rewi”, “nd”: a key that nobody else is likely to use.
    private static let lockKey = "\(lockKeyClass), 28260"
    static let lockKeyClass = "1382381417"

    /// Takes the lock, which lives as long as the connection.
    /// - Throws: `SystemError` of kind `.inUse` when another session has it.
    static func takeLock(_ connection: PostgresConnection) throws {
        if try connection.takesLock(lockKey) { return }
        let holder = try connection.query(
            """
            SELECT a.pid, a.application_name, coalesce(host(a.client_addr), 'this machine') FROM pg_locks l
            JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
            AND (l.classid::bigint, l.objid::bigint) = (\(lockKey))
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """)
        let who =
            holder.rowCount == 0
            ? "another process"
            : "\(holder.string(0, 1)) from \(holder.string(0, 2)) (server process \(holder.string(0, 0)))"
        throw SystemError(
            .inUse,
            """
            The database \(DatabasePlace(connection)) is being explored by \(who), which is still running. Wait for it, \
            stop it, or explore a copy.
            """)
    }

    /// What others see of this process in `pg_stat_activity`.
    static var applicationName: String { "rewind, process \(ProcessInfo.processInfo.processIdentifier)" }

    /// The process that left a mark, if any did.
    static func processID(_ connection: PostgresConnection) throws(PostgresError) -> Int64? {
        let found = try connection.query("SELECT pid FROM rewind.owner")
        return found.rowCount == 0 ? nil : found.int64(0, 0)
    }

    static func leaveMark(_ connection: PostgresConnection) throws(PostgresError) {
        try connection.execute("INSERT INTO rewind.owner VALUES (\(ProcessInfo.processInfo.processIdentifier))")
    }
}

extension PostgresConnection {
    /// Takes an advisory lock, which lives as long as the session.
    /// - Parameter key: its two numbers, as SQL.
    /// - Returns: whether no other session has it.
    func takesLock(_ key: String) throws -> Bool {
        // A session that was just left takes a moment to end.
        try polling(for: .milliseconds(500)) {
            try query("SELECT pg_try_advisory_lock(\(key))").bool(0, 0) ? true : nil
        } ?? false
    }
}
