import PostgresDriver
import Rewind

/// Locks on the API's tables, taken so that no transaction of the API's is ended for it.
///
/// Who waits for one table while holding another can meet a transaction that does so the other way round; PostgreSQL then
/// ends one of the two, perhaps the API's. So all are taken at one instant or none.
extension PostgresConnection {
    /// Locks the tables for the rest of the transaction, once nobody is in the way.
    /// - Throws: `SystemError` of kind `.unreachable` naming those who hold locks for longer than Rewind waits.
    func lock(_ tables: [Table], _ mode: String) throws {
        let isLocked = try polling(for: .milliseconds(SessionSettings.lockTimeoutMilliseconds / 2)) {
            try lockAtOnce(tables, mode) ? true : nil
        }
        if isLocked != nil { return }
        // Only who is waited for has an autovacuum of the table cancelled.
        if try lockInTransaction(Self.lockStatement(tables, mode)) { return }
        throw SystemError.locked(try holders(ofLocksOn: tables, exceptReading: true), DatabasePlace(self))
    }

    /// Locks the tables for the rest of the transaction, without waiting.
    /// - Returns: whether it could.
    func lockAtOnce(_ tables: [Table], _ mode: String) throws(PostgresError) -> Bool {
        if tables.isEmpty { return true }
        return try lockInTransaction("\(Self.lockStatement(tables, mode)) NOWAIT")
    }

    private func lockInTransaction(_ statement: String) throws(PostgresError) -> Bool {
        try execute("SAVEPOINT rewind_lock")
        do { try execute(statement) } catch {
            if !error.isLocked { throw error }
            try execute("ROLLBACK TO SAVEPOINT rewind_lock; RELEASE SAVEPOINT rewind_lock")
            return false
        }
        try execute("RELEASE SAVEPOINT rewind_lock")
        return true
    }

    private static func lockStatement(_ tables: [Table], _ mode: String) -> String {
        let names = tables.map { "ONLY \($0.qualifiedName)" }.joined(separator: ", ")
        return "LOCK TABLE \(names) IN \(mode) MODE"
    }

    /// Sessions that hold a lock on one of the tables, as clauses.
    /// - Parameter exceptReading: whether those who only read are left out.
    func holders(ofLocksOn tables: [Table], exceptReading: Bool = false) throws(PostgresError) -> [String] {
        let found = try query(
            """
            SELECT DISTINCT pid, coalesce(application_name, '') FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
            WHERE granted AND locktype = 'relation' AND relation = ANY($1::oid[]) AND pid <> pg_backend_pid()
            \(exceptReading ? "AND mode NOT IN ('AccessShareLock', 'RowShareLock')" : "") ORDER BY 1
            """, PostgresParameters(objectIDs: tables.map(\.objectID)))
        return (0..<found.rowCount).map { row in
            let name = found.string(row, 1)
            return "session \(found.string(row, 0))\(name.isEmpty ? "" : " (\(name))")"
        }
    }
}
