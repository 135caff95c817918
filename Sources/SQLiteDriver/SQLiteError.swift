import CSQLite

/// What SQLite reported, and for which statement.
public struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// The extended result code (<https://sqlite.org/rescode.html>), such as 2067 for a violated UNIQUE constraint.
    public let code: Int32
    /// SQLite's own words.
    public let message: String
    /// The statement, without the values bound to it; `nil` when none was involved.
    public let sql: String?
    /// The byte of the statement's text that SQLite could not understand; `nil` when it does not say.
    public let offset: Int?

    public init(code: Int32, message: String, sql: String? = nil, offset: Int? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
        self.offset = offset
    }

    /// The result code without its extension, such as 19 for any violated constraint.
    public var primaryCode: Int32 { code & 0xff }

    /// Whether another connection held a lock for longer than the busy timeout.
    public var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

    /// Whether a constraint (unique, check, not null, foreign key, datatype) refused the statement.
    public var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }

    /// Whether the file is no database, is encrypted, or is damaged.
    public var isNotADatabase: Bool { primaryCode == SQLITE_NOTADB || primaryCode == SQLITE_CORRUPT }

    public var description: String {
        let place = sql.map { ", in: \($0)" } ?? ""
        return "SQLite error \(code): \(message)\(place)"
    }
}
