/// What PostgreSQL or libpq reported, and for which statement.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// The SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>), such as `23505` for a violated
    /// unique constraint; empty when the server did not answer.
    public let sqlState: String
    /// The server's words, or libpq's when the server did not answer. Never has values bound to a statement, but may
    /// have values of a row that a constraint refused.
    public let message: String
    /// The statement, without the values bound to it; `nil` when none was involved.
    public let sql: String?

    public init(sqlState: String, message: String, sql: String? = nil) {
        self.sqlState = sqlState
        self.message = message
        self.sql = sql
    }

    /// Whether the connection is gone, so that nothing more can be asked over it.
    public var isConnectionLost: Bool { sqlState.isEmpty || sqlState.hasPrefix("08") || sqlState.hasPrefix("57P") }

    /// Whether another session held a lock for longer than `lock_timeout`, or forever (a deadlock).
    public var isLocked: Bool { sqlState == "55P03" || sqlState == "40P01" }

    /// Whether the role lacks a right.
    public var isInsufficientPrivilege: Bool { sqlState == "42501" }

    /// Whether a table, column, type or function that the statement names is not there.
    public var isUndefined: Bool { ["42P01", "42703", "42704", "42883", "3F000"].contains(sqlState) }

    /// Whether a constraint refused the statement.
    public var isConstraint: Bool { sqlState.hasPrefix("23") }

    public var description: String {
        let code = sqlState.isEmpty ? "" : " \(sqlState)"
        let place = sql.map { ", in: \($0)" } ?? ""
        return "PostgreSQL error\(code): \(message)\(place)"
    }
}
