/// A schema as numbered steps. A step that was released is never changed; a new one is added.
struct Migrations {
    let steps: [String]

    /// The steps that are still to be taken.
    ///
    /// - Throws: `MigrationError` if the database is newer than this program.
    func due(after version: Int) throws(MigrationError) -> ArraySlice<String> {
        guard version <= steps.count else { throw MigrationError(found: version, known: steps.count) }
        return steps[version...]
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
