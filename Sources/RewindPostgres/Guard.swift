import Rewind

extension DatabaseGuard {
    /// Makes sure that a PostgreSQL database may be explored, going by its name alone. ``PostgresSystem/begin()`` does so
    /// itself; ask earlier before starting an API that would write to it.
    /// - Throws: `SystemError` of kind `.protected` when the database must not be explored.
    public func check(databaseNamed name: String) throws {
        guard self == .testDatabasesOnly, !Self.looksLikeTest(name) else { return }
        throw SystemError(
            .protected,
            """
            The database “\(name)” does not look like a test database: its name has none of the words \
            \(Self.markersInSentence). Exploring makes the API write to it. If that is meant, allow it with guarding: \
            .anyDatabase, or --any-database on the command line.
            """)
    }
}
