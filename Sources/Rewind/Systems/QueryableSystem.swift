/// A system that answers SQL queries, for invariants that look at the content.
///
/// ```swift
/// Invariant("refunds_are_positive", .critical) {
///     try await $0.db.rows("SELECT id FROM refunds WHERE amount_minor <= 0").isEmpty
/// }
/// ```
public protocol QueryableSystem: RewindableSystem {
    /// Runs a query that only reads, over a connection that can't write.
    /// - Parameters:
    ///   - sql: one query, with parameters as `$1`, `$2`, … on every database.
    ///   - parameters: their values.
    /// - Returns: whole numbers as `.integer`, also those of exact decimal types that have no decimals; truth values as
    ///   0 and 1; other exact decimals, and all else that is no text, as the database spells it.
    /// - Throws: ``SystemError`` of kind `.unsupported` for a statement that is no query, `.unreachable` when the
    ///   database refuses it.
    func rows(_ sql: String, _ parameters: [Value]) async throws -> [[Value]]
}

extension QueryableSystem {
    /// Runs a query without parameters.
    public func rows(_ sql: String) async throws -> [[Value]] { try await rows(sql, []) }
}

extension Run {
    /// The first system of this exploration that answers queries.
    /// - Throws: ``MissingFromWorld`` when there is none.
    public var db: any QueryableSystem {
        get throws { try world.queryable() }
    }
}

extension World {
    /// The first system that answers queries, or the one of that name.
    /// - Throws: ``MissingFromWorld`` when there is none.
    public func queryable(named name: String? = nil) throws -> any QueryableSystem {
        for case let system as any QueryableSystem in systems where name == nil || system.name == name { return system }
        let described = name.map { "database named “\($0)”" } ?? "database"
        throw MissingFromWorld(what: described, remedy: "pass it to World(systems:)")
    }
}
